"""Back-fill on both databases: what is due and missing is asked for once, few at a time, until it is stored or lost."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from controller.adapters.backfill_store import SqlBackfillStore
from controller.adapters.request_store import SqlRequestStore
from controller.adapters.tables import AlarmRow, BackfillRow, LedgerRow
from controller.core.footage import Order
from controller.errors import Missing
from controller.ports import Received, State
from shared.errors import Rejected
from shared.ids import CameraId, NodeId, RunId
from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.messages import AnyFact, Gap, LedgerFact, RunFact, SegmentRef
from shared.mint import uuid7
from tests.builders import AGENT, AT, T0, event_fact, node_status, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import Site

MINUTE = 60_000
CHAIN = uuid7()
CAMERA = CameraId("gate.yard")
GATE = NodeId("gate")


def refs(start_ms: int, count: int = 6, length_ms: int = 10_000) -> tuple[SegmentRef, ...]:
    return tuple(
        SegmentRef(start_ms=at_ms, end_ms=at_ms + length_ms, bytes=10, sha256=f"{at_ms:064x}")
        for at_ms in range(start_ms, start_ms + count * length_ms, length_ms)
    )


def ledger(minute: int, **given: Any) -> LedgerFact:
    """The entry of a whole minute, `minute` minutes after T0."""
    at_ms = T0 + minute * MINUTE
    values: dict[str, Any] = {"segments": refs(at_ms), "gaps": (), "chain": CHAIN, "camera": "gate.yard", **given}
    entry = entry_hash(values["camera"], at_ms, values["chain"], FIRST_PREVIOUS, values["segments"], values["gaps"])
    common = {"id": uuid7(), "at": AT, "node": "gate", "agent_start": AGENT, "seq": 1, "rev": 1, "minute_ms": at_ms}
    return LedgerFact(**(common | {"previous": FIRST_PREVIOUS, "entry": entry} | values))


class Backfill:
    """A site whose node is online, and what its controller asks of it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = SqlBackfillStore(site.database, site.clock)
        self.requests = SqlRequestStore(site.database, site.clock)

    async def tell(self, *facts: AnyFact) -> None:
        await self.site.facts.save_facts([Received(NodeId("gate"), b"{}", fact) for fact in facts])

    async def keep(self, start_s: float, end_s: float) -> RunFact:
        """A run in the store, in s after T0."""
        start_ms, end_ms = T0 + round(start_s * 1000), T0 + round(end_s * 1000)
        listed = refs(start_ms, max(1, (end_ms - start_ms) // 10_000))
        run = run_fact(start_ms=start_ms, end_ms=end_ms, state="uploaded", segments=listed)
        await self.tell(run)
        await self.site.runs.mark_stored(RunId(run.run))
        return run

    async def spans(self) -> list[tuple[float, float, str, str]]:
        """Every ask: s after T0, why and state, best first."""
        async with self.site.database.reading() as session:
            rows = list(await session.scalars(select(BackfillRow)))
        rows.sort(key=lambda row: (row.rank, row.start_ms))
        return [((row.start_ms - T0) / 1000, (row.end_ms - T0) / 1000, row.why, row.state) for row in rows]

    async def request(self, start_s: float, end_s: float) -> str:
        made = await self.requests.add(CAMERA, T0 + round(start_s * 1000), T0 + round(end_s * 1000), "kim", "")
        return str(made["id"])

    async def state(self, request: str) -> tuple[str, str]:
        self.site.clock.at_ms += 20_000
        await self.store.follow()
        await self.store.serve_requests()
        found: State = (await self.requests.one(request))["request"]
        return found["state"], found["reason"]

    async def took(self, order: Order, left: tuple[int, int] | None = None) -> None:
        await self.store.answered(GATE, order.id, "", left, accepted=True)


@pytest.fixture
async def backfill(site: Site) -> Backfill:
    await site.facts.save_status(node_status("gate.yard"))
    site.clock.at_ms = T0 + 60 * MINUTE
    return Backfill(site)


async def test_what_a_plan_sends_and_the_store_lacks_is_asked_for_once(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute, due="all") for minute in range(3)))
    await backfill.keep(0, 60)
    assert await backfill.store.compare() == 0, "the node may be about to announce it"
    backfill.site.clock.at_ms += 2 * MINUTE
    assert await backfill.store.compare() == 1
    assert await backfill.spans() == [(60, 180, "plan", "waiting")]
    for _ in range(3):
        backfill.site.clock.at_ms += 2 * MINUTE
        assert await backfill.store.compare() == 0
    await backfill.keep(60, 180)
    backfill.site.clock.at_ms += 2 * MINUTE
    await backfill.store.compare()
    async with backfill.site.database.reading() as session:
        assert set(await session.scalars(select(LedgerRow.check_ms))) == {None}, "settled for good"


