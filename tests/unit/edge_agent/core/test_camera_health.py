"""When a camera's process is killed and started again."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.camera_health import Backoff, ClockWatch, is_stalled


@given(st.integers(0, 1999), st.integers(0, 10**9), st.floats(0, 60))
def test_pictures_that_keep_coming_are_left_alone(age_ms: int, alive_ms: int, fps: float) -> None:
    assert not is_stalled(age_ms, alive_ms, fps)


def test_a_slow_camera_gets_five_periods() -> None:
    assert not is_stalled(4900, 60_000, 1.0)
    assert is_stalled(5100, 60_000, 1.0)
    assert is_stalled(2100, 60_000, 25.0)


def test_the_first_picture_may_take_longer() -> None:
    assert not is_stalled(None, 14_000, 0.0)
    assert is_stalled(None, 16_000, 0.0)


def test_a_start_after_others_that_failed_has_more_time_but_not_for_ever() -> None:
    for pause_ms, patience_ms in ((0, 15_000), (1_000, 30_000), (2_000, 45_000), (4_000, 60_000), (8_000, 60_000)):
        assert not is_stalled(None, patience_ms, 0.0, pause_ms=pause_ms), "each try has more time than the one before"
        assert is_stalled(None, patience_ms + 1, 0.0, pause_ms=pause_ms)
    assert is_stalled(None, 61_000, 0.0, pause_ms=30_000)
    assert is_stalled(2_100, 10_000, 25.0, pause_ms=30_000)


@given(st.lists(st.tuples(st.integers(0, 59_999), st.booleans()), min_size=1, max_size=20))
def test_pauses_grow_and_stay_within_bounds(lives: list[tuple[int, bool]]) -> None:
    backoff, before_ms = Backoff(), 0
    for lived_ms, refused in lives:
        backoff = backoff.after(lived_ms, refused=refused)
        assert max(1_000, min(30_000, before_ms)) <= backoff.pause_ms <= 30_000
        before_ms = backoff.pause_ms


def test_a_sound_life_begins_anew() -> None:
    assert Backoff(16_000).after(60_000, refused=False) == Backoff(1_000)
    assert Backoff().after(0, refused=True) == Backoff(30_000)


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(-(10**7), 10**7)), max_size=40))
def test_only_media_time_that_is_behind_for_long_is_begun_anew(looks: list[tuple[int, int]]) -> None:
    watch, now_ms, since_ms = ClockWatch(), 0, None
    for passed_ms, offset_ms in looks:
        now_ms += passed_ms
        watch = watch.look(now_ms, offset_ms)
        since_ms = None if offset_ms >= -5_000 else now_ms if since_ms is None else since_ms
        assert watch.is_behind(now_ms) == (since_ms is not None and now_ms - since_ms > 10_000)


def test_a_sensor_that_loads_a_network_has_minutes_for_its_first_picture_and_no_longer_for_the_next() -> None:
    assert is_stalled(None, 16_000, 0.0)
    assert not is_stalled(None, 299_000, 0.0, loads=True)
    assert is_stalled(None, 301_000, 0.0, loads=True)
    assert is_stalled(2_100, 60_000, 15.0, loads=True)
