"""Clear pictures for some minutes: with a reason, for one session and one camera, on record, and over in time."""

from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from sqlmodel import col, select, update

from controller.adapters import tables as t
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.live_gate import KeyringGate
from controller.adapters.node_store import NodeStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.api.auth import COOKIE
from controller.api.server import PREFIX
from controller.core.node_settings import NodeAnswer
from controller.core.session_life import Lasting
from shared.clock import SystemClock
from shared.ids import CameraId
from tests.fakes.two_cameras import HIDDEN, KEPT, Known, fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
JPEG = cv2.imencode(".jpg", np.random.default_rng(7).integers(0, 255, (360, 640, 3), np.uint8))[1].tobytes()
ASKED = {"camera": KEPT, "minutes": 5, "reason": "somebody lies on the floor"}


@pytest.fixture
async def known(served: Served) -> Known:
    """Two cameras; the viewer sees one of them in blocks, and may ask for more."""
    served.orders.answers["snapshot"] = NodeAnswer(
        ok=True, reason="", result={"pts_ms": SystemClock().unix_ms()}, media_type="image/jpeg", data=JPEG
    )
    first = await fill(served.database, KEPT, 1)
    await fill(served.database, HIDDEN, 2)
    await served.objects.put("pictures/yard.jpg", JPEG, "image/jpeg")
    await give(served, ["view", "playback", "unmask", "export"])
    return first


async def give(served: Served, rights: list[str]) -> None:
    async with served.client("admin") as admin:
        answer = await admin.put(f"{PREFIX}/users/viewer/grants", json={"cameras": {KEPT: rights, HIDDEN: ["view"]}})
        assert answer.status_code == 200, answer.text


async def entries(served: Served) -> list[tuple[str, str, str, dict[str, Any]]]:
    async with served.database.reading() as session:
        query = select(t.AuditRow).where(col(t.AuditRow.what).startswith("unmask")).order_by(col(t.AuditRow.id))
        told = ("reason", "minutes")
        return [
            (one.who, one.what, one.subject, {name: one.detail[name] for name in told if name in one.detail})
            for one in await session.scalars(query)
        ]


async def test_a_reason_shows_one_camera_to_one_session_until_it_is_ended(served: Served, known: Known) -> None:
    stills = [f"{PREFIX}/cameras/{KEPT}/picture.jpg", f"{PREFIX}/alarms/{known.ids['alarm']}/picture.jpg"]
    clock = SystemClock()
    sessions = SqlSessions(served.database, clock, Lasting())
    nodes, features = NodeStore(served.database, clock), SqlFeatures(served.database, clock)
    gate = KeyringGate(Keyring(served.site.session_key(), clock), sessions, nodes, features, clock)
    async with served.client("viewer") as viewer, served.client("viewer") as elsewhere:
        assert [(await viewer.get(url)).headers.get("x-derived") for url in stills] == ["mosaic", "mosaic"]
        begun = await viewer.post(f"{PREFIX}/unmasks", json=ASKED)
        assert begun.status_code == 200, begun.text
        cookies = [one.cookies[COOKIE] for one in (viewer, elsewhere)]
        assert [await gate.viewer_may("clear", one, None, "", CameraId(KEPT)) for one in cookies] == [True, False]
        for url in stills:
            shown = await viewer.get(url)
            assert shown.content == JPEG
            assert shown.headers["cache-control"].endswith("no-store"), "nothing that outlasts the leave"
            assert (await elsewhere.get(url)).headers["x-derived"] == "mosaic"
        assert (await viewer.get(f"{PREFIX}/cameras/{HIDDEN}/picture.jpg")).headers["x-derived"] == "mosaic"
        now_ms = clock.unix_ms()
        span = {"camera": KEPT, "start_ms": now_ms - 600_000, "end_ms": now_ms - 590_000}
        refused = await viewer.post(f"{PREFIX}/exports", json={"spans": [span]})
        assert (refused.status_code, refused.json()["said"]["params"]) == (403, {"right": "clear"})
        told = (await viewer.get(f"{PREFIX}/unmasks")).json()
        assert [(one["camera"], one["reason"]) for one in told] == [(KEPT, ASKED["reason"])]
        assert (await elsewhere.get(f"{PREFIX}/unmasks")).json() == []
        twice = await viewer.post(f"{PREFIX}/unmasks", json=ASKED)
        assert (twice.status_code, twice.json()["said"]["code"]) == (409, "unmask_lasts")
        assert (await elsewhere.delete(f"{PREFIX}/unmasks/{told[0]['id']}")).status_code == 404
        assert (await viewer.delete(f"{PREFIX}/unmasks/{told[0]['id']}")).status_code == 204
        assert (await viewer.get(stills[0])).headers["x-derived"] == "mosaic"
        assert not await gate.viewer_may("clear", cookies[0], None, "", CameraId(KEPT))
        await served.parts.views.flush()
    detail = {"reason": ASKED["reason"], "minutes": 5}
    assert await entries(served) == [
        ("viewer", "unmask.begin", KEPT, detail),
        ("viewer", "unmask.end", KEPT, detail),
    ]
    async with served.database.reading() as session:
        looks = select(t.AuditRow.what).where(t.AuditRow.who == "viewer", t.AuditRow.subject == KEPT)
        assert {"live.view", "derived.view"} <= set(await session.scalars(looks)), "each look is told as what it was"


async def test_it_is_over_when_its_time_has_come_and_that_is_on_record(served: Served, known: Known) -> None:
    del known
    url = f"{PREFIX}/cameras/{KEPT}/picture.jpg"
    async with served.client("viewer") as viewer:
        await viewer.post(f"{PREFIX}/unmasks", json=ASKED)
        assert (await viewer.get(url)).content == JPEG
        assert await served.parts.unmask.book.end_due() == 0
        async with served.database.writing() as session:
            past = SystemClock().now() - timedelta(seconds=1)
            await session.execute(update(t.UnmaskRow).values(until_at=past))
        assert (await viewer.get(url)).headers["x-derived"] == "mosaic"
        assert (await viewer.get(f"{PREFIX}/unmasks")).json() == []
        assert (await served.parts.unmask.book.end_due(), await served.parts.unmask.book.end_due()) == (1, 0)
        assert [what for _, what, _, _ in await entries(served)] == ["unmask.begin", "unmask.end"]
        assert (await viewer.post(f"{PREFIX}/unmasks", json=ASKED)).status_code == 200
        await give(served, ["view", "playback"])
        assert (await viewer.get(url)).headers["x-derived"] == "mosaic", "no longer than they may ask"


async def test_it_is_refused_without_the_right_a_reason_or_an_end(served: Served, known: Known) -> None:
    del known
    async with served.client("viewer") as viewer, served.client("operator") as operator:
        for wrong, status in (
            ({**ASKED, "camera": HIDDEN}, 404),
            ({**ASKED, "camera": "gate.attic"}, 404),
            ({**ASKED, "minutes": 0}, 422),
            ({**ASKED, "minutes": 16}, 422),
            ({**ASKED, "reason": "x"}, 422),
            ({"camera": KEPT, "minutes": 5}, 422),
        ):
            assert (await viewer.post(f"{PREFIX}/unmasks", json=wrong)).status_code == status, wrong
        refused = await operator.post(f"{PREFIX}/unmasks", json=ASKED)
        assert (refused.status_code, refused.json()["said"]["params"]) == (403, {"right": "unmask"})
    assert await entries(served) == []
