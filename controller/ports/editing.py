"""What an edit began with: the next transaction that writes compares it with what is there, and writes or refuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar

from controller.errors import Stale
from shared.texts import say

HEADER = "If-Match"

Check = Callable[[], Awaitable[None]]
"""Reads what the edit is of, by the questions that are asked of it anyhow; `Stale` where it is another now."""

EDITING: ContextVar[Check | None] = ContextVar("cctv_editing", default=None)


@asynccontextmanager
async def editing(check: Check) -> AsyncIterator[None]:
    """What is written in here is written only if `check` passes in the transaction that writes it."""
    token = EDITING.set(check)
    try:
        yield
    finally:
        EDITING.reset(token)


def stale(header: str = HEADER) -> Stale:
    """Somebody else has changed it since."""
    return Stale(header, say("other_changed"))
