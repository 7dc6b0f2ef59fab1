"""What time alone does to an alarm."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.lifecycle import Deed, Life, done
from controller.core.tending import STALE, Patience, due
from tests.builders import AT

BORN = Life(AT)
PATIENCE = Patience(300, 2)


def after_s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def moves(life: Life, seconds: list[int], patience: Patience = PATIENCE) -> list[tuple[int, str]]:
    """Which deeds are done when somebody looks at these seconds."""
    told: list[tuple[int, str]] = []
    for second in seconds:
        deed = due(life, AT + after_s(second), patience)
        if deed is not None:
            life = done(life, deed, AT + after_s(second))
            told.append((second, deed.move))
    return told


def test_nobody_answers() -> None:
    assert moves(BORN, list(range(0, 3000, 10))) == [(300, "escalate"), (600, "escalate")]


def test_who_looks_late_passes_up_once_and_waits_again() -> None:
    assert moves(BORN, [1000, 1001, 1299, 1300, 2000]) == [(1000, "escalate"), (1300, "escalate")]


@pytest.mark.parametrize(
    "life",
    [
        replace(BORN, state="acknowledged"),
        replace(BORN, state="resolved"),
        replace(BORN, suppressed=True),
        replace(BORN, escalation_level=2),
    ],
    ids=["acknowledged", "resolved", "under maintenance", "passed up often enough"],
)
def test_these_are_never_passed_up(life: Life) -> None:
    assert moves(life, list(range(0, 3000, 100))) == []


def test_none_is_passed_up_where_the_site_wants_none() -> None:
    assert moves(BORN, [400, 4000], Patience(0, 2)) == []


def test_a_shelf_ends_by_itself_and_the_wait_begins_anew() -> None:
    shelved = done(BORN, Deed("shelve", "kim", minutes=20), AT)
    told = moves(shelved, list(range(0, 3000, 10)))
    assert told == [(1200, "unshelve"), (1500, "escalate"), (1800, "escalate")]


def test_what_waits_for_a_day_is_stale() -> None:
    assert due(BORN, AT + STALE, PATIENCE) is not None
    assert due(BORN, AT + STALE + after_s(1), PATIENCE) is None


@given(st.lists(st.integers(1, 900), max_size=20), st.floats(1, 600), st.integers(1, 5))
@settings(max_examples=80)
def test_levels_are_at_least_the_patience_apart(steps: list[int], escalate_after_s: float, levels: int) -> None:
    patience = Patience(escalate_after_s, levels)
    seconds = [sum(steps[: index + 1]) for index in range(len(steps))]
    told = [second for second, _ in moves(BORN, seconds, patience)]
    assert len(told) <= levels
    least_s = escalate_after_s - 1e-6  # times are kept to the microsecond
    assert all(later - sooner >= least_s for sooner, later in zip([0, *told], told, strict=False))
