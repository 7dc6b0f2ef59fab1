"""Decides which facts go first and when one that is not acknowledged is sent again. Pure."""

from edge_agent.core.retry import retry_delay_ms

MAX_IN_FLIGHT = 64
KEEP_ACKNOWLEDGED_MS = 7 * 86_400_000


def resend_delay_ms(attempt: int, unit: float) -> int:
    """When an unacknowledged fact is sent again: 5 s, doubling to 60 s."""
    return retry_delay_ms(attempt, 5_000, 60_000, unit)


def fact_priority(kind: str, media_class: str = "") -> int:
    """0 goes first: events and tamper, promoted runs, other runs, the ledger."""
    if kind in {"event", "tamper"}:
        return 0
    if kind == "run":
        return 1 if media_class == "promoted" else 2
    return 3
