"""How often one caller may ask: a bucket that fills evenly and may be emptied at once. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_rate.py:
1. In any span nobody gets more than the burst and what the rate gives in that span.
2. Who waits for as long as told gets the next one.   3. The table never exceeds its keys.
"""

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second on average, and so many at once."""

    per_s: float
    burst: int


READS, CHANGES = Rate(100, 1_000), Rate(20, 200)
"""Of one session. A dashboard of sixteen cameras asks for a tenth of it."""
STRANGERS = Rate(20, 400)
"""Of one address without a session: a login page and its pieces."""
ENROLMENTS = Rate(2, 60)
"""Of one address: nodes that wait to be let in ask every few seconds, and several may stand behind one router."""


@dataclass(slots=True)
class Buckets:
    """What each key has left; the longest idle go first when there are too many."""

    rate: Rate
    keys: int = 10_000
    _left: dict[str, tuple[float, int]] = field(default_factory=dict)  # tokens, when, ms; in order of use

    def take(self, key: str, now_ms: int) -> int:
        """0: go on; else how long `key` has to wait for the next one, ms."""
        tokens, at_ms = self._left.pop(key, (float(self.rate.burst), now_ms))
        tokens = min(self.rate.burst, tokens + max(0, now_ms - at_ms) * self.rate.per_s / 1000)
        wait_ms = 0
        if tokens >= 1:
            tokens -= 1
        else:
            wait_ms = max(1, -int(-(1 - tokens) * 1000 // self.rate.per_s))
        self._left[key] = tokens, now_ms
        while len(self._left) > self.keys:
            del self._left[next(iter(self._left))]
        return wait_ms


def neighbourhood(address: str) -> str:
    """By what an address is counted: itself; of IPv6 its /64, all of which is one customer's (RFC 6177)."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or f"{IPv6Address(int(known) >> 64 << 64)}/64")
