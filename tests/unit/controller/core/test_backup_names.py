"""Which of a site's backups are too many: never the one just made, never by a date that cannot be."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.backup_names import is_ahead, name_of, read_name, surplus

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def at(**back: int) -> str:
    return name_of("site", NOW - timedelta(**back), "0a1b2c")


def test_the_oldest_beyond_those_that_are_kept_go() -> None:
    names = [at(days=days) for days in (3, 1, 2, 0)]
    assert surplus("site", names, 2, NOW, made=at(days=0)) == [at(days=3), at(days=2)]
    assert surplus("site", names, 9, NOW, made=at(days=0)) == []


def test_one_of_a_wrong_clock_neither_counts_nor_goes() -> None:
    names = [at(days=0), at(days=1), at(days=-3000), at(minutes=-11)]
    assert surplus("site", names, 1, NOW, made=at(days=0)) == [at(days=1)]
    assert surplus("site", names, 2, NOW, made=at(days=0)) == []


def test_what_is_spared_stays_beyond_those_that_are_kept() -> None:
    names = [at(days=days) for days in range(4)]
    assert surplus("site", names, 1, NOW, made=at(days=0), spared={at(days=2)}) == [at(days=3), at(days=1)]


@given(st.lists(st.integers(-400, 400), max_size=9, unique=True), st.integers(1, 5), st.integers(-400, 400))
def test_what_was_just_made_stays_whatever_its_date(others: list[int], keep: int, made: int) -> None:
    names = [at(hours=one) for one in {*others, made}]
    gone = surplus("site", names, keep, NOW, made=at(hours=made))
    known = [one for one in {*others} - {made} if one >= 0]
    assert sorted(gone) == sorted(at(hours=one) for one in sorted(known)[keep - 1 :])


@pytest.mark.parametrize(
    "name",
    ["site-20260304T050607Z-0a1b2.cctvbackup", "site-20261399T050607Z-0a1b2c.cctvbackup", "notes.txt",
     "site-20260304T050607Z-0a1b2c.cctvbackup.part", "other-20200304T050607Z-0a1b2c.cctvbackup",
     "site-2-20200304T050607Z-0a1b2c.cctvbackup"],
)  # fmt: skip
def test_another_site_s_and_what_is_none_stays(name: str) -> None:
    assert surplus("site", [name, at(days=0)], 1, NOW, made=at(days=0)) == []


def test_a_name_tells_site_and_moment() -> None:
    assert read_name(name_of("a-1", NOW, "ffffff")) == ("a-1", NOW)
    assert read_name("a-20261399T050607Z-0a1b2c.cctvbackup") is None


@pytest.mark.parametrize(("minutes", "ahead"), [(-60, False), (0, False), (9, False), (11, True)])
def test_clocks_may_be_some_minutes_apart(minutes: int, ahead: bool) -> None:
    assert is_ahead(NOW + timedelta(minutes=minutes), NOW) is ahead
