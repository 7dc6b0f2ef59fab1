"""Which facts go first, and when one is sent again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.outbox_policy import fact_priority, resend_delay_ms


@settings(deadline=None)
@given(st.integers(1, 500), st.floats(0, 1))
def test_a_fact_is_sent_again_ever_later_up_to_a_bound(attempt: int, unit: float) -> None:
    assert 4_000 <= resend_delay_ms(attempt, unit) <= 72_000


def test_events_go_before_runs_and_runs_before_the_ledger() -> None:
    order = [fact_priority("event"), fact_priority("run", "promoted"), fact_priority("run"), fact_priority("ledger")]
    assert order == sorted(set(order))
    assert fact_priority("tamper") == fact_priority("event")
