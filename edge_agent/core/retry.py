"""How long to wait before the next try. Pure."""


def retry_delay_ms(attempt: int, first_ms: int, longest_ms: int, unit: float) -> int:
    """Delay after the `attempt`-th try (from 1): doubling up to `longest_ms`, spread over ±20 % by `unit` (0..1)."""
    plain_ms = min(longest_ms, first_ms * 2 ** min(max(attempt, 1) - 1, 20))
    return int(plain_ms * (0.8 + 0.4 * unit))
