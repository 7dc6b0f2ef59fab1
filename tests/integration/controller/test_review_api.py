"""The review over HTTP: piles, acts on many alarms that say what happened to each, previews of footage."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image
from sqlmodel import col, select

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.preview_strips import Film, PreviewStrips, make_strip
from controller.adapters.tables import AuditRow
from controller.api.server import PREFIX
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import T0, node_status, occurrence, rule, verdict
from tests.fakes.exports import CAMERA, recorded
from tests.integration.controller.conftest import Served

SPAN = {"from_ms": T0 - 60_000, "to_ms": T0 + 3_600_000}
PREVIEW = f"{PREFIX}/recordings/preview.jpg"


async def raised(served: Served, count: int) -> list[str]:
    judging = SqlJudgingStore(served.database, SystemClock(), SiteId(served.site.settings.site), uuid7)
    found: list[str] = []
    for number in range(count):
        at_s = 100 * (number + 1)
        judged = verdict(at_s, at_s + 9, event=None)
        found += await judging.save_judgement(None, judged, [occurrence(rule(), at_s, at_s + 4)])
    return found


async def test_one_deed_on_many_says_what_happened_to_each(served: Served) -> None:
    mine, theirs, gone, more = [*await raised(served, 2), uuid7(), (await raised(served, 1))[0]]
    body: dict[str, Any] = {
        "verb": "resolve",
        "assessment": "nuisance",
        "note": "the flag again",
        "alarms": [{"id": one, "rev": 1} for one in (mine, theirs, gone, more, mine)],
    }
    url = f"{PREFIX}/alarms/acts"
    async with served.client("operator") as operator, served.client("admin") as admin:
        first = await admin.post(f"{PREFIX}/alarms/{theirs}/acknowledge", json={"rev": 1})
        assert first.status_code == 200, first.text
        for _ in range(2):  # an answer that was lost: the same call again says the same and does nothing more
            answer = await operator.post(url, json=body)
            assert answer.status_code == 200, answer.text
            told = answer.json()["outcomes"]
            assert [(one["id"], one["outcome"]) for one in told] == [
                (mine, "done"), (theirs, "changed"), (gone, "missing"), (more, "done"),
            ]  # fmt: skip
            assert [(one["alarm"] or {}).get("state") for one in told] == ["resolved", "acknowledged", None, "resolved"]
            assert told[1]["said"]["code"] == "alarm_changed"
        history = (await operator.get(f"{PREFIX}/alarms/{mine}")).json()["history"]
        assert [(one["who"], one["what"], one["note"]) for one in history if one["who"] != "system"] == [
            ("operator", "resolved", "the flag again")
        ]
        over = await operator.post(url, json={"verb": "acknowledge", "alarms": [{"id": mine}]})
        assert [(one["outcome"], one["said"]["code"]) for one in over.json()["outcomes"]] == [
            ("refused", "alarm_resolved")
        ]
    async with served.database.reading() as session:
        audited = select(AuditRow.subject).where(AuditRow.what == "alarm.resolve").order_by(col(AuditRow.id))
        assert list(await session.scalars(audited)) == [mine, more]


@pytest.mark.parametrize(
    "changed", [{"assessment": None}, {"verb": "acknowledge"}, {"alarms": []}, {"verb": "note"}, {"alarms": [{}]}]
)
async def test_a_deed_that_is_not_whole_is_refused(served: Served, changed: dict[str, Any]) -> None:
    body = {"verb": "resolve", "assessment": "true", "alarms": [{"id": uuid7()}]} | changed
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        assert (await operator.post(f"{PREFIX}/alarms/acts", json=body)).status_code == 422
        assert (await viewer.post(f"{PREFIX}/alarms/acts", json=body)).status_code == 403


async def test_what_is_reviewed_leaves_ones_own_pile_and_comes_back_by_undo(served: Served) -> None:
    alarms = await raised(served, 3)

    async def left(client: Any) -> list[str]:
        page = (await client.get(f"{PREFIX}/review", params={**SPAN, "left": True})).json()
        return [item["id"] for item in page["items"]]

    async with served.client("viewer") as viewer, served.client("admin") as admin:
        marked = await viewer.post(f"{PREFIX}/review/marks", json={"subjects": alarms[:2]})
        assert sorted(marked.json()["changed"]) == sorted(alarms[:2])
        assert await left(viewer) == alarms[2:]
        assert await left(admin) == alarms[::-1]
        days = (await viewer.get(f"{PREFIX}/review/days", params=SPAN)).json()["days"]
        assert [(day["alarms"], day["alarms_left"]) for day in days] == [(3, 1)]
        undone = await viewer.post(f"{PREFIX}/review/marks", json={"subjects": alarms[:1], "reviewed": False})
        assert undone.json() == {"changed": alarms[:1]}
        assert await left(viewer) == [alarms[2], alarms[0]]
        page = (await viewer.get(f"{PREFIX}/review", params={**SPAN, "limit": 2})).json()
        assert (len(page["items"]), page["from_ms"], page["to_ms"]) == (2, SPAN["from_ms"], SPAN["to_ms"])
        for wrong in ({"from_ms": T0, "to_ms": T0}, {"from_ms": 0}, {"of": "all of it"}):
            refused = await viewer.get(f"{PREFIX}/review/days", params={**SPAN, **wrong})
            assert refused.status_code == 422, wrong


async def test_a_preview_is_six_pictures_of_the_stretch_and_nothing_where_nothing_is(served: Served) -> None:
    facts = SqlFactStore(served.database, SystemClock(), SiteId(served.site.settings.site))
    await facts.save_status(node_status(CAMERA))
    (run,) = recorded(T0, 4)
    served.objects.objects[run.key] = run.data
    async with served.database.writing() as session:
        session.add(run.row())
    asked: dict[str, Any] = {"camera": CAMERA, "from_ms": T0, "to_ms": T0 + 4_000}
    async with served.client("viewer") as viewer:
        strip = await viewer.get(PREVIEW, params=asked)
        assert (strip.status_code, strip.headers["content-type"]) == (200, "image/jpeg"), strip.text
        with Image.open(io.BytesIO(strip.content)) as picture:
            assert picture.size == (6 * 320, 180)
            first, last = (picture.crop((left, 0, left + 320, 180)).tobytes() for left in (0, 5 * 320))
        assert first != last
        reads = dict(served.objects.objects)
        served.objects.objects.clear()  # what was made is kept, and asks the store for nothing
        assert (await viewer.get(PREVIEW, params=asked)).content == strip.content
        nothing = await viewer.get(PREVIEW, params={**asked, "from_ms": T0 - 90_000, "to_ms": T0 - 80_000})
        assert (nothing.status_code, nothing.content) == (204, b"")
        served.objects.objects.update({key: b"x" * len(data) for key, data in reads.items()})
        damaged = await viewer.get(PREVIEW, params={**asked, "to_ms": T0 + 3_000})
        assert damaged.status_code == 204


async def made(films: Sequence[Film]) -> bytes | None:
    return make_strip(films)


async def test_what_was_made_longest_ago_is_forgotten_first() -> None:
    (run,) = recorded(T0, 2)
    films = [(run.data, T0, (T0,))]
    one = await PreviewStrips(made).strip("a", films)
    assert one is not None
    kept = PreviewStrips(made, kept_bytes=2 * len(one))
    for name in ("a", "b", "a", "c"):
        await kept.strip(name, films)
        kept.known("a")
    assert [kept.known(name) is not None for name in "abc"] == [True, False, True]