async def test_a_run_that_its_node_gave_up_and_still_has_is_asked_for_and_one_that_is_lost_is_not(
    backfill: Backfill,
) -> None:
    await backfill.tell(*(ledger(minute, due="all") for minute in range(3)))
    runs = [
        run_fact(start_ms=T0 + n * MINUTE, end_ms=T0 + (n + 1) * MINUTE, segments=refs(T0 + n * MINUTE))
        for n in range(3)
    ]
    await backfill.tell(*runs)
    backfill.site.clock.at_ms += 2 * MINUTE
    assert await backfill.store.compare() == 0, "all of it is coming"
    told = [run.model_copy(update={"id": uuid7(), "rev": 2}) for run in runs]
    await backfill.tell(
        told[0].model_copy(update={"state": "released"}),
        told[1].model_copy(update={"state": "lost"}),
        told[2].model_copy(update={"state": "released"}),
    )
    backfill.site.clock.at_ms += 2 * MINUTE
    assert await backfill.store.compare() == 2
    assert await backfill.spans() == [(0, 60, "plan", "waiting"), (120, 180, "plan", "waiting")]
    await backfill.keep(0, 60)
    await backfill.tell(told[2].model_copy(update={"id": uuid7(), "rev": 3, "state": "lost"}))
    backfill.site.clock.at_ms += 2 * MINUTE
    assert await backfill.store.compare() == 0
    async with backfill.site.database.reading() as session:
        assert set(await session.scalars(select(LedgerRow.check_ms))) == {None}, "settled for good"


async def test_what_is_not_due_is_left_where_it_is(backfill: Backfill) -> None:
    await backfill.tell(
        ledger(0, due="events"), ledger(1), ledger(2, due="asked"), event_fact(state="closed", start_ms=T0 + 2 * MINUTE)
    )
    backfill.site.clock.at_ms += 3 * MINUTE
    await backfill.tell(event_fact(state="closed", clip_start_ms=T0 + 121_000, clip_end_ms=T0 + 130_000))
    assert await backfill.store.compare() == 1, "the first event's clip begins in a minute whose events are due"
    assert all(end_s <= 120 for _, end_s, _, _ in await backfill.spans())


async def test_events_and_alarms_come_before_plans_and_an_alarm_raised_late_is_not_forgotten(
    backfill: Backfill,
) -> None:
    await backfill.tell(
        event_fact(state="closed", clip_start_ms=T0 + 70_000, clip_end_ms=T0 + 90_000),
        *(ledger(minute, due="events") for minute in range(4)),
        ledger(4, due="all"),
    )
    backfill.site.clock.at_ms += 3 * MINUTE
    await backfill.store.compare()
    assert await backfill.spans() == [(70, 90, "event", "waiting"), (240, 300, "plan", "waiting")]
    await backfill.site.judging.save_judgement(None, verdict(80, 200), [occurrence(rule(), 180)])
    backfill.site.clock.at_ms += 2 * MINUTE
    await backfill.store.compare()
    async with backfill.site.database.reading() as session:
        (alarm,) = (await session.scalars(select(AlarmRow))).all()
    assert alarm.condition_ms == T0 + 180_000
    assert (170.0, 190.0, "alarm", "waiting") in await backfill.spans()


