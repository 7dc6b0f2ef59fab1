"""The ring's index keeps its order and its bound."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.media import Segment, StreamInfo
from edge_agent.core.ring_index import RingIndex, reach_s
from shared.ids import CameraId

STREAM = StreamInfo("h264", "avc1.42c01f", 64, 64, 15.0)


def segment(start_ms: int, length_ms: int = 2, size: int = 10) -> Segment:
    return Segment(
        CameraId("n1.a"), f"{start_ms}-1.mp4", "1", start_ms, start_ms + length_ms, size, 3, "0" * 64, STREAM
    )


SEGMENTS = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=20)


@settings(max_examples=80)
@given(SEGMENTS, st.integers(0, 60))
def test_order_names_and_bound(given_: list[tuple[int, int]], bytes_max: int) -> None:
    index = RingIndex(segment(place * 2, size=size) for place, size in given_)
    kept = index.between(-1, 10**6)
    assert [s.start_ms for s in kept] == sorted({place * 2 for place, _size in given_})
    assert index.total_bytes == sum(s.length_bytes for s in kept)
    dropped = index.overflow(bytes_max)
    assert index.between(-1, 10**6) == kept
    for gone in dropped:
        index.drop(gone.name)
    assert (*dropped, *index.between(-1, 10**6)) == kept
    assert index.total_bytes <= bytes_max or len(index) == 1


@settings(max_examples=80)
@given(SEGMENTS, st.integers(-2, 50), st.integers(0, 20))
def test_between_is_what_overlaps(given_: list[tuple[int, int]], start_ms: int, length_ms: int) -> None:
    index = RingIndex(segment(place * 2, size=size) for place, size in given_)
    end_ms = start_ms + length_ms
    wanted = [s for s in index.between(-1, 10**6) if s.start_ms < end_ms and s.end_ms > start_ms]
    assert list(index.between(start_ms, end_ms)) == wanted


def test_drop_is_idempotent_and_extent_counts_the_rest() -> None:
    index = RingIndex([segment(0, 2000), segment(2000, 1500, 7)])
    index.drop("0-1.mp4")
    index.drop("0-1.mp4")
    assert "0-1.mp4" not in index
    assert index.extent() == (1.5, 7)
    assert index.newest_end_ms() == 3500
    assert RingIndex().newest_end_ms() is None


def test_how_far_back_a_ring_reaches_follows_from_the_bitrate() -> None:
    assert reach_s(1_000_000, 0, 0, 8_000) == 1_000
    assert reach_s(1_000_000, 0, 0, 0) is None
    assert reach_s(1_000_000, 59, 1, 8_000) == 1_000
    assert reach_s(1_000_000, 100, 500_000, 8_000) == 200


def test_what_one_segment_takes_is_the_mean() -> None:
    assert RingIndex().mean_bytes() == 0
    assert RingIndex([segment(0, size=10), segment(2, size=20)]).mean_bytes() == 15
