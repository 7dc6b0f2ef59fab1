"""When a node renews its certificate."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.renewal import BEFORE, is_due
from tests.builders import AT


@given(st.floats(0, 1))
def test_never_before_a_month_is_left_and_always_with_weeks_to_spare(unit: float) -> None:
    assert is_due(None, AT, unit)
    assert not is_due(AT + BEFORE + timedelta(seconds=1), AT, unit)
    assert is_due(AT + BEFORE - timedelta(days=3), AT, unit)
    assert is_due(AT - timedelta(days=1), AT, unit)


def test_nodes_of_a_site_do_not_come_at_once() -> None:
    ends_at = AT + BEFORE - timedelta(days=1)
    assert is_due(ends_at, AT, 0.1)
    assert not is_due(ends_at, AT, 0.9)
