"""Makes ids: UUIDv7, ordered by time within one process."""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> str:
    """Mint a UUIDv7 (RFC 9562 section 5.7); later calls in this process sort after earlier ones."""
    global _last  # noqa: PLW0603 - the order within the process is the point
    stamp = (time.time_ns() // 1_000_000 << 12) | secrets.randbits(12)
    with _lock:
        _last = stamp = max(stamp, _last + 1)
    unix_ms, rand_a = stamp >> 12, stamp & 0xFFF
    value = (unix_ms << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | secrets.randbits(62)
    return str(UUID(int=value))


def minted_ms(made: str) -> int:
    """When a UUIDv7 was minted, Unix ms."""
    return int(made.replace("-", "")[:12], 16)
