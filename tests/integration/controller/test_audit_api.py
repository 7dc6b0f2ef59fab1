"""The audit over HTTP: for administrators alone, searched, checked part by part, downloaded; looks are in it."""

import json
from pathlib import Path

import pytest
from sqlmodel import col, select

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.tables import AuditRow
from controller.api.server import PREFIX
from controller.app.audit import sealing
from controller.flows.playback import Playback
from controller.ports import Clip
from shared.clock import SystemClock
from shared.ids import SiteId
from tests.builders import T0, node_status
from tests.fakes.exports import CAMERA, recorded
from tests.fakes.two_cameras import fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def seal(served: Served) -> None:
    await sealing(served.site, served.database, SystemClock()).once()


async def test_who_is_no_administrator_reads_nothing(served: Served) -> None:
    async with served.client("operator") as operator, served.client() as stranger:
        for path in ("", "/standing", "/check", "/lines"):
            assert (await operator.get(f"{PREFIX}/audit{path}")).status_code == 403
            assert (await stranger.get(f"{PREFIX}/audit{path}")).status_code == 401


async def test_what_was_done_is_found_checked_and_downloaded(served: Served) -> None:
    async with served.client("admin") as admin, served.client("operator"):
        await seal(served)
        standing = (await admin.get(f"{PREFIX}/audit/standing")).json()
        assert (standing["seq"], standing["unsealed"]) == (7, 0)  # four people were added, and ledgers anchored
        assert standing["head"]["seq"] == 7
        page = (await admin.get(f"{PREFIX}/audit", params={"what": "login", "who": "operator"})).json()
        (one,) = page["items"]
        assert (one["who"], one["what"], one["address"], one["seq"]) == ("operator", "login", "127.0.0.1", 6)
        first = (await admin.get(f"{PREFIX}/audit", params={"limit": 1})).json()
        rest = (await admin.get(f"{PREFIX}/audit", params={"cursor": first["next"]})).json()
        assert [part["items"][0]["seq"] for part in (first, rest)] == [7, 6]
        checked = (await admin.get(f"{PREFIX}/audit/check")).json()
        assert checked == {"checked": 7, "forgotten": 0, "faults": [], "next": None, "last": 7}
        lines = await admin.get(f"{PREFIX}/audit/lines", params={"what": "login"})
        assert [json.loads(line)["who"] for line in lines.text.splitlines()] == ["admin", "operator"]
        assert "attachment" in lines.headers["content-disposition"]
        syslog = await admin.get(f"{PREFIX}/audit/lines", params={"format": "syslog", "who": "operator"})
        assert syslog.text.startswith("<109>1 ")
        exported = (await admin.get(f"{PREFIX}/audit", params={"what": "audit.export"})).json()["items"]
        assert [one["detail"]["format"] for one in exported] == ["syslog", "jsonl"]


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("", {"what": "login'; --"}, "what"),
        ("", {"cursor": "-1"}, "cursor"),
        ("", {"from": "yesterday"}, "from"),
        ("", {"limit": 201}, "limit"),
        ("/check", {"after": -1}, "after"),
        ("/check", {"after": 77}, "after"),
        ("/lines", {"format": "xml"}, "format"),
    ],
)
async def test_a_wrong_question_is_refused_by_its_field(
    served: Served, path: str, params: dict[str, str | int], field: str
) -> None:
    async with served.client("admin") as admin:
        answer = await admin.get(f"{PREFIX}/audit{path}", params=params)
    assert answer.status_code == 422
    assert field in answer.text


async def test_who_looks_at_footage_is_told_once(served: Served) -> None:
    await SqlFactStore(served.database, SystemClock(), SiteId(served.site.settings.site)).save_status(
        node_status(CAMERA)
    )
    (run,) = recorded(T0, 4)
    served.objects.objects[run.key] = run.data
    async with served.database.writing() as session:
        session.add(run.row())
    async with served.client("viewer") as viewer, served.client("admin") as admin:
        nothing = await viewer.get(f"{PREFIX}/playback", params={"camera": CAMERA, "from_ms": T0 - 10**9})
        assert nothing.status_code == 204
        for _ in range(2):
            film = await viewer.get(f"{PREFIX}/playback", params={"camera": CAMERA, "from_ms": T0})
            assert film.status_code == 200
        await served.parts.views.flush()
        page = (await admin.get(f"{PREFIX}/audit", params={"what": "footage.view"})).json()
    (one,) = page["items"]
    assert (one["who"], one["subject"], one["address"]) == ("viewer", CAMERA, "127.0.0.1")
    assert one["detail"]["of"].endswith(":00Z")


async def test_who_plays_a_clip_is_told_by_its_camera(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = await fill(served.database, CAMERA, 1)
    (tmp_path / "clip.mp4").write_bytes(b"film")

    async def made(*_: object) -> Clip:
        return Clip(tmp_path / "clip.mp4", T0)

    monkeypatch.setattr(Playback, "_clip", made)
    async with served.client("viewer") as viewer, served.client("admin") as admin:
        for kind in ("alarm", "occurrence", "event"):
            answer = await viewer.get(f"{PREFIX}/{kind}s/{known.ids[kind]}/clip.mp4")
            assert (answer.status_code, answer.content) == (200, b"film")
        await served.parts.views.flush()
        page = (await admin.get(f"{PREFIX}/audit", params={"what": "clip.view"})).json()
    told = [(one["who"], one["subject"], one["detail"]["of"]) for one in reversed(page["items"])]
    assert told == [("viewer", CAMERA, known.ids[kind]) for kind in ("alarm", "occurrence", "event")]


async def test_whatever_a_request_changes_says_from_where(served: Served) -> None:
    async with served.client("admin") as admin:
        assert (await admin.post(f"{PREFIX}/users", json={"name": "kim", "role": "viewer"})).status_code == 200
        assert (await admin.put(f"{PREFIX}/rules", json={"rules": []})).status_code == 200
    async with served.database.reading() as session:
        query = select(AuditRow.what, AuditRow.address).where(col(AuditRow.what).in_(("user.add", "rules.replace")))
        told = [(what, address) for what, address in await session.execute(query) if what != "user.add" or address]
    assert told == [("user.add", "127.0.0.1"), ("rules.replace", "127.0.0.1")]
