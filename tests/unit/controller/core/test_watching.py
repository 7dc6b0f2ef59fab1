"""Which cameras are watched, how that goes, and in which order the queue is worked off."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.queues import PRIORITY, JobLoad, QueueLoad, queue_of, stored_priority
from controller.core.records import Schedule, Shift, Watched
from controller.core.watching import state_of, wanted
from shared.ids import CameraId
from tests.builders import T0, rule

A, B = CameraId("gate.a"), CameraId("gate.b")


def test_a_camera_is_watched_while_a_rule_in_force_on_it_asks_for_it() -> None:
    here, everywhere = rule(camera=A, watch=True), rule(watch=True)
    assert wanted([], [A, B], T0) == frozenset()
    assert wanted([rule(camera=A), rule()], [A, B], T0) == frozenset()
    assert wanted([here], [A, B], T0) == {A}
    assert wanted([everywhere], [A, B], T0) == {A, B}
    assert wanted([replace(everywhere, enabled=False)], [A, B], T0) == frozenset()
    assert wanted([here], [B], T0) == frozenset(), "a camera that is not there is not waited for"


def test_off_its_shift_a_rule_asks_for_nothing_and_a_minute_before_it_does() -> None:
    day = Schedule((Shift(tuple(range(7)), 8 * 60, 18 * 60),), zone="UTC")
    of_day = rule(watch=True, schedule=day)
    eight_ms = T0 - T0 % 86_400_000 + 8 * 3_600_000
    assert wanted([of_day], [A], eight_ms - 61_000) == frozenset()
    assert wanted([of_day], [A], eight_ms - 59_000) == {A}
    assert wanted([of_day], [A], eight_ms) == {A}
    assert wanted([of_day], [A], eight_ms + 10 * 3_600_000) == frozenset()


@pytest.mark.parametrize(
    ("judged_ms", "lag_ms", "held", "state"),
    [
        (T0 + 59_000, 300, True, "watched"),
        (T0 + 59_000, 2_000, True, "behind"),
        (T0 + 50_000, 300, True, "unwatched"),
        (T0 + 59_000, 300, False, "unwatched"),
        (None, None, True, "unwatched"),
    ],
)
def test_how_a_camera_is_watched(judged_ms: int | None, lag_ms: int | None, held: bool, state: str) -> None:
    assert state_of(Watched(A, T0, judged_ms, lag_ms, held), T0 + 60_000) == state


def test_a_watch_that_began_just_now_is_not_unwatched_yet() -> None:
    assert state_of(Watched(A, T0, None, None, held=True), T0 + 9_000) == "watched"


def test_running_events_go_before_watching_before_ended_events_before_back_fill() -> None:
    assert list(PRIORITY) == ["running", "watch", "ended", "back-fill"]
    assert sorted(PRIORITY.values()) == list(PRIORITY.values())
    assert stored_priority(T0, T0 + 60_000) == PRIORITY["ended"]
    assert stored_priority(T0, T0 + 3_600_000) == PRIORITY["back-fill"]


@given(st.integers(-5, 100))
def test_every_priority_has_a_queue(priority: int) -> None:
    name = queue_of(priority)
    assert all(queue_of(value) == known for known, value in PRIORITY.items())
    assert PRIORITY[name] <= max(0, priority)


def test_how_long_the_stored_work_will_take() -> None:
    queues = (
        QueueLoad("running", 2, 1, 3.0),
        QueueLoad("ended", 4, 16, 50.0),
        QueueLoad("back-fill", 0, 40, 9_000.0),
    )
    load = JobLoad(queues, ended=30)
    assert (load.waiting, load.oldest_s) == (57, 50.0)
    assert load.drain_s == 600.0
    assert JobLoad(queues).drain_s is None, "nothing was done of late: nobody can say"
    assert JobLoad(queues[:1], ended=30).drain_s == 0.0
