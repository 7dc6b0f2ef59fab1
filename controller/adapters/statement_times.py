"""How long the statements of this process take: the slowest of late, by its verb and its table."""

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock

_OVER_MS = 600_000
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?([a-z_]+)", re.IGNORECASE)


class StatementTimes:
    """Listens to one engine; costs two looks at the clock a statement."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._clock = clock
        self._slowest: list[tuple[int, int, str]] = []  # ms, when, what: each longer than all that came after it

        def before(connection: sa.Connection, *_: Any) -> None:
            connection.info["cctv_began_ms"] = clock.monotonic_ms()

        def after(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
            began_ms = connection.info.pop("cctv_began_ms", None)
            if began_ms is not None:
                self.note(clock.monotonic_ms() - began_ms, statement)

        sa.event.listen(engine.sync_engine, "before_cursor_execute", before)
        sa.event.listen(engine.sync_engine, "after_cursor_execute", after)

    def note(self, took_ms: int, statement: str) -> None:
        """A statement has ended."""
        now_ms = self._clock.monotonic_ms()
        while self._slowest and self._slowest[-1][0] <= took_ms:
            self._slowest.pop()
        self._slowest.append((took_ms, now_ms, statement))
        while now_ms - self._slowest[0][1] > _OVER_MS:
            self._slowest.pop(0)

    def slowest(self) -> tuple[int, str] | None:
        """Ms and what it was, of the last ten minutes; None before the first."""
        now_ms = self._clock.monotonic_ms()
        late = [one for one in self._slowest if now_ms - one[1] <= _OVER_MS]
        return None if not late else (late[0][0], _told(late[0][2]))


def _told(statement: str) -> str:
    verb = statement.split(maxsplit=1)[0].upper()[:12] if statement.split() else ""
    found = _TABLE.search(statement)
    return verb if found is None else f"{verb} {found[1].lower()[:40]}"
