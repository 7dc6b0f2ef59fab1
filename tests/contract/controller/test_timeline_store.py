"""The timeline on both databases: an hour to the ms, a month in buckets, events and alarms singly or counted."""

import pytest

from controller.adapters.backfill_store import SqlBackfillStore
from controller.adapters.piece_store import SqlPieceRuns
from controller.adapters.request_store import SqlRequestStore
from controller.adapters.timeline_store import SqlTimeline
from controller.core.timeline import grid_of
from controller.errors import Missing
from controller.ports import Received, State
from shared.ids import CameraId, EventId, NodeId, RunId
from shared.messages import AnyFact, Gap
from tests.builders import T0, event_fact, node_status, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_backfill_store import ledger, refs

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


async def tell(site: Site, *facts: AnyFact) -> None:
    await site.facts.save_facts([Received(NodeId("gate"), b"{}", fact) for fact in facts])


@pytest.fixture
async def yard(site: Site) -> Site:
    """Four minutes: the first is stored, the second is coming, the third is on the node, in the fourth is a gap."""
    await site.facts.save_status(node_status("gate.yard", "gate.door"))
    site.clock.at_ms = T0 + HOUR
    await tell(site, *(ledger(minute) for minute in range(3)))
    gap = Gap(start_ms=T0 + 3 * MINUTE, end_ms=T0 + 4 * MINUTE, cause="camera stalled")
    await tell(site, ledger(3, segments=(), gaps=(gap,)))
    stored = run_fact(
        start_ms=T0, end_ms=T0 + MINUTE, state="uploaded", segments=refs(T0), init_bytes=4, length_bytes=40
    )
    await tell(site, stored, run_fact(start_ms=T0 + MINUTE, end_ms=T0 + 2 * MINUTE, segments=refs(T0 + MINUTE)))
    await site.runs.mark_stored(RunId(stored.run))
    return site


async def read(site: Site, from_ms: int, to_ms: int, buckets: int = 600, *cameras: str) -> State:
    wanted = cameras or ("gate.yard",)
    return await SqlTimeline(site.database, site.clock).timeline(wanted, grid_of(from_ms, to_ms, buckets))


def spans(listed: list[State], word: str, unit_ms: int = MINUTE) -> list[tuple[str, float, float]]:
    return [(one[word], (one["start_ms"] - T0) / unit_ms, (one["end_ms"] - T0) / unit_ms) for one in listed]


async def test_an_hour_is_told_to_the_ms(yard: Site) -> None:
    found = await read(yard, T0 - MINUTE, T0 + 59 * MINUTE)
    (camera,) = found["cameras"]
    assert found["exact"]
    assert spans(camera["bands"], "state") == [("retrieved", 0, 1), ("retrieving", 1, 2), ("retrievable", 2, 3)]
    assert spans(camera["gaps"], "cause") == [("camera stalled", 3, 4)]
    assert camera["events"] == camera["alarms"] == []


async def test_a_month_is_told_in_buckets_and_covers_no_more_than_there_is(yard: Site) -> None:
    found = await read(yard, T0 - 15 * DAY, T0 + 15 * DAY, 30 * 24 * 60)  # a minute each
    (camera,) = found["cameras"]
    assert not found["exact"]
    assert spans(camera["bands"], "state") == [("retrieved", 0, 1), ("retrieving", 1, 2), ("retrievable", 2, 3)]
    assert spans(camera["gaps"], "cause") == [("camera stalled", 3, 4)]
    (day,) = (await read(yard, T0 - 15 * DAY, T0 + 15 * DAY, 30))["cameras"]
    assert {(band["state"], band["end_ms"] - band["start_ms"], band["covered_ms"]) for band in day["bands"]} == {
        ("retrieved", DAY, MINUTE),
        ("retrieving", DAY, MINUTE),
        ("retrievable", DAY, MINUTE),
    }


