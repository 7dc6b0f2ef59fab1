"""What one playback may give."""

from dataclasses import replace

import pytest

from edge_agent.core.playback import LONGEST_MS, check_span, playable_run
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
