"""What is looked through: pages of two kinds in one order, days by the clock on the wall."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.preview import LONGEST_MS, PICTURES, moments_of
from controller.core.review import MOST_DAYS, ReviewWish, days_of, newest
from shared.errors import Rejected
from tests.builders import T0

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
WISH = ReviewWish("kim", T0, T0 + HOUR)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcdefgh")), unique_by=lambda place: place[1]),
    st.integers(1, 4),
)
def test_pages_of_two_kinds_follow_each_other_in_one_order(places: list[tuple[int, str]], most: int) -> None:
    halves = places[::2], places[1::2]
    told: list[tuple[int, str]] = []
    before = (10, "")
    cursor: str | None = ""
    while cursor is not None:
        asked = [sorted((one for one in half if one < before), reverse=True)[: most + 1] for half in halves]
        page, cursor = newest([*asked[0], *asked[1]], most)
        told += page
        if cursor:
            at, _, name = cursor.partition(".")
            before = (int(at), name)
            assert len(page) == most
    assert told == sorted(places, reverse=True)


def test_a_severity_means_alarms_and_a_class_means_events() -> None:
    assert (WISH.alarms, WISH.events) == (True, True)
    for changed, meant in (
        ({"of": "alarms"}, (True, False)),
        ({"of": "events"}, (False, True)),
        ({"severities": ("high",)}, (True, False)),
        ({"states": ("raised",)}, (True, False)),
        ({"classes": ("person",)}, (False, True)),
    ):
        wish = replace(WISH, **changed)
        assert (wish.alarms, wish.events) == meant, changed


def test_days_are_those_of_the_wall_clock_cut_to_the_span() -> None:
    days = days_of(T0, T0 + 48 * HOUR, SEOUL)  # from 17:00
    assert days == [
        (T0, T0 + 7 * HOUR),
        (T0 + 7 * HOUR, T0 + 31 * HOUR),
        (T0 + 31 * HOUR, T0 + 48 * HOUR),
    ]
    spring = 1_774_738_800_000  # 2026-03-29 in Berlin, when the clock is put forward
    assert days_of(spring, spring + 23 * HOUR, BERLIN) == [(spring, spring + 23 * HOUR)]


@pytest.mark.parametrize(("from_ms", "to_ms"), [(T0, T0), (T0, T0 + MOST_DAYS * 24 * HOUR + 1)])
def test_no_days_and_too_many_are_refused(from_ms: int, to_ms: int) -> None:
    with pytest.raises(Rejected, match="from_ms"):
        days_of(from_ms, to_ms, SEOUL)


@given(st.integers(0, 10**13), st.integers(0, 10**8))
def test_a_preview_shows_moments_of_its_stretch(from_ms: int, length_ms: int) -> None:
    moments = moments_of(from_ms, from_ms + length_ms)
    assert len(moments) == PICTURES
    assert list(moments) == sorted(moments)
    assert all(from_ms <= at_ms <= from_ms + min(length_ms, LONGEST_MS) for at_ms in moments)
