"""When a detector's process counts as hung, and how long it rests."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.detector_health import DetectorHealth, DetectorPause, health_after, is_hung


def test_a_trial_may_take_longer_than_a_look() -> None:
    assert not is_hung(None, 30_000)
    assert is_hung(None, 30_001)
    assert not is_hung(5, 10_000)
    assert is_hung(5, 10_001)


def test_a_model_that_was_never_ready_rests_for_ten_minutes() -> None:
    assert DetectorPause().after(None).pause_ms == 600_000
    assert DetectorPause(600_000).after(1_000).pause_ms == 1_000


def test_a_model_that_was_never_ready_is_refused_any_other_end_is_followed_by_a_start() -> None:
    assert DetectorHealth() == DetectorHealth("off", "")
    assert health_after(None, "is no model") == DetectorHealth("refused", "is no model")
    assert health_after(0, "hung") == DetectorHealth("restarting", "hung")


@given(st.lists(st.none() | st.integers(0, 200_000), max_size=20))
def test_pauses_grow_and_are_reset_by_a_minute_of_life(lives: list[int | None]) -> None:
    pause = DetectorPause()
    for ready_ms in lives:
        before, pause = pause, pause.after(ready_ms)
        if ready_ms is None:
            assert pause.pause_ms == 600_000
        elif ready_ms >= 60_000 or before.pause_ms in (0, 600_000):
            assert pause.pause_ms == 1_000
        else:
            assert pause.pause_ms == min(60_000, before.pause_ms * 2)
