"""Losses in a node's ledger, on both databases: each minute is told once, in one alarm for each camera and cause."""

from typing import Any

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.feed import Feed
from controller.core.lifecycle import Deed
from controller.watch_settings import CameraStalled, FootageLost, NodeAway, Watch
from shared.kinds import GapCause
from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.messages import Gap, LedgerFact
from shared.mint import uuid7
from tests.builders import AGENT, AT, T0, node_status
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_store import Guard, alarms, detail, healthy, hear
from tests.fakes.led import drop

S = 1_000
MINUTE = 60 * S
M0 = T0 - T0 % MINUTE
CHAIN = uuid7()


def told(minute: int, *gaps: tuple[int, int, GapCause], **given: Any) -> LedgerFact:
    """The ledger of the minute `minute` with gaps in seconds from its begin."""
    minute_ms = M0 + minute * MINUTE
    spans = tuple(Gap(start_ms=minute_ms + a * S, end_ms=minute_ms + b * S, cause=cause) for a, b, cause in gaps)
    chain = given.get("chain", CHAIN)
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": AT,
        "node": "gate",
        "agent_start": AGENT,
        "seq": 1,
        "rev": 1,
        "camera": "gate.yard",
        "minute_ms": minute_ms,
        "chain": chain,
        "previous": FIRST_PREVIOUS,
        "gaps": spans,
        "entry": entry_hash("gate.yard", minute_ms, chain, FIRST_PREVIOUS, (), spans),
    }
    return LedgerFact(**(values | given))


async def test_a_loss_is_an_alarm_that_names_camera_span_cause_and_seconds(site: Site) -> None:
    guard = await Guard(site).lead()
    await hear(site, told(0, (10, 14, "disk full")))
    (raised,) = await guard.look()
    (alarm,) = await alarms(site)
    assert (alarm.kind, alarm.cause, alarm.camera, alarm.node) == ("footage_lost", "disk full", "gate.yard", "gate")
    assert (alarm.condition_ms, alarm.end_ms, alarm.severity) == (M0 + 10 * S, M0 + 14 * S, "high")
    assert alarm.detail.startswith("4.0 s of gate.yard were never recorded (gaps: 1), for the node's disk was full")
    assert alarm.said is not None
    assert alarm.said.code == "alarm_gap_disk_full"
    assert [entry.what for entry in (await detail(site, raised)).history] == ["raised"]


async def test_further_losses_are_counted_in_the_alarm_that_is_open(site: Site) -> None:
    guard = await Guard(site).lead()
    await hear(site, told(0, (10, 14, "lost")))
    (first,) = await guard.look()
    await hear(site, told(1, (0, 2, "lost")), told(60, (5, 8, "lost")), told(61, (0, 60, "disk error")))
    (second,) = await guard.look()
    await hear(site, told(2, (0, 1, "lost"), (30, 31, "lost")))
    assert await guard.look() == ()
    found = {alarm.cause: alarm for alarm in await alarms(site)}
    assert {alarm.id for alarm in found.values()} == {first, second}
    assert found["lost"].detail.startswith("11.0 s of gate.yard were never recorded (gaps: 5)")
    assert found["lost"].end_ms == M0 + 60 * MINUTE + 8 * S
    assert [(one.start_ms - M0, one.end_ms) for one in (await detail(site, first)).occurrences] == [
        (10 * S, M0 + 2 * MINUTE + 31 * S),
        (60 * MINUTE + 5 * S, M0 + 60 * MINUTE + 8 * S),
    ]
    assert found["disk error"].detail.startswith("60.0 s of gate.yard were never recorded (gaps: 1)")


async def test_a_loss_inside_a_known_stretch_still_counts_and_is_fed(site: Site) -> None:
    guard = await Guard(site).lead()
    await hear(site, told(0, (0, 5, "lost")), told(2, (0, 5, "lost")))
    (raised,) = await guard.look()
    await hear(site, told(1, (0, 5, "lost")))
    await guard.look()
    await hear(site, told(3, (20, 21, "lost")))
    assert await guard.look() == ()
    (alarm,) = await alarms(site)
    assert alarm.detail.startswith("16.0 s of gate.yard were never recorded (gaps: 4)")
    fed = [row["data"] for row in await Feed(site.database).after(0, 200) if row["kind"] == "alarm"]
    assert [(row["id"], row["rev"]) for row in fed] == [(raised, rev) for rev in range(1, alarm.rev + 1)]
    assert fed[-1]["said"]["params"]["gaps"] == 4


async def test_a_minute_that_is_told_again_is_counted_once_whoever_watches(site: Site) -> None:
    guard = await Guard(site, "old").lead()
    fact = told(0, (10, 14, "lost"), (20, 21, "disk full"))
    await hear(site, fact)
    assert len(await guard.look()) == 2
    before = [(alarm.id, alarm.rev, alarm.detail) for alarm in await alarms(site)]
    await drop(site.database, site.clock, guard.term)
    fresh = await Guard(site, "new").lead()  # the controller was started anew
    again = told(0, (10, 14, "lost"), (20, 21, "disk full"), id=uuid7())
    rechained = told(0, (10, 14, "lost"), (20, 21, "disk full"), chain=uuid7())
    for facts in ((fact,), (fact.model_copy(update={"id": uuid7()}),), (again,), (rechained,), (fact, again)):
        await hear(site, *facts)
        assert await fresh.look() == ()
    assert [(alarm.id, alarm.rev, alarm.detail) for alarm in await alarms(site)] == before
    assert (await fresh.watch.store.sight()).missed == ()


