"""Lets bytes pass at a rate that may change at any time. Pure.

Invariant, held by tests/unit/edge_agent/core/test_token_bucket.py: in no stretch of time does more pass than the rate
allows and one piece besides.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """A piece passes whole as soon as the pieces before it are paid for; `rate_bytes_s` None: whenever it comes."""

    rate_bytes_s: float | None = None
    _debt_bytes: float = 0.0
    _at_ms: int = 0

    def set_rate(self, rate_bytes_s: float | None, now_ms: int) -> None:
        """Go on at this rate; what is owed stays owed."""
        self._settle(now_ms)
        self.rate_bytes_s = rate_bytes_s

    def wait_ms(self, now_ms: int) -> float:
        """How long until the next piece may pass, as things are."""
        self._settle(now_ms)
        return 0.0 if self.rate_bytes_s is None else self._debt_bytes * 1000 / self.rate_bytes_s

    def take(self, length_bytes: int, now_ms: int) -> None:
        """A piece passes; `wait_ms` has just said 0."""
        self._settle(now_ms)
        self._debt_bytes += length_bytes

    def _settle(self, now_ms: int) -> None:
        if self.rate_bytes_s is None:
            self._debt_bytes = 0.0
        elif now_ms > self._at_ms:
            paid_bytes = (now_ms - self._at_ms) * self.rate_bytes_s / 1000
            self._debt_bytes = max(0.0, self._debt_bytes - paid_bytes)
        self._at_ms = max(self._at_ms, now_ms)
