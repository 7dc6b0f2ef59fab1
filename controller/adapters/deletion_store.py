"""Deletions of footage by hand: what would go, what was asked for, what is left of it."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from controller.adapters.database import Database
from controller.adapters.hold_rows import held_moment, held_run, stored_long
from controller.adapters.states import LONGEST_RUN_MS, State, plain
from controller.adapters.tables import (
    AlarmRow,
    AuditRow,
    CameraRow,
    DeletionRow,
    EventRow,
    ExportRow,
    OccurrenceRow,
    RunRow,
)
from controller.core.deletion import Deletion
from controller.errors import Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import RunId
from shared.mint import uuid7
from shared.texts import say

_LARGEST_PAGE = 200
_KEPT = sa.or_(col(RunRow.held).is_(True), held_run())


class SqlDeletions:
    """`DeletionBook` and `DeletionRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def preview(self, cameras: Sequence[str], start_ms: int, end_ms: int) -> State:
        """DeletionPreview; `Missing`: no such camera."""
        async with self._database.reading() as session:
            await _know(session, cameras)
            asked = (cameras, start_ms, end_ms)
            going = [
                {"camera": camera, **await _runs(session, [camera], start_ms, end_ms, ~_KEPT)} for camera in cameras
            ]
            held = await _runs(session, *asked, _KEPT)
            return {
                "cameras": [one for one in going if one["runs"]],
                "held_runs": held["runs"],
                "held_bytes": held["bytes"],
                "pictures": await _count(session, OccurrenceRow, *_pictures(*asked)),
                "events": await _count(session, EventRow, *_in(EventRow.camera, EventRow.start_ms, *asked)),
                "alarms": await _count(session, AlarmRow, *_in(AlarmRow.camera, AlarmRow.condition_ms, *asked)),
                "coming": await _count(
                    session, RunRow, *_overlapping(*asked), col(RunRow.state).in_(("announced", "uploaded"))
                ),
                "exports": await _exports(session, *asked),
            }

    async def add(self, cameras: Sequence[str], start_ms: int, end_ms: int, why: str, who: str, address: str) -> State:
        """DeletionOut of a new one; `Missing`: no such camera."""
        now = self._clock.now()
        async with self._database.writing() as session:
            await _know(session, cameras)
            row = DeletionRow(
                id=uuid7(), cameras=list(cameras), start_ms=start_ms, end_ms=end_ms, why=why, who=who, created_at=now,
                began_ms=self._clock.unix_ms(),
            )  # fmt: skip
            session.add(row)
            detail = {"deletion": row.id, "start_ms": start_ms, "end_ms": end_ms, "why": why}
            for camera in cameras:
                session.add(
                    AuditRow(at=now, who=who, what="footage.delete", subject=camera, address=address, detail=detail)
                )
            await session.flush()
            return await _state(session, row)

    async def page(self, cursor: str | None, limit: int) -> State:
        """DeletionPage, newest first."""
        limit = max(1, min(limit, _LARGEST_PAGE))
        order = (col(DeletionRow.created_at), col(DeletionRow.id))
        query = select(DeletionRow).order_by(*(one.desc() for one in order)).limit(limit + 1)
        async with self._database.reading() as session:
            if cursor is not None:
                last = await session.get(DeletionRow, cursor)
                if last is None:
                    raise Rejected("cursor", say("bad_cursor"))
                query = query.where(sa.tuple_(*order) < (last.created_at, last.id))
            rows = list((await session.scalars(query)).all())
            items = [await _state(session, row) for row in rows[:limit]]
        return {"items": items, "next": items[-1]["id"] if len(rows) > limit else None}

    async def one(self, deletion: str) -> State:
        """DeletionOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            row = await session.get(DeletionRow, deletion)
            if row is None:
                raise Missing("deletion", say("unknown", key=deletion))
            return await _state(session, row)

    async def open(self) -> list[Deletion]:
        """What is not done, oldest first."""
        query = select(DeletionRow).where(col(DeletionRow.done_at).is_(None)).order_by(col(DeletionRow.created_at))
        async with self._database.reading() as session:
            rows = await session.scalars(query)
            return [Deletion(row.id, tuple(row.cameras), row.start_ms, row.end_ms) for row in rows]

    async def runs(self, deletion: Deletion, limit: int, without: Collection[str]) -> list[RunId]:
        """Runs stored for an hour that overlap it and that nobody holds, oldest first; `without` left out."""
        query = (
            select(RunRow.id)
            .where(*_stored(deletion.cameras, deletion.start_ms, deletion.end_ms), ~_KEPT)
            .where(col(RunRow.id).not_in(without), stored_long(self._clock.unix_ms()))
            .order_by(col(RunRow.start_ms))
            .limit(limit)
        )
        async with self._database.reading() as session:
            return [RunId(run) for run in await session.scalars(query)]

    async def pictures(self, deletion: Deletion, limit: int, without: Collection[str]) -> list[str]:
        """Object keys of pictures of occurrences in it that nobody holds; `without` left out."""
        query = (
            select(col(OccurrenceRow.picture_key))
            .where(*_pictures(deletion.cameras, deletion.start_ms, deletion.end_ms))
            .where(col(OccurrenceRow.picture_key).not_in(without))
            .limit(limit)
        )
        async with self._database.reading() as session:
            return [key for key in await session.scalars(query) if key is not None]

    async def left(self, deletion: Deletion) -> bool:
        """Whether something of it may go still, now or later."""
        span = (deletion.cameras, deletion.start_ms, deletion.end_ms)
        async with self._database.reading() as session:
            runs, pictures = (
                await _runs(session, *span, ~_KEPT),
                await _count(session, OccurrenceRow, *_pictures(*span)),
            )
            return bool(runs["runs"] or pictures)

    async def finish(self, deletion: Deletion) -> None:
        """Nothing is left that may go; told in the audit once."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await session.get(DeletionRow, deletion.id, with_for_update=True)
            if row is None or row.done_at is not None:
                return
            row.done_at = now
            await session.flush()
            state = await _state(session, row)
            detail = {name: state[name] for name in ("gone_runs", "gone_bytes", "held_runs")}
            session.add(AuditRow(at=now, who="system", what="footage.deleted", subject=row.id, detail=detail))


def _in(camera: Any, at_ms: Any, cameras: Sequence[str], start_ms: int, end_ms: int) -> tuple[Any, ...]:
    return col(camera).in_(cameras), col(at_ms) >= start_ms, col(at_ms) < end_ms


def _overlapping(cameras: Sequence[str], start_ms: int, end_ms: int) -> tuple[Any, ...]:
    return (
        col(RunRow.camera).in_(cameras),
        col(RunRow.start_ms) < end_ms,
        col(RunRow.start_ms) > start_ms - LONGEST_RUN_MS,
        col(RunRow.end_ms) > start_ms,
    )


def _stored(cameras: Sequence[str], start_ms: int, end_ms: int) -> tuple[Any, ...]:
    return (*_overlapping(cameras, start_ms, end_ms), col(RunRow.state) == "stored")


def _pictures(cameras: Sequence[str], start_ms: int, end_ms: int) -> tuple[Any, ...]:
    return (
        *_in(OccurrenceRow.camera, OccurrenceRow.condition_ms, cameras, start_ms, end_ms),
        # An occurrence begins before its condition is met: the index goes by its begin.
        col(OccurrenceRow.start_ms) < end_ms,
        col(OccurrenceRow.picture_key).is_not(None),
        ~held_moment(col(OccurrenceRow.camera), col(OccurrenceRow.condition_ms)),
    )


async def _know(session: AsyncSession, cameras: Sequence[str]) -> None:
    for camera in cameras:
        if await session.get(CameraRow, camera) is None:
            raise Missing("camera", say("unknown", key=camera))


async def _count(session: AsyncSession, table: Any, *where: Any) -> int:
    return await session.scalar(select(func.count()).select_from(table).where(*where)) or 0


async def _runs(session: AsyncSession, cameras: Sequence[str], start_ms: int, end_ms: int, *where: Any) -> State:
    """How many stored runs overlap, how long and from when to when: a run goes whole."""
    columns = func.count(), func.sum(RunRow.length_bytes), func.min(RunRow.start_ms), func.max(RunRow.end_ms)
    query: Any = select(*columns).where(*_stored(cameras, start_ms, end_ms), *where)
    runs, size, first_ms, last_ms = (await session.execute(query)).one()
    return {"runs": runs, "bytes": int(size or 0), "from_ms": first_ms, "to_ms": last_ms}


async def _exports(session: AsyncSession, cameras: Sequence[str], start_ms: int, end_ms: int) -> list[str]:
    """Exports on the disk that have some of it: they stay."""
    rows = await session.execute(select(ExportRow.id, ExportRow.spans).where(col(ExportRow.on_disk).is_(True)))
    return [
        export
        for export, spans in rows
        if any(one["camera"] in cameras and one["start_ms"] < end_ms and one["end_ms"] > start_ms for one in spans)
    ]


async def _state(session: AsyncSession, row: DeletionRow) -> State:
    """Counted from the runs themselves, so that it is true whatever ended the process that deleted them."""
    asked = (row.cameras, row.start_ms, row.end_ms)
    until_ms = None if row.done_at is None else round(row.done_at.timestamp() * 1000)
    gone = [*_overlapping(*asked), col(RunRow.state) == "expired", col(RunRow.expired_ms) >= row.began_ms]
    if until_ms is not None:
        gone.append(col(RunRow.expired_ms) <= until_ms)
    query: Any = select(func.count(), func.sum(RunRow.length_bytes)).where(*gone)
    runs, size = (await session.execute(query)).one()
    left, held = await _runs(session, *asked, ~_KEPT), await _runs(session, *asked, _KEPT)
    return {
        **plain(row, "id", "cameras", "start_ms", "end_ms", "why", "who"),
        "created_at": row.created_at.isoformat(),
        "done_at": None if row.done_at is None else row.done_at.isoformat(),
        "gone_runs": runs,
        "gone_bytes": int(size or 0),
        "left_runs": left["runs"],
        "held_runs": held["runs"],
    }
