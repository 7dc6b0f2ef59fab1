"""Every move of an alarm, legal or not, and the module's invariants over any run of deeds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.lifecycle import LEVEL_MAX, SHELVE_MINUTES_MAX, Deed, Life, Move, after, done
from shared.errors import Rejected
from shared.kinds import AlarmState
from tests.builders import AT

BORN = Life(AT)
DEEDS = st.builds(
    Deed,
    st.sampled_from(["acknowledge", "assign", "unassign", "note", "resolve", "shelve", "unshelve", "escalate"]),
    st.sampled_from(["kim", "lee", "system"]),
    st.just("seen"),
    to=st.sampled_from(["kim", "park"]),
    assessment=st.sampled_from(["true", "false", "nuisance"]),
    minutes=st.integers(1, 90),
)


@pytest.mark.parametrize(
    ("state", "move", "then"),
    [
        ("raised", "acknowledge", "acknowledged"),
        ("raised", "resolve", "resolved"),
        ("raised", "assign", "in_action"),
        ("raised", "shelve", "raised"),
        ("acknowledged", "acknowledge", "acknowledged"),
        ("acknowledged", "assign", "in_action"),
        ("acknowledged", "resolve", "resolved"),
        ("in_action", "acknowledge", "in_action"),
        ("in_action", "unassign", "acknowledged"),
        ("in_action", "resolve", "resolved"),
        ("resolved", "resolve", "resolved"),
        ("resolved", "note", "resolved"),
    ],
)
def test_legal_moves(state: AlarmState, move: Move, then: AlarmState) -> None:
    assert after(state, move) == then


def test_what_is_resolved_is_not_acknowledged() -> None:
    with pytest.raises(Rejected, match="cannot be acknowledged any more"):
        after("resolved", "acknowledge")


@pytest.mark.parametrize("move", ["assign", "unassign", "shelve", "unshelve", "escalate"])
def test_what_is_resolved_is_left_alone(move: Move) -> None:
    with pytest.raises(Rejected, match="only a note or another assessment"):
        after("resolved", move)


@pytest.mark.parametrize(
    ("deed", "field"),
    [
        (Deed("assign", "kim"), "to"),
        (Deed("resolve", "kim"), "assessment"),
        (Deed("shelve", "kim"), "minutes"),
        (Deed("shelve", "kim", minutes=SHELVE_MINUTES_MAX + 1), "minutes"),
        (Deed("note", "kim", "  "), "note"),
    ],
)
def test_a_deed_says_what_it_needs(deed: Deed, field: str) -> None:
    with pytest.raises(Rejected) as fault:
        done(BORN, deed, AT)
    assert fault.value.field == field


@given(st.lists(DEEDS, max_size=14))
@settings(max_examples=80)
def test_the_invariants_hold_after_any_run_of_deeds(deeds: list[Deed]) -> None:
    life, at = BORN, AT
    for deed in deeds:
        at += timedelta(seconds=7)
        before = life
        try:
            life = done(before, deed, at)
        except Rejected:
            assert before.state == "resolved"
            continue
        open_now = life.state != "resolved"
        assert (life.state == "in_action") == (open_now and life.assigned_to is not None)
        assert (life.state == "raised") == (life.acknowledged_by is None)
        assert (life.assessment is not None) == (life.resolved_by is not None) == (not open_now)
        assert open_now or life.shelved_until is None
        assert (life.shelved_until is None) == (life.shelved_by is None)
        assert before.escalation_level <= life.escalation_level <= LEVEL_MAX
        if before.acknowledged_by is not None:
            assert (life.acknowledged_by, life.acknowledged_at) == (before.acknowledged_by, before.acknowledged_at)
        if before.state == "resolved":
            assert replace(life, assessment=None) == replace(before, assessment=None)
        if deed.move != "escalate":
            assert done(life, deed, at) == life, "the same deed again changes nothing"


def test_a_shelf_taken_away_makes_somebody_wait_anew() -> None:
    shelved = done(BORN, Deed("shelve", "kim", minutes=30), AT)
    assert (shelved.shelved_by, shelved.shelved_until) == ("kim", AT + timedelta(minutes=30))
    later = AT + timedelta(minutes=31)
    assert done(shelved, Deed("unshelve", "system"), later) == replace(BORN, waits_from=later)
