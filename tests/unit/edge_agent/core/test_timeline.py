"""Repaired times grow, whatever a camera sends."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.timeline import CameraTimes, EncodedPacket, Timeline


def packet(dts_ms: int, ahead_ms: int = 0) -> EncodedPacket:
    return EncodedPacket(b"x", dts_ms + ahead_ms, dts_ms, 40, key=True)


@settings(max_examples=80)
@given(st.integers(0, 100_000), st.lists(st.tuples(st.integers(-50_000, 200_000), st.integers(-50, 200)), max_size=30))
def test_decode_times_grow_and_presentation_is_never_before(floor_ms: int, times: list[tuple[int, int]]) -> None:
    timeline, last_ms = Timeline(floor_ms), floor_ms
    for number, (dts_ms, ahead_ms) in enumerate(times):
        placed = timeline.place(packet(dts_ms, ahead_ms), floor_ms + number * 40)
        assert placed.dts_ms > last_ms
        assert placed.pts_ms >= placed.dts_ms
        last_ms = placed.dts_ms


def test_sound_times_are_left_as_they_are() -> None:
    timeline = Timeline(0)
    given_ = [packet(1000 + 40 * number, 80 * (number % 3)) for number in range(50)]
    assert [timeline.place(one, one.dts_ms) for one in given_] == given_


def test_a_restarted_stream_goes_on_now() -> None:
    timeline = Timeline(0)
    timeline.place(packet(1_000_000), 1_000_000)
    assert timeline.place(packet(0), 1_003_000).dts_ms == 1_003_000
    assert timeline.place(packet(40), 1_003_040).dts_ms == 1_003_040


def test_what_moves_the_start_of_the_main_stream_moves_the_sub_stream_and_pictures_too() -> None:
    times = CameraTimes(10_000)
    assert times.place("sub", packet(9_000), 9_500).pts_ms == 9_000
    assert times.place("main", packet(9_000), 9_500).pts_ms == 10_001
    assert times.place("sub", packet(9_100), 9_600).pts_ms == 10_101
    assert times.at(9_200) == 10_201


def test_a_sub_stream_that_comes_back_at_its_place_stays_there() -> None:
    times = CameraTimes(0)
    times.place("main", packet(1_000), 1_000)
    times.place("sub", packet(1_000), 1_000)
    assert times.place("sub", packet(900_000), 900_100).pts_ms == 900_000
    assert times.place("sub", packet(899_000), 900_200).dts_ms == 900_001


LIVES = st.lists(
    st.tuples(
        st.integers(-(10**8), 10**8),  # by how much the wall clock was set before this life
        st.lists(st.tuples(st.integers(1, 200), st.integers(-30_000, 30_000)), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=80)
@given(LIVES)
def test_whatever_becomes_of_the_wall_clock_a_cameras_footage_never_overlaps_or_goes_back(
    lives: list[tuple[int, list[tuple[int, int]]]],
) -> None:
    """A process takes the wall clock once, at its start, and not below the end of what is in the ring."""
    wall_ms, end_ms = 1_700_000_000_000, 0
    for step_ms, packets in lives:
        wall_ms += step_ms
        timeline, clock_ms, camera_ms = Timeline(end_ms), max(wall_ms, end_ms + 1), 0
        offset_ms = clock_ms
        for passed_ms, jump_ms in packets:
            clock_ms += passed_ms
            wall_ms += passed_ms
            camera_ms += passed_ms + (jump_ms if abs(jump_ms) > 10_000 else 0)  # its own clock may be set as well
            placed = timeline.place(packet(offset_ms + camera_ms), clock_ms)
            assert placed.dts_ms > end_ms
            end_ms = placed.pts_ms
            assert end_ms - clock_ms < 3 * timeline.leap_ms + 200 * len(packets)
