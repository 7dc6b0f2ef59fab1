"""What a person looks through, on SQLite and PostgreSQL: one order, one pile for each, and what is seen stays seen."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.adapters.review_store import ReviewStore
from controller.api.review_schemas import ReviewDays, ReviewPage
from controller.core.review import ReviewWish
from controller.ports import Received
from shared.errors import Rejected
from shared.ids import CameraId, EventId, NodeId
from shared.mint import uuid7
from tests.builders import T0, event_fact, occurrence, rule, verdict
from tests.contract.controller.conftest import Site

WISH = ReviewWish("kim", T0 - 60_000, T0 + 3_600_000)
LAWN = rule(name="lawn", severity="high", cooldown_s=15)


def store(site: Site) -> ReviewStore:
    return ReviewStore(site.database, site.clock, ZoneInfo("Asia/Seoul"))


async def put_event(site: Site, at_s: float, *, camera: str = "gate.yard", seen: bool = True) -> str:
    fact = event_fact(state="closed", camera=camera, start_ms=T0 + round(at_s * 1000))
    await site.facts.save_facts([Received(NodeId("gate"), b"", fact)])
    if seen:
        judged = verdict(at_s, at_s + 2, event=EventId(fact.event), camera=CameraId(camera))
        await site.judging.save_judgement(None, judged, [])
    return fact.event


async def put_alarm(site: Site, at_s: float, *, event: str | None = None, **more: Any) -> str:
    judged = verdict(at_s, at_s + 9, event=None if event is None else EventId(event))
    await site.judging.save_judgement(None, judged, [occurrence(LAWN, at_s, at_s + 8, **more)])
    page = await site.queries.alarms(state="all", camera=None, severity=None, cursor=None, limit=1)
    return str(page["items"][0]["id"])


async def found(site: Site, wish: ReviewWish = WISH) -> list[str]:
    page = await store(site).page(wish, None, 50)
    ReviewPage.model_validate({**page, "from_ms": 0, "to_ms": 1})
    return [item["id"] for item in page["items"]]


async def test_alarms_and_the_events_that_none_came_of_are_in_one_order(site: Site) -> None:
    walk = await put_event(site, 10)
    entry = await put_event(site, 100)
    alarm = await put_alarm(site, 103, event=entry)
    leaves = await put_event(site, 300, seen=False)
    door = await put_event(site, 600, camera="gate.door")
    assert await found(site) == [door, alarm, walk]
    for changed, ids in (
        ({"motion": True}, [door, leaves, alarm, walk]),
        ({"of": "alarms"}, [alarm]),
        ({"of": "events"}, [door, walk]),
        ({"cameras": ("gate.yard",)}, [alarm, walk]),
        ({"cameras": ("gate.door",)}, [door]),
        ({"severities": ("high",)}, [alarm]),
        ({"severities": ("low",)}, []),
        ({"states": ("raised",)}, [alarm]),
        ({"states": ("resolved",)}, []),
        ({"classes": ("person",)}, [door, walk]),
        ({"classes": ("truck",), "motion": True}, []),
        ({"from_ms": T0 + 103_000, "to_ms": T0 + 600_000}, [alarm]),
    ):
        assert await found(site, replace(WISH, **changed)) == ids, changed


async def test_pages_follow_each_other_through_both_kinds(site: Site) -> None:
    ids = [await (put_alarm(site, at) if at % 40 else put_event(site, at)) for at in range(20, 200, 20)]
    told: list[str] = []
    cursor = None
    for _ in range(5):
        page = await store(site).page(WISH, cursor, 2)
        told += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert (told, cursor) == (ids[::-1], None)
    with pytest.raises(Rejected, match="cursor"):
        await store(site).page(WISH, "12", 2)


async def test_everybody_has_a_pile_and_what_occurs_again_is_back_on_it(site: Site) -> None:
    walk, alarm = await put_event(site, 10), await put_alarm(site, 100)
    unknown = uuid7()
    assert await store(site).mark("kim", [walk, alarm, unknown], reviewed=True) == sorted([walk, alarm])
    assert await store(site).mark("kim", [walk, alarm], reviewed=True) == []
    left = replace(WISH, left=True)
    assert await found(site, left) == []
    assert await found(site, replace(left, who="lee")) == [alarm, walk]
    page = await store(site).page(WISH, None, 50)
    assert [item["reviewed_at"] for item in page["items"]] == [site.clock.now().isoformat()] * 2
    await put_alarm(site, 112)  # within the rule's cooldown: it joins
    assert await found(site, left) == [alarm]
    assert await store(site).mark("kim", [walk, alarm], reviewed=True) == [alarm]
    assert await found(site, left) == []
    assert await store(site).mark("kim", [alarm, unknown], reviewed=False) == [alarm]
    assert await store(site).mark("kim", [alarm], reviewed=False) == []
    assert await found(site, left) == [alarm]


async def test_days_count_what_there_is_and_what_is_left(site: Site) -> None:
    walk, _ = await put_event(site, 10), await put_alarm(site, 100)
    late = await put_event(site, 8 * 3_600)  # 01:00 of the next day in Seoul
    await store(site).mark("kim", [walk, late], reviewed=True)
    found_days = await store(site).days(replace(WISH, to_ms=T0 + 9 * 3_600_000))
    ReviewDays.model_validate(found_days)
    first, second = found_days["days"]
    assert [first[key] for key in ("alarms", "alarms_left", "events", "events_left")] == [1, 1, 1, 0]
    assert [second[key] for key in ("alarms", "alarms_left", "events", "events_left")] == [0, 0, 1, 0]
    alarms = (await store(site).days(replace(WISH, of="alarms")))["days"]
    assert [(day["alarms"], day["events"]) for day in alarms] == [(1, 0)]
