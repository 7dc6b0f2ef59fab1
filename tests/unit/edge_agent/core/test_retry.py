"""How long to wait before the next try."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.retry import retry_delay_ms


@settings(deadline=None)
@given(st.integers(1, 500), st.floats(0, 1))
def test_delays_grow_to_a_bound(attempt: int, unit: float) -> None:
    delay_ms = retry_delay_ms(attempt, 100, 10_000, unit)
    assert 80 <= delay_ms <= 12_000
    assert retry_delay_ms(attempt + 1, 100, 10_000, unit) >= delay_ms
