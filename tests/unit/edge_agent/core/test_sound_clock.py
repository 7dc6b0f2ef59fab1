"""Sound has the pictures' time, whatever either stream counts from and wherever their clocks go."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.sound_clock import SoundClock

NOW_MS = 1_700_000_000_000


def test_sound_has_no_time_before_a_picture_came() -> None:
    clock = SoundClock()
    assert clock.place(0.0, NOW_MS) is None
    clock.picture(NOW_MS - 30, NOW_MS)
    assert clock.place(20.0, NOW_MS + 20) is not None


@given(
    st.floats(-1e9, 1e9),
    st.integers(-8_000, 8_000),
    st.lists(st.integers(0, 300), min_size=200, max_size=200),
)
def test_what_was_made_at_one_instant_has_one_time(counts_from: float, behind_ms: int, jitter: list[int]) -> None:
    """Both arrive with up to 0.3 s of jitter, the pictures' clock is off: the quickest of each tell how far."""
    clock = SoundClock()
    off: list[float] = []
    for number, late_ms in enumerate([*jitter, 0] * 2):
        made_ms = NOW_MS + number * 20
        if number % 4 == 0:
            clock.picture(made_ms + behind_ms, made_ms + (0 if number % 40 == 0 else late_ms))
        late = 0 if number % 30 == 1 else late_ms
        at_ms = clock.place(counts_from + number * 20, made_ms + late)
        if at_ms is not None and number > 60:
            off.append(at_ms - (made_ms + behind_ms))
    assert max(map(abs, off)) <= 50


def test_times_go_on_evenly_while_nothing_changes() -> None:
    clock = SoundClock()
    times = []
    for number in range(1000):
        now_ms = NOW_MS + number * 20
        clock.picture(now_ms - 40 - number % 7, now_ms)
        times.append(clock.place(number * 20.0, now_ms + number % 5))
    steps = {b - a for a, b in itertools.pairwise(times[1:]) if a is not None and b is not None}
    assert all(abs(step - 20) < 0.01 for step in steps)


def test_sound_follows_a_picture_clock_that_drifts() -> None:
    clock, last = SoundClock(), 0.0
    for number in range(5000):
        now_ms = NOW_MS + number * 20
        seen_ms = now_ms + number // 50  # 1 ms each second
        clock.picture(seen_ms, now_ms)
        placed = clock.place(number * 20.0, now_ms)
        assert placed is not None
        last = placed - seen_ms
    assert abs(last) <= 50
