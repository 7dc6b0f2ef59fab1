"""The watchdog is fed while everything moves, and only then: by properties, and case by case."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.liveliness import (
    CAMERA_PATIENCE_MS,
    OUTBOX_PATIENCE_MS,
    RING_PATIENCE_MS,
    Count,
    Movement,
    Part,
    parts_of,
    status_text,
)
from edge_agent.core.media import CameraSigns
from tests.fakes.edge import FakeFeed

PATIENCE_MS = 1_000
STEPS = st.lists(st.tuples(st.integers(0, 700), st.sampled_from(["moves", "rests", "not due"])), max_size=60)


@given(STEPS)
def test_only_what_was_due_and_unchanged_for_longer_than_its_patience_stands_still(
    steps: list[tuple[int, str]],
) -> None:
    movement, now_ms, count, since_ms = Movement(), 0, 0, None
    for passed_ms, what in steps:
        now_ms += passed_ms
        count += what == "moves"
        part = Part("disk", None if what == "not due" else count, PATIENCE_MS)
        movement, still = movement.look(now_ms, (part, Part("other", now_ms, PATIENCE_MS)))
        if what == "not due":
            since_ms = None
        elif what == "moves" or since_ms is None:
            since_ms = now_ms
        stuck = since_ms is not None and now_ms - since_ms > PATIENCE_MS
        assert still == (("disk",) if stuck else ())


def seen(signs: CameraSigns, later: CameraSigns, passed_ms: int, writes: int = 0, *, due: bool = False) -> list[str]:
    """What stands still when a node is looked at twice."""
    movement, _ = Movement().look(0, parts_of((signs,), writes, write_due=due))
    return list(movement.look(passed_ms, parts_of((later,), writes, write_due=due))[1])


SIGNS = replace(FakeFeed().signs(), turns=1, segments=5, recorder_turns=100)


def test_a_supervisor_that_no_longer_turns_is_stuck() -> None:
    later = replace(SIGNS, segments=6)
    assert seen(SIGNS, later, CAMERA_PATIENCE_MS) == []
    assert seen(SIGNS, later, CAMERA_PATIENCE_MS + 1) == ["camera n1.gate"]


@pytest.mark.parametrize("state", ["starting", "stalled", "restarting", "refused"])
def test_a_camera_that_is_away_and_tried_again_moves(state: str) -> None:
    away = replace(SIGNS, state=state, main=None, last_error="no route to host")  # type: ignore[arg-type]
    assert seen(away, replace(away, turns=2), 10 * RING_PATIENCE_MS) == []


def test_segments_have_to_end_while_recording_is_due() -> None:
    turning = replace(SIGNS, turns=2, recorder_turns=900)
    assert seen(SIGNS, turning, RING_PATIENCE_MS + 1) == ["ring of n1.gate"]
    assert seen(SIGNS, replace(turning, segments=6), RING_PATIENCE_MS + 1) == []
    idle = replace(turning, recording=False)
    assert seen(replace(SIGNS, recording=False), idle, RING_PATIENCE_MS + 1) == []


def test_a_disk_that_answers_with_errors_is_told_and_not_mended_by_a_restart_but_one_that_hangs_is() -> None:
    full = replace(SIGNS, turns=2, last_error="disk: No space left on device", recorder_turns=160)
    assert seen(replace(full, turns=1, recorder_turns=101), full, RING_PATIENCE_MS + 1) == []
    hangs = replace(full, last_error="disk too slow: footage is being dropped")
    assert seen(replace(hangs, turns=1), hangs, RING_PATIENCE_MS + 1) == ["ring of n1.gate"]


def test_a_write_of_the_outbox_has_to_end() -> None:
    later = replace(SIGNS, turns=2, segments=6)
    assert seen(SIGNS, later, OUTBOX_PATIENCE_MS + 1, due=True) == ["outbox"]
    assert seen(SIGNS, later, OUTBOX_PATIENCE_MS + 1, due=False) == []


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_a_clock_that_goes_back_does_not_count_as_standing_still(first_ms: int, back_ms: int) -> None:
    count: Count = 1
    movement, _ = Movement().look(first_ms, (Part("disk", count, PATIENCE_MS),))
    assert movement.look(first_ms - back_ms, (Part("disk", count, PATIENCE_MS),))[1] == ()


def test_the_line_says_what_stands_still_else_which_cameras_are_away() -> None:
    away = replace(SIGNS, state="restarting")
    assert status_text((), (SIGNS,)) == "1 of 1 cameras live"
    assert status_text((), (SIGNS, away)) == "1 of 2 cameras live (n1.gate restarting)"
    assert status_text(("outbox", "ring of n1.gate"), (SIGNS,)) == "stands still: outbox, ring of n1.gate"
