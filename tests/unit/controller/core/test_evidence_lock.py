"""Locked evidence: whoever does what in whichever order, it takes two people within seven days."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from controller.core.evidence_lock import ASKED_FOR, KNOWN_AFTER, Asked, asking, known, refusal, standing

NOW = datetime(2026, 3, 1, tzinfo=UTC)
people = st.sampled_from(["kim", "lee", "park"])
deeds = st.tuples(st.sampled_from(["ask", "withdraw", "confirm"]), people, st.integers(0, 5 * 86_400))


@given(st.lists(deeds, max_size=30))
def test_it_goes_only_by_two_people_within_seven_days(steps: list[tuple[str, str, int]]) -> None:
    now, asked = NOW, None
    told: tuple[str, datetime] | None = None  # who asked, and when: as people remember it
    for deed, who, later_s in steps:
        now += timedelta(seconds=later_s)
        if told is not None and now - told[1] >= ASKED_FOR:
            told = None
        if deed == "ask":
            found = asking(asked, who, "closed", now)
            assert (found is None) == (told is not None and told[0] != who)
            if found is not None:
                asked, told = found, told or (who, now)
        elif deed == "withdraw":
            asked = told = None
        else:
            goes = refusal(asked, who, now) is None
            assert goes == (told is not None and told[0] != who)


def test_a_request_is_void_after_seven_days() -> None:
    asked = Asked("kim", "closed", NOW)
    assert standing(asked, asked.until - timedelta(seconds=1)) is asked
    assert standing(asked, asked.until) is None
    assert refusal(asked, "lee", asked.until) == "hold_locked"
    again = asking(asked, "lee", "closed", asked.until)
    assert again is not None
    assert again.who == "lee"


def test_why_not_is_told_apart() -> None:
    asked = Asked("kim", "closed", NOW)
    assert refusal(None, "kim", NOW) == "hold_locked"
    assert refusal(asked, "kim", NOW) == "hold_own_request"
    assert refusal(asked, "lee", NOW) is None


def test_an_account_counts_from_its_second_day_on() -> None:
    assert known(NOW - KNOWN_AFTER, NOW)
    assert not known(NOW - KNOWN_AFTER + timedelta(milliseconds=1), NOW)
    assert not known(NOW + timedelta(days=9), NOW)
    assert not known(None, NOW)
