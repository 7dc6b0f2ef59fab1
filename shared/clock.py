"""Clock: aware UTC wall time, monotonic milliseconds, sleep; the only place that asks the system."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a flow may know of time."""

    def now(self) -> datetime:
        """Aware UTC wall time."""
        ...

    def unix_ms(self) -> int:
        """Wall time in whole milliseconds since 1970 UTC."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never go backwards; only differences mean anything."""
        ...

    async def sleep_ms(self, duration_ms: float) -> None: ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def unix_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    async def sleep_ms(self, duration_ms: float) -> None:
        await asyncio.sleep(max(0.0, duration_ms) / 1000)


def to_datetime(unix_ms: int) -> datetime:
    """Aware UTC datetime of Unix milliseconds."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC)
