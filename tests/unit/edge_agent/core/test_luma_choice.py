"""The stream that motion is judged on."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.luma_choice import LumaChoice


def test_the_main_stream_serves_until_there_is_a_sub_stream_and_again_when_it_is_silent() -> None:
    choice = LumaChoice()
    assert choice.wants_main(0)
    assert choice.take_main(0, 0)
    assert choice.take_sub(50, 60)
    assert not choice.wants_main(60 + 3_000)
    assert not choice.take_main(3_000, 60 + 3_000)
    assert choice.wants_main(60 + 3_001)
    assert choice.take_main(100, 60 + 3_001)


def test_no_moment_is_shown_twice() -> None:
    choice = LumaChoice()
    assert choice.take_sub(1_000, 1_000)
    assert not choice.take_main(900, 9_000)
    assert not choice.take_main(1_000, 9_000)
    assert choice.take_main(1_100, 9_000)
    assert not choice.take_sub(1_100, 9_001)
    assert choice.take_sub(1_101, 9_002)


def test_a_sub_stream_whose_time_jumps_back_is_still_seen() -> None:
    choice = LumaChoice()
    assert choice.take_main(1_000, 1_000)
    assert choice.take_sub(60_000, 60_000)
    assert choice.take_sub(45_000, 60_100)


@given(st.lists(st.tuples(st.integers(0, 2_000), st.booleans()), min_size=1, max_size=60))
def test_one_of_both_is_always_decoded(steps: list[tuple[int, bool]]) -> None:
    """Whatever comes and stays away: after three seconds of silence every new picture of the main stream counts."""
    choice, now_ms, heard_ms = LumaChoice(), 10_000, None
    for pause_ms, sub in steps:
        now_ms += pause_ms + 1
        if sub:
            assert choice.take_sub(now_ms, now_ms)
            heard_ms = now_ms
        else:
            assert choice.take_main(now_ms, now_ms) == (heard_ms is None or now_ms - heard_ms > 3_000)