async def test_while_its_node_is_away_nothing_is_known_of_a_camera_and_that_is_said(yard: Site) -> None:
    for state in ("online", "offline"):
        await yard.facts.save_status(node_status("gate.yard", "gate.door", state=state))
    yard.clock.at_ms += 10 * MINUTE
    for before_ms, after_ms, buckets in ((0, 2 * HOUR, 600), (15 * DAY, 15 * DAY, 30 * 24 * 60)):
        (camera,) = (await read(yard, T0 - before_ms, T0 + after_ms, buckets))["cameras"]
        assert [one["state"] for one in camera["bands"]] == ["retrieved", "retrieving", "retrievable"]
        assert spans(camera["gaps"], "cause") == [("camera stalled", 3, 4), ("node away", 60, 70)], (
            "since it was heard last"
        )
    assert (await read(yard, T0 - HOUR, T0, 60))["cameras"][0]["gaps"] == []
    await yard.facts.save_status(node_status("gate.yard", "gate.door"))
    assert spans((await read(yard, T0, T0 + 2 * HOUR))["cameras"][0]["gaps"], "cause") == [("camera stalled", 3, 4)]


async def test_what_is_asked_for_is_on_its_way_and_what_was_swept_has_expired(yard: Site) -> None:
    await SqlRequestStore(yard.database, yard.clock).add(
        CameraId("gate.yard"), T0 + 2 * MINUTE, T0 + 3 * MINUTE, "kim", ""
    )
    await SqlBackfillStore(yard.database, yard.clock).serve_requests()
    gone = run_fact(start_ms=T0 + 10 * MINUTE, end_ms=T0 + 11 * MINUTE, state="lost")
    await tell(yard, gone)
    for from_ms, to_ms, buckets in ((T0, T0 + HOUR, 600), (T0 - 15 * DAY, T0 + 15 * DAY, 43_200)):
        (camera,) = (await read(yard, from_ms, to_ms, buckets))["cameras"]
        assert spans(camera["bands"], "state") in (
            [("retrieved", 0, 1), ("retrieving", 1, 2), ("retrieving", 2, 3)],
            [("retrieved", 0, 1), ("retrieving", 1, 3)],
        )
        assert spans(camera["gaps"], "cause") == [("camera stalled", 3, 4), ("lost", 10, 11)]


async def test_events_are_heat_and_told_singly_only_while_they_are_few(yard: Site) -> None:
    events = [
        event_fact(
            start_ms=T0 + n * 10_000,
            end_ms=T0 + n * 10_000 + 4_000,
            state="closed",
            clip_end_ms=T0 + n * 10_000 + 9_000,
        )
        for n in range(6)
    ]
    await tell(yard, *events, event_fact(camera="gate.door", start_ms=T0 + 59 * MINUTE))
    found = await read(yard, T0, T0 + HOUR, 60, "gate.yard", "gate.door")
    here, door = found["cameras"]
    assert here["heat"] == [24_000] + [0] * 59
    assert here["event_counts"] == [6] + [0] * 59
    assert [one["id"] for one in here["events"]] == [one.event for one in events]
    assert door["heat"][-1] == MINUTE, "it still runs"
    assert door["events"][0]["end_ms"] is None
    many = [event_fact(start_ms=T0 + n, end_ms=T0 + n + 1, state="closed", clip_end_ms=T0 + n + 1) for n in range(300)]
    await tell(yard, *many)
    assert (await read(yard, T0, T0 + HOUR, 60))["cameras"][0]["events"] is None


async def test_alarms_stand_where_their_occurrences_began(yard: Site) -> None:
    event = event_fact()
    await tell(yard, event)
    judged = verdict(event=EventId(event.event))
    (alarm,) = await yard.judging.save_judgement(None, judged, [occurrence(rule(severity="critical"), 90, 95)])
    (camera, door) = (await read(yard, T0, T0 + HOUR, 60, "gate.yard", "gate.door"))["cameras"]
    assert [(one["id"], one["severity"], one["condition_ms"] - T0) for one in camera["alarms"]] == [
        (alarm, "critical", 90_000)
    ]
    assert camera["alarm_counts"] == [{"bucket": 1, "count": 1, "severity": "critical"}]
    assert door["alarms"] == door["alarm_counts"] == []


async def test_a_camera_that_does_not_exist_is_missing(yard: Site) -> None:
    with pytest.raises(Missing):
        await read(yard, T0, T0 + 1, 1, "gate.roof")


async def test_only_stored_runs_are_playable_and_with_their_layout(yard: Site) -> None:
    (run,) = await SqlPieceRuns(yard.database).playable("gate.yard", T0 + 30_000, T0 + 90_000)
    assert [(one.start_ms - T0, one.length_bytes) for one in run.segments] == [(n * 10_000, 10) for n in range(6)]
    assert await SqlPieceRuns(yard.database).playable("gate.yard", T0 + MINUTE, T0 + 2 * MINUTE) == ()
