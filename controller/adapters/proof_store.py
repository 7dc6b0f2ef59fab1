"""What the database counts of cameras' ledgers for the proof of recording; no object of the store is looked at."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.maintenance_rows import window_of
from controller.adapters.proof_queries import CHAINS, gaps_of, minutes_of, through_midnight
from controller.adapters.sight import LOOKED_UP
from controller.adapters.tables import CameraRow, GapRow, LedgerRow, MaintenanceRow
from controller.core.maintenance import Window
from controller.core.proof import Days, Gap, Tally, Told, joined_gaps
from controller.core.spans import Span, merge, total_ms, within
from controller.errors import Missing
from shared.clock import to_datetime
from shared.errors import Rejected
from shared.ids import CameraId, node_of
from shared.texts import say

MINUTE_MS = 60_000
_REACH_MS = 31 * 86_400_000
"""No gap is told that is longer."""
_WORKED_ROWS = 20_000
_PAGE_ROWS = 1_000


class SqlProof:
    """`ProofReads` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cameras(self, wanted: Sequence[CameraId]) -> tuple[CameraId, ...]:
        """Those of `wanted`, or else all that their nodes have; `Missing` names one that nobody knows."""
        async with self._database.reading() as session:
            query = select(CameraRow.id).order_by(CameraRow.id)
            if not wanted:
                return tuple(CameraId(one) for one in await session.scalars(query.where(col(CameraRow.present))))
            known = set(await session.scalars(query.where(col(CameraRow.id).in_(wanted))))
            for camera in wanted:
                if camera not in known:
                    raise Missing("camera", say("unknown", key=camera))
            return tuple(wanted)

    async def told(self, cameras: Sequence[CameraId], days: Days) -> dict[CameraId, Told]:
        """Everything that the days of these cameras are made of."""
        async with self._database.reading() as session:
            if not self._database.is_sqlite:  # to call helpers takes longer than any of these questions
                setting = sa.text("SET LOCAL max_parallel_workers_per_gather = 0")
                await session.execute(setting.execution_options(**LOOKED_UP))
            first = await _first(session, cameras)
            counted = {camera: await _counted(session, camera, days) for camera in cameras}
            windows = await _windows(session, days.span)
            works = {camera: _works(windows, camera) for camera in cameras}
            worked = {camera: await _worked(session, camera, works[camera], days.span) for camera in cameras}
        return {camera: Told(first.get(camera), *counted[camera], worked[camera], works[camera]) for camera in cameras}

    async def gaps(self, camera: CameraId, span: Span, cursor: str | None) -> tuple[tuple[Gap, ...], str | None]:
        """What is not recorded of a span, oldest first, as far as one page goes, and where the next one begins."""
        query = (
            select(GapRow.id, GapRow.cause, GapRow.start_ms, GapRow.end_ms)
            .where(*_overlap([camera], span))
            .order_by(col(GapRow.start_ms), col(GapRow.id))
            .limit(_PAGE_ROWS + 1)
        )
        if cursor is not None:
            query = query.where(sa.tuple_(col(GapRow.start_ms), col(GapRow.id)) > _place_of(cursor))
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
            works = _works(await _windows(session, span), camera)
        page = rows[:_PAGE_ROWS]
        following = f"{page[-1][2]}.{page[-1][0]}" if len(rows) > _PAGE_ROWS else None
        return joined_gaps([(cause, (start, end)) for _, cause, start, end in page], works), following


async def _first(session: AsyncSession, cameras: Sequence[CameraId]) -> dict[str, int]:
    """One look into the index for each camera."""
    found: dict[str, int] = {}
    for camera in cameras:
        query = select(LedgerRow.minute_ms).where(LedgerRow.camera == camera)
        first_ms = await session.scalar(query.order_by(col(LedgerRow.minute_ms)).limit(1))
        if first_ms is not None:
            found[camera] = first_ms
    return found


async def _counted(
    session: AsyncSession, camera: CameraId, days: Days
) -> tuple[dict[int, int], list[Tally], list[tuple[str, Span]]]:
    """The minutes of the ledger, less the gaps in them (a longer gap is told in the last minute of it); the gaps."""
    count = len(days.dates)
    values: dict[str, Any] = {"camera": camera} | {f"b{place}": at_ms for place, at_ms in enumerate(days.borders_ms)}
    recorded: dict[int, int] = {}
    twice = await _overlapping(session, camera, days.span)
    for place, number in await session.execute(minutes_of(count, twice=twice), values):
        recorded[place] = number * MINUTE_MS
    tallies: list[Tally] = []
    for place, cause, gaps, ms, inside_ms in await session.execute(gaps_of(count), values):
        tallies.append(Tally(place, cause, gaps, int(ms)))
        recorded[place] -= int(inside_ms)
    long: dict[int, tuple[str, Span]] = {}
    for place, number, cause, start_ms, end_ms, minute_ms in await session.execute(through_midnight(count), values):
        if number not in long:
            long[number] = (cause, (days.borders_ms[place], end_ms))
            told_on = bisect_right(days.borders_ms, minute_ms) - 1
            recorded[told_on] = recorded.get(told_on, 0) - (end_ms - max(start_ms, minute_ms))
    return recorded, tallies, list(long.values())


async def _overlapping(session: AsyncSession, camera: CameraId, span: Span) -> bool:
    """Whether a minute may stand in two chains, of a node that was put back: it is one minute."""
    rows = await session.execute(CHAINS, {"camera": camera})
    ends = [(first_ms, last_ms + MINUTE_MS) for first_ms, last_ms in rows if first_ms is not None]
    return sum(total_ms(within([one], *span)) for one in ends) > total_ms(within(ends, *span))


async def _windows(session: AsyncSession, span: Span) -> list[Window]:
    rows = await session.scalars(
        select(MaintenanceRow).where(
            col(MaintenanceRow.from_at) < to_datetime(span[1]), col(MaintenanceRow.until_at) > to_datetime(span[0])
        )
    )
    return [window_of(row) for row in rows]


def _works(windows: Sequence[Window], camera: CameraId) -> tuple[Span, ...]:
    """When this camera was in maintenance."""
    targets = {"camera": camera, "node": node_of(camera), "site": ""}
    return merge(
        (round(one.from_at.timestamp() * 1000), round(one.over_at.timestamp() * 1000))
        for one in windows
        if one.target == targets[one.scope]
    )


async def _worked(session: AsyncSession, camera: CameraId, works: Sequence[Span], span: Span) -> list[tuple[str, Span]]:
    """The gaps that touch maintenance."""
    found: list[tuple[str, Span]] = []
    for start_ms, end_ms in works:
        here = max(start_ms, span[0]), min(end_ms, span[1])
        query = select(GapRow.cause, GapRow.start_ms, GapRow.end_ms).where(*_overlap([camera], here))
        rows = await session.execute(query.limit(_WORKED_ROWS))
        found += [(cause, (first_ms, last_ms)) for cause, first_ms, last_ms in rows]
    return list(dict.fromkeys(found))


def _overlap(cameras: Sequence[str], span: Span) -> tuple[Any, ...]:
    """Gaps that overlap a span, none longer than may be told: the index is read between two bounds."""
    return (
        col(GapRow.camera).in_(cameras),
        col(GapRow.start_ms) > span[0] - _REACH_MS,
        col(GapRow.start_ms) < span[1],
        col(GapRow.end_ms) > span[0],
    )


def _place_of(cursor: str) -> tuple[int, int]:
    start, _, number = cursor.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in (start, number)):  # noqa: PLR2004 - fits a column
        raise Rejected("cursor", say("bad_cursor"))
    return int(start), int(number)
