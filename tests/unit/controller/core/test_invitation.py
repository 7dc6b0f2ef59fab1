"""An invitation under any events in any order: nobody comes in unapproved, and what ended stays ended."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core import invitation as life
from controller.core.invitation import Invitation
from shared.errors import Rejected
from tests.builders import AT

LIFE = timedelta(hours=1)
KEYS = ("ab" * 32, "cd" * 32)
ENDED = {"rejected", "void", "expired"}
Event = tuple[str, str, int]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "approve", "reject", "fetched", "void", "wait"]),
        st.sampled_from(KEYS),
        st.integers(0, 10 * 24 * 60),
    ),
    max_size=12,
)


def fresh() -> Invitation:
    return Invitation("gate", "invited", AT + LIFE)


def happens(found: Invitation, what: str, key: str, now: datetime) -> Invitation:
    match what:
        case "ask":
            return life.ask(found, key, now)
        case "approve":
            return life.approve(found, key, now)
        case "reject":
            return life.reject(found, now)
        case "fetched":
            return life.fetched(life.at(found, now))
        case "void":
            return life.void(found, now)
        case _:
            return found


@given(EVENTS)
def test_nobody_comes_in_unapproved_and_what_ended_stays_ended(events: list[Event]) -> None:
    found, now = fresh(), AT
    approved: str | None = None
    for what, key, minutes in events:
        before = life.at(found, now)
        now += timedelta(minutes=minutes if what == "wait" else 0)
        try:
            found = happens(found, what, key, now)
            approved = key if what == "approve" else approved
        except Rejected:
            assert life.at(found, now) == before
        after = life.at(found, now)
        if after.state in {"approved", "fetched"}:
            assert after.fingerprint == approved
        if before.state in ENDED:
            assert after.state == before.state
        if before.fingerprint is not None:
            assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("state", "code"), [("rejected", "enrol_rejected"), ("void", "enrol_void"), ("expired", "enrol_expired")]
)
def test_who_asks_too_late_hears_why(state: life.State, code: str) -> None:
    with pytest.raises(Rejected) as fault:
        life.ask(Invitation("gate", state, AT, KEYS[0]), KEYS[0], AT)
    assert getattr(fault.value.fault, "code", None) == code


def test_an_unused_token_ends_with_its_life_and_a_used_one_is_its_first_keys() -> None:
    with pytest.raises(Rejected, match="ran out"):
        life.ask(fresh(), KEYS[0], AT + LIFE)
    asked = life.ask(fresh(), KEYS[0], AT)
    assert life.ask(asked, KEYS[0], AT + timedelta(days=6)) == asked
    with pytest.raises(Rejected, match="another node"):
        life.ask(asked, KEYS[1], AT)


def test_an_approval_is_of_the_key_that_somebody_compared() -> None:
    asked = life.ask(fresh(), KEYS[0], AT)
    with pytest.raises(Rejected, match="fingerprint"):
        life.approve(asked, KEYS[1], AT)
    with pytest.raises(Rejected, match="fingerprint"):
        life.approve(asked, KEYS[0][:8], AT)  # a few digits are found again in a moment
    assert life.approve(asked, "abab " * 8, AT).state == "approved"


def test_what_was_given_may_be_fetched_again_for_a_while() -> None:
    given_out = life.fetched(life.approve(life.ask(fresh(), KEYS[0], AT), KEYS[0], AT))
    assert life.ask(given_out, KEYS[0], AT + timedelta(days=1)) == given_out
    for late in (lambda: life.ask(given_out, KEYS[0], AT + life.WAITS), lambda: life.ask(given_out, KEYS[1], AT)):
        refused(late)
    assert life.void(given_out, AT).state == "void"


def refused(deed: Callable[[], object]) -> None:
    with pytest.raises(Rejected):
        deed()


@pytest.mark.parametrize(("minutes", "right"), [(0, False), (1, True), (7 * 24 * 60, True), (7 * 24 * 60 + 1, False)])
def test_a_life_has_bounds(minutes: int, right: bool) -> None:
    if right:
        assert life.checked_life(timedelta(minutes=minutes)) == timedelta(minutes=minutes)
    else:
        refused(lambda: life.checked_life(timedelta(minutes=minutes)))


def test_an_invitation_that_nobody_used_is_taken_back() -> None:
    taken = life.reject(fresh(), AT)
    assert taken.state == "rejected"
    with pytest.raises(Rejected) as refused:
        life.ask(taken, KEYS[0], AT)
    assert getattr(refused.value.fault, "code", None) == "enrol_rejected"
    with pytest.raises(Rejected):
        life.reject(taken, AT)
