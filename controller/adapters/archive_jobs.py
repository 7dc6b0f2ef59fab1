"""Archives as the role that makes exports sees them: what is due is asked for as exports, each alarm once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.export_jobs import Lease
from controller.adapters.hold_rows import add_hold
from controller.adapters.lease_store import fence_lease
from controller.adapters.tables import (
    AlarmRow,
    ArchiveItemRow,
    ArchiveRow,
    ExportRow,
    HoldRow,
    OccurrenceRow,
)
from controller.core.archive import FAULTS, SETTLED_MS, Every, Item, ItemKind, next_run, portions
from controller.core.export import OPEN
from controller.core.footage import clip_of
from controller.core.spans import Span, merge
from shared.clock import Clock, to_datetime
from shared.mint import uuid7

_AT_ONCE = 200


class SqlArchiveJobs:
    """`ArchiveJobs` on SQLite or PostgreSQL; every write is void once the lease is somebody else's."""

    def __init__(self, database: Database, clock: Clock, lease: Lease, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self._zone = zone

    async def settle(self) -> None:
        """Note what came of the exports that archives asked for; what failed is asked for anew at the next run."""
        over = (
            select(ArchiveItemRow.export)
            .join(ExportRow, col(ExportRow.id) == col(ArchiveItemRow.export))
            .where(col(ArchiveItemRow.done).is_(False), col(ExportRow.state).not_in(OPEN))
            .distinct()
        )
        async with self._database.reading() as session:
            ended = (await session.scalars(over)).all()
        for export in ended:
            async with self._writing() as session:
                await self._settle(session, str(export))
        await self._notice()

    async def _notice(self) -> None:
        """Since when archives fail whose exports wait for what is wrong; a run that succeeds ends it."""
        held_up = (
            select(ArchiveRow.name, ExportRow.reason)
            .join(ArchiveItemRow, col(ArchiveItemRow.archive) == col(ArchiveRow.name))
            .join(ExportRow, col(ExportRow.id) == col(ArchiveItemRow.export))
            .where(
                col(ArchiveRow.failing_ms) == 0,
                col(ArchiveItemRow.done).is_(False),
                col(ExportRow.state).in_(OPEN),
                col(ExportRow.reason).in_(FAULTS),
            )
        )
        async with self._database.reading() as session:
            found = (await session.execute(held_up.distinct())).all()
        for name, reason in found:
            async with self._writing() as session:
                row = await session.get(ArchiveRow, name, with_for_update=True)
                if row is not None:
                    self._fails(row, reason)

    def _fails(self, row: ArchiveRow, fault: str) -> None:
        row.fault, row.failing_ms = fault, row.failing_ms or self._clock.unix_ms()

    def _succeeded(self, row: ArchiveRow, now_ms: int) -> None:
        row.ok_ms, row.failures, row.fault, row.failing_ms = now_ms, 0, "", 0

    async def _settle(self, session: AsyncSession, export: str) -> None:
        row = await session.get(ExportRow, export)
        query = select(ArchiveItemRow).where(col(ArchiveItemRow.export) == export).with_for_update()
        items = (await session.scalars(query)).all()
        if row is None or not items:
            return
        archive = await session.get(ArchiveRow, items[0].archive, with_for_update=True)
        good = row.sent_at is not None or row.reason == "no_footage"
        for item in items:
            if good:
                item.done = True
            else:
                await session.delete(item)
        await session.flush()
        if archive is None:
            return
        if not good:
            archive.failures += 1
            self._fails(archive, row.reason or row.state)
            return
        left = await session.scalar(
            select(ArchiveItemRow.ref)
            .where(col(ArchiveItemRow.archive) == archive.name, col(ArchiveItemRow.done).is_(False))
            .limit(1)
        )
        if left is None:
            self._succeeded(archive, self._clock.unix_ms())

    async def run_due(self) -> int:
        """Ask for what those that are due lack; how many exports."""
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            due = (await session.scalars(select(ArchiveRow.name).where(col(ArchiveRow.next_ms) <= now_ms))).all()
        return sum([await self._run(name, now_ms) for name in due])

    async def _run(self, name: str, now_ms: int) -> int:
        """All of it in one transaction: who is killed in between has asked for nothing, and begins again."""
        async with self._writing() as session:
            row = await session.get(ArchiveRow, name, with_for_update=True)
            if row is None or row.next_ms > now_ms:
                return 0
            later_ms = next_run(cast("Every", row.every), row.at_min, self._zone, now_ms)
            waiting = await self._waiting(session, name)
            if waiting is not None:  # no more are heaped up; one that only takes its time is looked at again
                if waiting:
                    row.failures, row.next_ms, row.ran_ms = row.failures + 1, later_ms, now_ms
                    self._fails(row, waiting)
                return 0
            items = [*await self._alarms(session, row, now_ms), *await self._holds(session, row, now_ms)]
            empty = [item for item in items if not item.spans]
            session.add_all(ArchiveItemRow(archive=name, kind=item.kind, ref=item.ref, done=True) for item in empty)
            asked = portions([item for item in items if item.spans])
            for portion in asked:
                await self._ask(session, row, portion)
            row.next_ms, row.ran_ms = (now_ms if len(items) >= _AT_ONCE else later_ms), now_ms
            if not asked:
                self._succeeded(row, now_ms)
            return len(asked)

    async def _waiting(self, session: AsyncSession, name: str) -> str | None:
        """What exports of runs before wait for; empty where they only are not done; none: there are none."""
        query = (
            select(ExportRow.reason)
            .join(ArchiveItemRow, col(ArchiveItemRow.export) == col(ExportRow.id))
            .where(col(ArchiveItemRow.archive) == name, col(ArchiveItemRow.done).is_(False))
            .order_by(col(ExportRow.reason).desc())
            .limit(1)
        )
        found: str | None = await session.scalar(query)
        return found

    def _new(self, name: str, kind: ItemKind, ref: object) -> sa.ColumnElement[bool]:
        known = sa.exists().where(
            col(ArchiveItemRow.archive) == name, col(ArchiveItemRow.kind) == kind, col(ArchiveItemRow.ref) == ref
        )
        return ~known

    async def _alarms(self, session: AsyncSession, row: ArchiveRow, now_ms: int) -> list[Item]:
        query = (
            select(AlarmRow.id)
            .where(
                col(AlarmRow.severity).in_(row.severities),
                col(AlarmRow.raised_at) >= to_datetime(row.since_ms),
                col(AlarmRow.end_ms) < now_ms - SETTLED_MS,
                self._new(row.name, "alarm", col(AlarmRow.id)),
            )
            .order_by(col(AlarmRow.number))
            .limit(_AT_ONCE)
        )
        return [await self._alarm(session, alarm) for alarm in (await session.scalars(query)).all()]

    async def _alarm(self, session: AsyncSession, alarm: str) -> Item:
        query = select(OccurrenceRow).where(
            col(OccurrenceRow.alarm) == alarm,
            col(OccurrenceRow.camera).is_not(None),
            col(OccurrenceRow.same_as).is_(None),
        )
        rows = (await session.scalars(query)).all()
        spans: list[tuple[str, Span]] = []
        for camera in sorted({one.camera for one in rows if one.camera is not None}):
            mine = [one for one in rows if one.camera == camera]
            seen = [(one.start_ms, max(one.condition_ms, one.end_ms or 0)) for one in mine]
            spans.append((camera, clip_of(seen, min(one.condition_ms for one in mine))))
        return Item("alarm", alarm, tuple(spans))

    async def _holds(self, session: AsyncSession, row: ArchiveRow, now_ms: int) -> list[Item]:
        query = (
            select(HoldRow)
            .where(
                col(HoldRow.export).is_(None),
                col(HoldRow.released_at).is_(None),
                col(HoldRow.end_ms) <= now_ms,
                self._new(row.name, "hold", col(HoldRow.id)),
            )
            .order_by(col(HoldRow.created_at), col(HoldRow.id))
            .limit(_AT_ONCE)
        )
        found = (await session.scalars(query)).all()
        return [Item("hold", one.id, ((one.camera, (one.start_ms, one.end_ms)),)) for one in found]

    async def _ask(self, session: AsyncSession, row: ArchiveRow, portion: list[Item]) -> None:
        now = self._clock.now()
        by_camera: dict[str, list[Span]] = {}
        for item in portion:
            for camera, span in item.spans:
                by_camera.setdefault(camera, []).append(span)
        spans: list[dict[str, Any]] = [
            {"camera": camera, "start_ms": start_ms, "end_ms": end_ms}
            for camera, found in sorted(by_camera.items())
            for start_ms, end_ms in merge(found)
        ]
        export = ExportRow(
            id=uuid7(), spans=spans, alarms=[item.ref for item in portion if item.kind == "alarm"],
            why=f"archive {row.name}", who=row.created_by, created_at=now, changed_at=now, target=row.target,
        )  # fmt: skip
        session.add(export)
        for wanted in spans:
            hold = HoldRow(id=uuid7(), reason="export", who=row.created_by, export=export.id, created_at=now, **wanted)
            await add_hold(session, hold)
        session.add_all(
            ArchiveItemRow(archive=row.name, kind=item.kind, ref=item.ref, export=export.id) for item in portion
        )
        await session.flush()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        async with self._database.writing() as session:
            await fence_lease(session, self._lease.name, self._lease.holder, self._clock.unix_ms())
            yield session
