"""Recording on demand: whole GOPs, nothing twice, nothing out of order."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.media import StreamInfo
from edge_agent.core.record_gate import Passed, RecordGate
from edge_agent.core.timeline import EncodedPacket

STREAM = StreamInfo("h264", "avc1.42c01f", 64, 64, 10.0)
GOP = 4


def packet(number: int) -> EncodedPacket:
    return EncodedPacket(b"x", number * 100, number * 100, 100, number % GOP == 0)


def numbers(passed: list[Passed]) -> list[int | None]:
    return [None if item is None else item[1].pts_ms // 100 for item in passed]


@given(
    st.booleans(),
    st.lists(st.sampled_from(["open", "shut", "packet", "packet", "packet"]), max_size=120),
    st.integers(0, 6_000),
)
def test_what_is_recorded_is_whole_and_in_order(is_open: bool, steps: list[str], back_ms: int) -> None:
    gate, passed, number = RecordGate(is_open=is_open), list[Passed](), 0
    for step in steps:
        match step:
            case "open":
                passed += gate.open(number * 100 - back_ms)
            case "shut":
                gate.shut()
            case _:
                passed += gate.add(STREAM, packet(number))
                number += 1
    found = numbers(passed)
    recorded = [place for place in found if place is not None]
    assert recorded == sorted(set(recorded))
    for before, after in pairwise([None, *found] if not is_open else found):
        if before is None and after is not None:
            assert after % GOP == 0
        elif before is not None and after is not None:
            assert after == before + 1


def test_what_was_before_the_wish_is_recorded_and_the_rest_of_the_gop_after_it() -> None:
    gate = RecordGate(is_open=False)
    for number in range(10):
        assert gate.add(STREAM, packet(number)) == []
    assert numbers(gate.open(500)) == [4, 5, 6, 7, 8, 9]
    assert numbers(gate.add(STREAM, packet(10))) == [10]
    gate.shut()
    assert numbers(gate.add(STREAM, packet(11))) == [11]
    assert numbers(gate.add(STREAM, packet(12))) == [None]
    assert numbers(gate.add(STREAM, packet(13))) == []
    assert numbers(gate.open(0)) == [12, 13]


def test_a_wish_that_is_taken_back_in_time_leaves_no_hole() -> None:
    gate = RecordGate(is_open=True)
    gate.shut()
    assert numbers(gate.add(STREAM, packet(1))) == [1]
    assert gate.open(0) == []
    assert numbers(gate.add(STREAM, packet(4))) == [4]


def test_memory_of_another_stream_is_not_recorded() -> None:
    gate = RecordGate(is_open=False)
    for number in range(6):
        gate.add(STREAM, packet(number))
    gate.add(replace(STREAM, fps=5.0), packet(8))
    assert numbers(gate.open(0)) == [8]
