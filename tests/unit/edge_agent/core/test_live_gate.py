"""A live view that is late loses whole groups of pictures, and goes on with a keyframe."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.live_gate import LiveGate

FRAME_MS = 100
looks = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from([0, 0, 0, 100, 5_000])), max_size=80
)


@settings(max_examples=80, deadline=None)
@given(looks)
def test_what_goes_out_decodes_and_its_keyframes_go_forward(given_looks: list[tuple[bool, bool, bool, int]]) -> None:
    gate, stream, now_ms = LiveGate(), 0, 1_000_000
    out: list[tuple[int, int, bool]] = []
    whole = -1  # up to which picture of this stream nothing is missing
    for number, (key, switch, keys_only, stuck_ms) in enumerate(given_looks):
        now_ms += FRAME_MS + stuck_ms
        if switch:
            gate.switch()
            stream += 1
            whole = -1
        pts_ms = number * FRAME_MS - (3_000 if switch else 0)
        if gate.take(pts_ms, now_ms, key=key, keys_only=keys_only):
            assert key or whole == number - 1
            assert not key or all(pts_ms > before for _, before, was_key in out if was_key)
            whole = number
            out.append((stream, pts_ms, key))
        assert gate.lag_ms >= 0


def test_a_view_in_time_loses_nothing_and_old_pictures_at_its_start_are_no_delay() -> None:
    gate = LiveGate()
    assert all(gate.take(number * 40, 10_000 + number, key=number % 50 == 0) for number in range(250))
    assert gate.lag_ms == 0


def test_a_late_view_goes_on_with_the_first_keyframe_that_is_in_time() -> None:
    gate = LiveGate()
    assert gate.take(0, 0, key=True)
    assert not gate.take(1_000, 4_500, key=True)
    assert 3_490 < gate.lag_ms <= 3_500
    assert not gate.take(4_000, 4_510, key=False)
    assert gate.take(4_100, 4_520, key=True)
    assert gate.take(4_140, 4_530, key=False)


def test_a_thin_line_shows_the_keyframes_of_a_camera_with_one_stream() -> None:
    gate = LiveGate()
    shown = [n for n in range(60) if gate.take(n * 100, n * 100, key=n % 10 == 0, keys_only=n < 25)]
    assert shown == [0, 10, 20, *range(30, 60)]


def test_clocks_that_drift_apart_are_no_delay() -> None:
    gate = LiveGate()
    day_ms = 86_400_000
    for at_ms in range(0, day_ms, 60_000):
        assert gate.take(at_ms - at_ms // 5_000, at_ms, key=True)  # 200 ppm
    assert gate.lag_ms < 50
