"""The joining of frames into intervals keeps its invariants, whatever moves when."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.activity import ActivityState, Interval, finish, step
from edge_agent.core.motion import Motion

QUIET_MS = 3
FRAMES = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["still", "moving", "held"])), max_size=40)


def run(frames: list[tuple[int, str]]) -> tuple[list[Motion], list[Interval]]:
    state, found, motions, at_ms = ActivityState(), [], [], 0
    for gap_ms, what in frames:
        at_ms += gap_ms
        moving = what == "moving"
        motions.append(Motion(at_ms, 0.5 if moving else 0.0, moving=moving, held=what == "held"))
        state, closed = step(state, motions[-1], QUIET_MS)
        if closed is not None:
            found.append(closed)
    last = finish(state)
    return motions, found if last is None else [*found, last]


@settings(max_examples=80, deadline=None)
@given(FRAMES)
def test_intervals_follow_each_other(frames: list[tuple[int, str]]) -> None:
    _motions, found = run(frames)
    for before, after in itertools.pairwise(found):
        assert after.start_ms - before.end_ms >= QUIET_MS


@settings(max_examples=80, deadline=None)
@given(FRAMES)
def test_intervals_start_and_end_in_motion(frames: list[tuple[int, str]]) -> None:
    motions, found = run(frames)
    moving = {motion.pts_ms for motion in motions if motion.moving}
    starts = moving | ({motions[0].pts_ms} if motions else set())
    for interval in found:
        assert interval.start_ms in starts
        assert interval.end_ms in moving
        assert interval.start_ms < interval.end_ms


@settings(max_examples=80, deadline=None)
@given(FRAMES)
def test_two_frames_in_motion_in_a_row_lie_in_an_interval(frames: list[tuple[int, str]]) -> None:
    motions, found = run(frames)
    for before, after in itertools.pairwise(motions):
        if before.moving and after.moving:
            assert any(i.start_ms <= before.pts_ms and after.pts_ms <= i.end_ms for i in found)


def test_what_moves_from_the_very_start_is_counted_from_the_first_frame() -> None:
    _motions, found = run([(1, "still"), (2, "moving"), (2, "moving")])
    assert found == [Interval(1, 5, 0.5)]


def test_a_lone_frame_is_nothing() -> None:
    assert run([(1, "still"), (1, "still"), (1, "moving"), (1, "still")])[1] == []


def test_held_frames_bridge_but_do_not_extend() -> None:
    frames = [(1, "still"), (1, "still"), (1, "moving"), (1, "moving"), *[(2, "held")] * 9, *[(2, "still")] * 3]
    assert run(frames)[1] == [Interval(3, 4, 0.5)]
    assert run([*frames[:-3], (2, "moving")])[1] == [Interval(3, 24, 0.5)]