async def test_saving_what_another_look_saved_changes_nothing(site: Site) -> None:
    guard = await Guard(site).lead()
    await hear(site, told(0, (10, 14, "lost")))
    missed = (await guard.watch.store.sight()).missed
    assert len(await guard.watch.store.save((), (), (), missed)) == 1
    before = [(alarm.rev, alarm.detail) for alarm in await alarms(site)]
    assert await guard.watch.store.save((), (), (), missed) == ()
    assert [(alarm.rev, alarm.detail) for alarm in await alarms(site)] == before


async def test_time_that_was_not_meant_to_be_kept_raises_nothing(site: Site) -> None:
    guard = await Guard(site).lead()
    causes: tuple[GapCause, ...] = ("recording off", "not retained by policy")
    await hear(site, *(told(minute, (0, 60, cause)) for minute, cause in enumerate(causes)))
    await hear(site, told(9, (0, 30, "camera stalled")))
    assert await guard.look() == ()
    assert (await guard.watch.store.sight()).missed == ()


async def test_a_camera_that_stood_still_unseen_is_told_afterwards_and_one_that_was_seen_is_not(site: Site) -> None:
    guard = await Guard(site).lead()
    site.clock.at_ms = M0
    await healthy(site)
    await guard.look_for(60, lambda: healthy(site, "stalled"))
    await guard.look_for(60, lambda: healthy(site))
    assert [alarm.kind for alarm in await alarms(site)] == ["camera_stalled"]
    await hear(site, told(0, (0, 60, "camera stalled")))
    assert await guard.look() == ()
    await hear(site, told(9, (0, 60, "camera stalled")), told(10, (0, 60, "camera stalled")))
    (raised,) = await guard.look()
    found = (await detail(site, raised)).alarm
    assert (found.cause, found.occurrences) == ("camera stalled", 1)
    assert found.detail.startswith("120.0 s of gate.yard")


async def test_after_somebody_resolved_it_a_further_loss_is_a_new_alarm_with_its_own_count(site: Site) -> None:
    guard = await Guard(site).lead()
    await hear(site, told(0, (10, 14, "lost")))
    (first,) = await guard.look()
    await AlarmStore(site.database, site.clock).act(first, Deed("resolve", "kim", assessment="true"))
    await hear(site, told(1, (0, 1, "lost")), told(0, (10, 14, "lost"), chain=uuid7()))
    (second,) = await guard.look()
    assert (await detail(site, second)).alarm.detail.startswith("1.0 s of gate.yard were never recorded (gaps: 1)")


async def test_sites_that_want_none_are_told_none_now_nor_later(site: Site) -> None:
    guard = await Guard(site, settings=Watch(footage_lost=FootageLost(on=False))).lead()
    await hear(site, told(0, (10, 14, "lost")))
    assert await guard.look() == ()
    still = await Guard(site, settings=Watch(camera_stalled=CameraStalled(on=False))).lead()
    await hear(site, told(1, (0, 60, "camera stalled")))
    assert await still.look() == ()
    assert await (await Guard(site).lead()).look() == ()
    assert await alarms(site) == []


async def test_a_node_that_did_not_run_while_nobody_could_see_it_is_one_alarm_of_all_its_cameras(site: Site) -> None:
    guard = await Guard(site).lead()
    yard = told(0, (20, 3 * 3600, "agent down"))
    door = told(0, (22, 3 * 3600, "agent down"), camera="gate.door")
    await hear(site, yard)
    (raised,) = await guard.look()
    await hear(site, door, yard.model_copy(update={"id": uuid7(), "rev": 2}))
    assert await guard.look() == ()
    (alarm,) = await alarms(site)
    assert (alarm.kind, alarm.cause, alarm.camera, alarm.node) == ("footage_lost", "agent down", None, "gate")
    assert (alarm.condition_ms, alarm.end_ms) == (M0 + 20 * S, M0 + 3 * 3600 * S)
    assert alarm.detail.startswith("node gate did not run for 10780 s (times: 1)")
    assert alarm.said is not None
    assert alarm.said.code == "alarm_gap_node"
    await hear(site, told(300, (0, 120, "agent down"), camera="gate.door"), told(300, (2, 120, "agent down")))
    assert await guard.look() == ()
    (alarm,) = await alarms(site)
    assert alarm.detail.startswith("node gate did not run for 10900 s (times: 2)")
    assert [one.start_ms - M0 for one in (await detail(site, raised)).occurrences] == [20 * S, 300 * MINUTE]


async def test_a_node_that_was_seen_to_be_away_or_is_not_missed_that_soon_is_not_told_again(site: Site) -> None:
    guard = await Guard(site).lead()
    site.clock.at_ms = M0
    await healthy(site)
    await guard.look_for(5, lambda: healthy(site))
    await site.facts.save_status(node_status(state="offline"))
    assert len(await guard.look_for(80)) == 1
    await guard.look_for(20, lambda: healthy(site))
    await hear(site, told(0, (5, 85, "agent down")))
    assert await guard.look() == ()
    patient = await Guard(site, settings=Watch(node_away=NodeAway(grace_s=3600))).lead()
    await hear(site, told(60, (0, 3000, "agent down")))
    assert await patient.look() == ()
    deaf = await Guard(site, settings=Watch(node_away=NodeAway(on=False))).lead()
    await hear(site, told(120, (0, 9000, "agent down")))
    assert await deaf.look() == ()
    assert [alarm.kind for alarm in await alarms(site)] == ["node_away"]
