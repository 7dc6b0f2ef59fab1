"""What one playback may give."""

from dataclasses import replace

import pytest

from edge_agent.core.playback import LONGEST_MS, check_span, piece_run, playable_run
from shared.errors import Rejected
from tests.fakes.edge import segment


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "field"),
    [(-1, 5, "from_ms"), (5, 5, "to_ms"), (6, 5, "to_ms"), (0, LONGEST_MS + 1, "to_ms")],
)
def test_a_span_that_is_none_is_refused_by_its_parameter(from_ms: int, to_ms: int, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        check_span(from_ms, to_ms)
    assert caught.value.field == field


def test_ten_minutes_are_taken() -> None:
    check_span(0, LONGEST_MS)


def test_consecutive_segments_make_a_film_of_one_init() -> None:
    parts = [replace(segment(start_ms=at), init_bytes=4) for at in (0, 2000, 4000)]
    run = playable_run(parts)
    assert run.segments == tuple(parts)
    assert run.length_bytes == sum(part.length_bytes for part in parts) - 8


def test_a_gap_or_another_muxer_is_refused_with_where_to_ask() -> None:
    for second, why in (
        (segment(start_ms=2500), "gap of 500 ms"),
        (segment(start_ms=2000, muxer="m2"), "new start"),
    ):
        with pytest.raises(Rejected, match=f"at 2000 there is a {why}.*from {second.start_ms}") as caught:
            playable_run([segment(start_ms=0), second])
        assert caught.value.field == "to_ms"


def test_nothing_recorded_is_told() -> None:
    with pytest.raises(Rejected, match="nothing was recorded"):
        playable_run([])


def test_a_piece_is_whole_segments_from_the_moment_on_and_ends_with_its_length() -> None:
    parts = [segment(start_ms=at) for at in (0, 2000, 4000, 6000, 8000)]
    assert piece_run(parts, 3000, 3000, 10**6).segments == tuple(parts[1:3])
    assert piece_run(parts, 4000, 1000, 10**6).segments == (parts[2],)
    assert piece_run(parts[2:], 1000, 2000, 10**6).segments == (parts[2],)


def test_a_piece_ends_at_a_gap_a_new_start_and_its_bytes() -> None:
    first = segment(start_ms=0)
    for second in (segment(start_ms=2500), segment(start_ms=2000, muxer="m2")):
        assert piece_run([first, second], 0, 60_000, 10**6).segments == (first,)
    big = [segment(start_ms=at, data=b"x" * 600) for at in (0, 2000)]
    assert piece_run(big, 0, 60_000, 1000).segments == (big[0],)
    with pytest.raises(Rejected, match="600 bytes"):
        piece_run(big, 0, 60_000, 500)


def test_a_piece_of_what_is_over_is_none() -> None:
    with pytest.raises(Rejected, match="nothing was recorded"):
        piece_run([segment(start_ms=0)], 2000, 2000, 10**6)
