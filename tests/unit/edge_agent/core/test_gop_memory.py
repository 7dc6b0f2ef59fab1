"""What is remembered begins at a keyframe and stays within its bounds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.gop_memory import GopMemory
from edge_agent.core.media import Packet

PACKETS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9), st.booleans()), max_size=60)


def fill(memory: GopMemory[Packet], packets: list[tuple[int, int, bool]]) -> list[Packet]:
    at_ms, given_ = 0, []
    for gap_ms, size, key in packets:
        at_ms += gap_ms
        given_.append(Packet(bytes(size), at_ms, key))
        memory.add(given_[-1])
    return given_


@settings(max_examples=80)
@given(PACKETS, st.integers(0, 200))
def test_bounds_and_keyframes(packets: list[tuple[int, int, bool]], since_ms: int) -> None:
    memory: GopMemory[Packet] = GopMemory(longest_ms=40, bytes_max=60)
    given_ = fill(memory, packets)
    for kept in (memory.since(None), memory.since(since_ms), memory.since(-1)):
        assert sum(len(packet.data) for packet in kept) <= 60
        if kept:
            assert kept[0].key
            assert kept == tuple(given_[-len(kept) :])
            assert kept[-1].pts_ms - kept[0].pts_ms <= 40


def test_since_begins_at_the_keyframe_that_holds_the_instant() -> None:
    memory: GopMemory[Packet] = GopMemory()
    fill(memory, [(10, 1, number % 5 == 0) for number in range(20)])
    assert memory.since(None)[0].pts_ms == 160
    assert memory.since(125)[0].pts_ms == 110
    assert memory.since(110)[0].pts_ms == 110
    assert memory.since(1)[0].pts_ms == 10
    memory.clear()
    assert memory.since(None) == ()
