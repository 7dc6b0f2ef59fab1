"""The bytes of a piece are those of its segments: never a part of one, never another's."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from controller.core.piece import MOST_BYTES, PlayableRun, SegmentSize, piece_of

INIT = b"INIT"
BODIES = st.lists(st.tuples(st.integers(1, 9), st.integers(100, 4_000)), min_size=1, max_size=8)


def run_of(bodies: list[tuple[int, int]], start_ms: int = 0, name: str = "a") -> tuple[PlayableRun, bytes]:
    """A run of segments given by the length of their bodies and of their time, and its bytes: each body its number."""
    segments, data, at_ms = [], INIT, start_ms
    for number, (length, long_ms) in enumerate(bodies):
        segments.append(SegmentSize(at_ms, at_ms + long_ms, len(INIT) + length))
        data += bytes([number]) * length
        at_ms += long_ms
    return PlayableRun(name, f"key/{name}", "avc1.42c01f", len(data), len(INIT), tuple(segments)), data


@given(BODIES, st.integers(0, 40_000), st.integers(1_000, 10_000))
def test_a_piece_is_whole_segments_from_the_moment_on(bodies: list[tuple[int, int]], from_ms: int, for_ms: int) -> None:
    run, data = run_of(bodies)
    piece = piece_of([run], from_ms, for_ms)
    if from_ms >= run.segments[-1].end_ms:
        assert piece is None
        return
    assert piece is not None
    first = next(place for place, one in enumerate(run.segments) if one.end_ms > from_ms)
    got = data[piece.from_byte : piece.to_byte]
    numbers = sorted(set(got))
    assert numbers == list(range(first, first + len(numbers)))
    assert got == b"".join(bytes([number]) * bodies[number][0] for number in numbers)
    assert piece.start_ms == run.segments[numbers[0]].start_ms
    assert piece.end_ms == run.segments[numbers[-1]].end_ms
    assert piece.end_ms >= from_ms + for_ms or numbers[-1] == len(bodies) - 1
    if len(numbers) > 1:
        assert run.segments[numbers[-2]].end_ms < from_ms + for_ms


@given(BODIES, st.integers(1_000, 5_000))
def test_pieces_follow_each_other_without_a_hole(bodies: list[tuple[int, int]], for_ms: int) -> None:
    run, data = run_of(bodies)
    at_ms, pieces = 0, []
    while (piece := piece_of([run], at_ms, for_ms)) is not None:
        pieces.append(piece)
        at_ms = piece.end_ms
    assert INIT + b"".join(data[one.from_byte : one.to_byte] for one in pieces) == data
    assert all(one.end_ms == after.start_ms for one, after in pairwise(pieces))


def test_of_two_runs_the_one_that_has_the_moment_and_goes_on_longer_plays() -> None:
    short, _ = run_of([(1, 3_000)], 0, "short")
    long, _ = run_of([(1, 3_000), (1, 3_000)], 1_000, "long")
    later, _ = run_of([(1, 90_000)], 7_500, "later")
    runs = [short, long, later]
    assert [getattr(piece_of(runs, at, 5_000), "run", None) for at in (500, 1_500, 6_999, 7_000, 97_499)] == [
        "short",
        "long",
        "long",
        "later",
        "later",
    ]
    assert piece_of(runs, 97_500, 5_000) is None


def test_what_does_not_add_up_or_is_too_large_is_passed_over() -> None:
    run, _ = run_of([(5, 1_000), (5, 1_000)])
    for wrong in (
        replace(run, length_bytes=run.length_bytes + 1),
        replace(run, init_bytes=0),
        replace(run, segments=()),
        run_of([(MOST_BYTES + 1, 1_000)])[0],
    ):
        assert piece_of([wrong], 0, 1_000) is None
    heavy, _ = run_of([(MOST_BYTES - 5, 1_000), (6, 1_000)])
    piece = piece_of([heavy], 0, 10_000)
    assert piece is not None
    assert piece.end_ms == 1_000
