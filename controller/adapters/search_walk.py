"""Walks the past newest first, a few spans at a time: few rows are read to find a page, however many there are."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from controller.core.spans import Span, within
from shared.errors import Rejected
from shared.texts import say

Moment = tuple[int, str]
"""When it was (Unix ms) and its id: what pages are ordered by."""

_ID_LENGTH = 36


async def walk(
    session: AsyncSession, query: Callable[[Any, int], Any], time: Any, spans: Sequence[Span], limit: int
) -> list[Moment]:
    """The newest `limit` moments that `query` finds within sorted `spans`.

    `query` is given a condition on the column `time`, and how many are wanted.

    Asked of one span, then of two, of four: what happens every night is found in the last one, and what hardly ever
    happens takes few statements. Each has bounds around its spans, for an index that is read in order.
    """
    found: list[Moment] = []
    left, step = list(spans), 1
    while left and len(found) < limit:
        asked, left, step = left[-step:], left[:-step], 2 * step
        rows = await session.execute(query(in_spans(time, asked), limit - len(found)))
        found += [(at_ms, name) for at_ms, name in rows]
    return found


def in_spans(column: Any, spans: Sequence[Span]) -> Any:
    """Within one of the sorted spans."""
    around = sa.and_(column >= spans[0][0], column < spans[-1][1])
    if len(spans) == 1:
        return around
    return sa.and_(around, sa.or_(*(sa.and_(column >= start, column < end) for start, end in spans)))


def newest(moment: tuple[Any, Any], condition: Any, limit: int) -> Any:
    """A SELECT of moments, newest first."""
    return sa.select(*moment).where(condition).order_by(*(column.desc() for column in moment)).limit(limit)


def newest_of(moment: tuple[Any, Any], branches: Sequence[Any], limit: int) -> Any:
    """The same of several SELECTs of which each gives its own newest; what is in two of them counts once."""
    if len(branches) == 1:
        return branches[0]
    parts = sa.union(*(sa.select(branch.subquery()) for branch in branches)).subquery()
    at_ms, name = parts.c[moment[0].key], parts.c[moment[1].key]
    return sa.select(at_ms, name).order_by(at_ms.desc(), name.desc()).limit(limit)


def before(moment: tuple[Any, Any], cursor: Moment | None) -> Any:
    """Whether it comes after the page that ended at `cursor`."""
    return sa.true() if cursor is None else sa.tuple_(*moment) < cursor


def until(spans: Sequence[Span], cursor: Moment | None) -> Sequence[Span]:
    """What of `spans` is not newer than `cursor`."""
    return spans if cursor is None else within(spans, 0, cursor[0] + 1)


def next_cursor(found: Sequence[Moment], limit: int) -> str | None:
    """Where the page after the first `limit` begins; None where nothing is left."""
    return f"{found[limit - 1][0]}.{found[limit - 1][1]}" if len(found) > limit else None


def parse_cursor(cursor: str | None) -> Moment | None:
    """The moment in a cursor that was given out; `Rejected` for another."""
    if cursor is None:
        return None
    start, _, name = cursor.partition(".")
    if not (start.isascii() and start.isdigit() and len(start) <= 15 and len(name) == _ID_LENGTH):  # noqa: PLR2004
        raise Rejected("cursor", say("bad_cursor"))
    return int(start), name
