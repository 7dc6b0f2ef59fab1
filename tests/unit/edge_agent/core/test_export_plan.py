"""What an export says of its times and gaps."""

from datetime import UTC, timedelta, timezone

import pytest

from edge_agent.core.export_plan import LONGEST_MS, check_span, gaps, read_time
from shared.errors import Rejected
from tests.fakes.edge import segment

SEOUL = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("text", "unix_ms"),
    [
        ("1700000000123", 1_700_000_000_123),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000),
        ("2023-11-15T07:13:20+09:00", 1_700_000_000_000),
        ("2023-11-15T07:13:20", 1_700_000_000_000),
        ("2023-11-15 07:13:20.5", 1_700_000_000_500),
    ],
)
def test_a_time_is_read_in_the_sites_zone_unless_it_has_one(text: str, unix_ms: int) -> None:
    assert read_time(text, SEOUL, "--from") == unix_ms


def test_without_a_zone_of_its_own_the_machines_counts() -> None:
    assert abs(read_time("2023-11-14T22:13:20", None, "--to") - read_time("2023-11-14T22:13:20", UTC, "--to")) < 86e6


@pytest.mark.parametrize(
    "text", ["", "yesterday", "12:00", "2023-13-01T00:00:00", "0001-01-01T00:00:00+23:59", "\u0661" * 13]
)
def test_what_is_no_time_is_refused_by_its_option(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_time(text, SEOUL, "--from")
    assert caught.value.field == "--from"


@pytest.mark.parametrize("span", [(5, 5), (6, 5), (0, LONGEST_MS + 1)])
def test_a_span_that_is_none_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(Rejected, match="--to"):
        check_span(*span)


def test_gaps_are_what_no_segment_covers() -> None:
    kept = [segment(start_ms=2000), segment(start_ms=4000), segment(start_ms=9000)]
    assert gaps(kept, 1000, 12_000) == ((1000, 2000), (6000, 9000), (11_000, 12_000))
    assert gaps(kept[:2], 2500, 5000) == ()
    assert gaps([], 0, 5) == ((0, 5),)
