"""A recording that was cut anywhere is read up to its last whole fragment."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.adapters.muxer import FragmentMuxer
from edge_agent.core.fragments import boxes, init_length, read_layout
from tests.fakes.footage import STREAM, packets


@cache
def recording() -> bytes:
    given_ = packets(45)
    muxer = FragmentMuxer(STREAM, given_[0])
    whole = b"".join(muxer.add(packet) for packet in given_)
    whole += muxer.close()
    return muxer.init + whole


def test_a_whole_recording() -> None:
    data = recording()
    layout = read_layout(data)
    assert layout.init_bytes == init_length(data) > 0
    assert layout.usable_bytes == len(data)
    assert layout.start_ms == 0
    assert layout.end_ms == pytest.approx(4500, abs=1)
    assert layout.fragments == sum(kind == b"moof" for kind, _offset, _size in boxes(data))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 60_000), st.binary(max_size=40))
def test_cut_anywhere_with_rubbish_behind(cut: int, rubbish: bytes) -> None:
    data = recording()
    cut = min(cut, len(data))
    whole = read_layout(data[:cut])
    layout = read_layout(data[:cut] + rubbish)
    assert whole.usable_bytes <= cut
    ends = {offset + size for kind, offset, size in boxes(data) if kind in {b"moov", b"mdat"}}
    assert whole.usable_bytes in {0, *ends}
    assert layout.usable_bytes >= whole.usable_bytes
    assert layout.end_ms <= 4501


def last_fragment(data: bytes) -> tuple[int, int, int]:
    """Where its `moof` begins, where its pictures begin, where it ends."""
    moof, mdat = list(boxes(data))[-2:]
    assert (moof[0], mdat[0]) == (b"moof", b"mdat")
    return moof[1], mdat[1] + 8, mdat[1] + mdat[2]


def test_an_intact_tail_counts_whoever_synced_it() -> None:
    data = recording()
    assert read_layout(data, unsynced_tail=True) == read_layout(data)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_tail_that_the_disk_gave_as_zeros_does_not_count(given_: st.DataObject) -> None:
    data = bytearray(recording())
    moof, pictures, end = last_fragment(bytes(data))
    hole = given_.draw(st.integers(pictures, end - 4))
    data[hole:end] = bytes(end - hole)
    assert read_layout(bytes(data), unsynced_tail=True) == read_layout(bytes(data[:moof]))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_tail_with_a_hole_in_it_does_not_count(given_: st.DataObject) -> None:
    data = bytearray(recording())
    moof, pictures, end = last_fragment(bytes(data))
    begin = given_.draw(st.integers(pictures, end - 16))
    data[begin : begin + 16] = bytes(16)
    assert read_layout(bytes(data), unsynced_tail=True) == read_layout(bytes(data[:moof]))


@settings(max_examples=80)
@given(st.binary(max_size=300))
def test_rubbish_is_survived(data: bytes) -> None:
    assert read_layout(data).usable_bytes <= len(data)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=20))
def test_flipped_bytes_are_survived(flips: list[tuple[int, int]]) -> None:
    data = bytearray(recording())
    for place, value in flips:
        data[place] = value
    assert read_layout(bytes(data)).usable_bytes <= len(data)
