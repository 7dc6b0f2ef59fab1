"""Ledger entries: every segment once, every hole named."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.ledger_minutes import (
    GRACE_MS,
    MINUTE_MS,
    SEAM_MS,
    SETTLE_MS,
    Entry,
    Missing,
    Sighting,
    entries,
    minute_of,
    ready_until_ms,
)
from edge_agent.core.media import Segment
from tests.fakes.edge import segment

STEP_MS = 10_000


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 7, 15]), st.integers(1, 9)), max_size=25),
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
)
def test_each_segment_once_and_all_time_accounted_for(parts: list[tuple[int, int]], looks: list[int]) -> None:
    segments: list[Segment] = []
    at_ms = 0
    for hole, length in parts:
        at_ms += hole * STEP_MS
        segments.append(segment(start_ms=at_ms, length_ms=length * STEP_MS))
        at_ms += length * STEP_MS
    written: list[Entry] = []
    next_ms = covered_ms = until_ms = 0
    for ahead in looks:
        until_ms = minute_of(until_ms + ahead * STEP_MS)
        here = [s for s in segments if next_ms <= s.start_ms < until_ms]
        for entry in entries(next_ms, covered_ms, until_ms, here, (), 0):
            written.append(entry)
            next_ms, covered_ms = entry.minute_ms + MINUTE_MS, entry.covered_to_ms
    told = [s.name for entry in written for s in entry.segments]
    assert told == [s.name for s in segments if s.start_ms < next_ms]
    for entry in written:
        assert all(minute_of(s.start_ms) == entry.minute_ms for s in entry.segments)
    pieces = sorted(
        [(s.start_ms, s.end_ms) for entry in written for s in entry.segments]
        + [(m.start_ms, m.end_ms) for entry in written for m in entry.missing]
    )
    covered_to = 0
    for start_ms, end_ms in pieces:
        assert start_ms - covered_to <= SEAM_MS
        covered_to = max(covered_to, end_ms)
    assert next_ms - covered_to <= SEAM_MS


def test_time_before_the_agent_started_is_called_agent_down() -> None:
    sightings = [Sighting(130_000, "starting"), Sighting(140_000, "live")]
    found = entries(0, 30_000, 180_000, [segment(start_ms=140_000, length_ms=40_000)], sightings, 125_000)
    (entry,) = found
    assert entry.minute_ms == 120_000
    assert entry.missing == (
        Missing(30_000, 130_000, "agent down"),
        Missing(130_000, 140_000, "camera restarting"),
    )


def test_until_its_first_keyframe_a_camera_that_is_back_still_has_the_cause_of_its_absence() -> None:
    back = [Sighting(0, "live"), Sighting(70_000, "stalled"), Sighting(75_000, "live")]
    (entry,) = entries(60_000, 60_000, 120_000, [segment(start_ms=60_000, length_ms=10_000)], back, 0)
    assert entry.missing == (
        Missing(70_000, 75_000 + SETTLE_MS, "camera stalled"),
        Missing(75_000 + SETTLE_MS, 120_000, "lost"),
    )
    footage = [segment(start_ms=60_000, length_ms=10_000), segment(start_ms=77_000, length_ms=43_000)]
    (entry,) = entries(60_000, 60_000, 120_000, footage, back, 0)
    assert entry.missing == (Missing(70_000, 77_000, "camera stalled"),)


def test_a_camera_that_nobody_saw_away_lost_what_is_missing() -> None:
    footage = [segment(start_ms=60_000, length_ms=10_000), segment(start_ms=77_000, length_ms=43_000)]
    (entry,) = entries(60_000, 60_000, 120_000, footage, [Sighting(0, "live")], 0)
    assert entry.missing == (Missing(70_000, 77_000, "lost"),)


def test_causes_come_from_what_was_seen() -> None:
    sightings = [
        Sighting(0, "live"),
        Sighting(70_000, "stalled"),
        Sighting(80_000, "live", "disk full: No space left on device"),
    ]
    (entry,) = entries(MINUTE_MS, MINUTE_MS, 2 * MINUTE_MS, [], sightings, 0)
    assert [missing.cause for missing in entry.missing] == ["lost", "camera stalled", "disk full"]
    assert entry.missing[0].start_ms == MINUTE_MS
    assert entry.missing[-1].end_ms == 2 * MINUTE_MS


def test_what_was_not_to_be_recorded_is_called_so_whatever_the_camera_did() -> None:
    sightings = (
        Sighting(0, "live"),
        Sighting(70_000, "live", recording=False),
        Sighting(80_000, "stalled", "disk full: No space left on device", recording=False),
        Sighting(100_000, "live"),
    )
    (entry,) = entries(60_000, 60_000, 120_000, (), sightings, 0)
    assert [(m.start_ms, m.end_ms, m.cause) for m in entry.missing] == [
        (60_000, 70_000, "lost"),
        (70_000, 100_000, "recording off"),
        (100_000, 120_000, "lost"),
    ]


def test_a_long_silence_is_one_entry() -> None:
    week_ms = 7 * 86_400_000
    found = entries(0, 0, week_ms, [], [], week_ms)
    assert [entry.missing for entry in found] == [(Missing(0, week_ms, "agent down"),)]


def test_a_minute_is_ready_when_its_last_segment_had_time_to_close() -> None:
    assert ready_until_ms(MINUTE_MS + GRACE_MS - 1) == 0
    assert ready_until_ms(MINUTE_MS + GRACE_MS) == MINUTE_MS