async def test_an_alarm_makes_the_footage_of_each_camera_due_around_what_that_camera_saw(backfill: Backfill) -> None:
    door = CameraId("gate.door")
    await backfill.tell(
        *(ledger(minute, due="asked", camera=camera) for camera in (CAMERA, door) for minute in (2, 3, 4))
    )
    backfill.site.clock.at_ms += 3 * MINUTE
    assert await backfill.store.compare() == 0
    placed = rule(place="gate", cooldown_s=300)
    judging = backfill.site.judging
    await judging.save_judgement(None, verdict(110, 140), [occurrence(placed, 132, 135)])
    seen = occurrence(placed, 171, camera=door)
    await judging.save_judgement(None, verdict(160, 200, camera=door), [seen])
    backfill.site.clock.at_ms += 2 * MINUTE
    assert await backfill.store.compare() == 2
    await judging.save_judgement(None, verdict(160, 270, camera=door), [replace(seen, end_ms=T0 + 255_000)])
    backfill.site.clock.at_ms += 2 * MINUTE
    await backfill.store.compare()
    async with backfill.site.database.reading() as session:
        assert len((await session.scalars(select(AlarmRow))).all()) == 1
        rows = await session.scalars(select(BackfillRow).order_by(BackfillRow.camera, col(BackfillRow.start_ms)))
        asked = [(row.camera, (row.start_ms - T0) // 1000, (row.end_ms - T0) // 1000, row.why) for row in rows]
    assert asked == [(door, 161, 181, "alarm"), (door, 181, 265, "alarm"), (CAMERA, 122, 145, "alarm")]


async def test_an_occurrence_that_joins_late_makes_its_own_footage_due(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute) for minute in range(6)))
    wandering = rule(cooldown_s=600)
    await backfill.site.judging.save_judgement(None, verdict(20, 40), [occurrence(wandering, 30, 32)])
    backfill.site.clock.at_ms += 3 * MINUTE
    assert await backfill.store.compare() == 1
    await backfill.site.judging.save_judgement(None, verdict(200, 240), [occurrence(wandering, 210, 212)])
    assert await backfill.store.compare() == 1
    assert await backfill.spans() == [(20, 42, "alarm", "waiting"), (200, 222, "alarm", "waiting")]


async def test_a_better_reason_hurries_what_waits(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute, due="all") for minute in range(2)))
    backfill.site.clock.at_ms += 3 * MINUTE
    await backfill.store.compare()
    await backfill.request(0, 60)
    await backfill.store.serve_requests()
    assert await backfill.spans() == [(0, 120, "request", "waiting")]


async def test_few_orders_are_out_at_once_and_only_to_nodes_that_are_there(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute, due="all") for minute in range(25)))
    backfill.site.clock.at_ms += 3 * MINUTE
    assert await backfill.store.compare() == 3
    await backfill.site.facts.save_status(node_status("gate.yard", state="offline"))
    assert await backfill.store.orders() == ()
    await backfill.site.facts.save_status(node_status("gate.yard"))
    first = await backfill.store.orders()
    assert [(order.span[0] - T0) // MINUTE for order in first] == [0, 10]
    assert await backfill.store.orders() == ()
    backfill.site.clock.at_ms += 31_000
    assert await backfill.store.orders() == first, "not answered: the same again"
    await backfill.took(first[0])
    await backfill.took(first[1])
    await backfill.keep(0, 600)
    backfill.site.clock.at_ms += 20_000
    assert await backfill.store.follow() == 1
    assert [(order.span[0] - T0) // MINUTE for order in await backfill.store.orders()] == [20]


async def test_while_an_event_runs_the_plan_waits_and_people_do_not(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute, due="all") for minute in range(2)))
    backfill.site.clock.at_ms += 3 * MINUTE
    await backfill.store.compare()
    await backfill.tell(event_fact(start_ms=T0 + 60 * MINUTE, clip_start_ms=T0 + 60 * MINUTE))
    assert await backfill.store.orders() == ()
    await backfill.request(60, 120)
    await backfill.store.serve_requests()
    (order,) = await backfill.store.orders()
    assert order.span == (T0, T0 + 2 * MINUTE)


async def test_a_request_is_followed_until_the_store_has_it(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute, due="events") for minute in range(3)))
    request = await backfill.request(30, 90)
    assert await backfill.state(request) == ("retrieving", "")
    (order,) = await backfill.store.orders()
    assert (order.camera, order.media_class) == (CAMERA, "continuous")
    assert order.span == (T0 + 30_000, T0 + 90_000)
    await backfill.took(order, order.span)
    announced = run_fact(start_ms=T0 + 30_000, end_ms=T0 + 90_000)
    await backfill.tell(announced)
    assert await backfill.state(request) == ("retrieving", "")
    await backfill.keep(30, 90)
    await backfill.tell(announced.model_copy(update={"rev": 2, "state": "lost"}))
    assert await backfill.state(request) == ("stored", "")
    detail = await backfill.requests.one(request)
    assert detail["parts"] == [{"start_ms": T0 + 30_000, "end_ms": T0 + 90_000, "state": "retrieved"}]
    assert await backfill.store.serve_requests() == 0
    assert [state for *_, state in await backfill.spans()] == ["done"]


async def test_what_the_ring_no_longer_has_is_lost_and_said_so(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute) for minute in range(3)))
    request = await backfill.request(0, 120)
    await backfill.store.serve_requests()
    (order,) = await backfill.store.orders()
    await backfill.took(order, (T0 + 60_000, T0 + 120_000))
    await backfill.keep(60, 120)
    assert await backfill.state(request) == ("partly", "no longer there")
    other = await backfill.request(120, 180)
    await backfill.store.serve_requests()
    (order,) = await backfill.store.orders()
    await backfill.store.answered(NodeId("other"), order.id, "not mine", None, accepted=False)
    assert (await backfill.spans())[-1] == (120, 180, "request", "asked"), "another node's word counts nothing"
    await backfill.took(order, (T0 + 120_000, T0 + 120_000))
    assert await backfill.state(other) == ("lost", "no longer there")


async def test_a_request_waits_for_a_node_that_is_away_and_for_what_it_will_tell(backfill: Backfill) -> None:
    await backfill.site.facts.save_status(node_status("gate.yard", state="offline"))
    request = await backfill.request(0, 60)
    assert await backfill.state(request) == ("waiting", "node offline")
    await backfill.site.facts.save_status(node_status("gate.yard"))
    assert await backfill.state(request) == ("waiting", "not told yet")
    away = Gap(start_ms=T0, end_ms=T0 + MINUTE, cause="agent down")
    await backfill.tell(ledger(0, segments=(), gaps=(away,)))
    assert await backfill.state(request) == ("lost", "never recorded")


async def test_a_hole_in_what_the_ring_still_has_is_asked_for_by_itself_and_lost(backfill: Backfill) -> None:
    await backfill.tell(*(ledger(minute) for minute in range(3)))
    request = await backfill.request(0, 180)
    await backfill.store.serve_requests()
    (order,) = await backfill.store.orders()
    await backfill.took(order, order.span)
    await backfill.keep(0, 60)
    await backfill.keep(120, 180)
    assert await backfill.state(request) == ("retrieving", "")
    backfill.site.clock.at_ms += 11 * MINUTE
    assert await backfill.state(request) == ("retrieving", "")
    (rest,) = await backfill.store.orders()
    assert rest.span == (T0 + 60_000, T0 + 120_000)
    await backfill.took(rest, (rest.span[0], rest.span[0]))
    assert await backfill.state(request) == ("partly", "no longer there")


async def test_a_node_that_takes_an_order_and_sends_nothing_is_asked_again_later(backfill: Backfill) -> None:
    await backfill.tell(ledger(0))
    request = await backfill.request(0, 60)
    await backfill.store.serve_requests()
    (order,) = await backfill.store.orders()
    await backfill.took(order)
    backfill.site.clock.at_ms += 11 * MINUTE
    assert await backfill.state(request) == ("waiting", "no answer")
    assert await backfill.store.orders() == ()
    backfill.site.clock.at_ms += 61 * MINUTE
    assert await backfill.state(request) == ("retrieving", "")
    assert len(await backfill.store.orders()) == 1


async def test_a_node_that_cannot_take_an_order_now_is_asked_again_later(backfill: Backfill) -> None:
    await backfill.tell(ledger(0))
    request = await backfill.request(0, 60)
    await backfill.store.serve_requests()
    (order,) = await backfill.store.orders()
    await backfill.store.answered(GATE, order.id, "not now: disk full", None, accepted=False)
    assert await backfill.state(request) == ("waiting", "no answer")
    backfill.site.clock.at_ms += 61 * MINUTE
    assert await backfill.state(request) == ("retrieving", "")


async def test_a_node_that_never_answers_is_not_asked_for_ever(backfill: Backfill) -> None:
    await backfill.tell(ledger(0))
    await backfill.request(0, 60)
    await backfill.store.serve_requests()
    sent = 0
    for _ in range(40):
        sent += len(await backfill.store.orders())
        backfill.site.clock.at_ms += 31_000
    assert sent == 20
    assert [state for *_, state in await backfill.spans()] == ["failed"]


async def test_requests_are_listed_newest_first_in_pages(backfill: Backfill) -> None:
    made = []
    for second in range(3):
        made.append(await backfill.request(second, second + 1))
        backfill.site.clock.at_ms += 1_000
    page = await backfill.requests.page(camera=None, cursor=None, limit=2)
    assert [one["id"] for one in page["items"]] == made[:0:-1]
    rest = await backfill.requests.page(camera="gate.yard", cursor=page["next"], limit=2)
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([made[0]], None)
    with pytest.raises(Missing):
        await backfill.requests.one(uuid7())
    with pytest.raises(Missing):
        await backfill.requests.add(CameraId("gate.none"), 1, 2, "kim", "")
    with pytest.raises(Rejected, match="cursor"):
        await backfill.requests.page(camera=None, cursor="5", limit=2)
