"""Archives as the role that makes exports sees them: what is due is asked for as exports, each alarm once."""

from collections.abc import Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.hold_rows import add_hold
from controller.adapters.tables import (
    AlarmHistoryRow,
    AlarmRow,
    ArchiveItemRow,
    ArchiveRow,
    ExportRow,
    HoldRow,
    OccurrenceRow,
)
from controller.core.archive import FAULTS, SETTLED_MS, Every, Item, ItemKind, brought, lacking, next_run, portions
from controller.core.export import OPEN, Missed
from controller.core.footage import clip_of
from controller.core.spans import Span, merge
from shared.clock import Clock, to_datetime
from shared.mint import uuid7

_AT_ONCE = 200
_SOON_MS = 300_000
_MAY_COME: frozenset[Missed] = frozenset({"on the node", "not told yet"})


class SqlArchiveJobs:
    """`ArchiveJobs` on SQLite or PostgreSQL, for one process at a time."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
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
            async with self._database.writing() as session:
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
            async with self._database.writing() as session:
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
                item.done, item.spans = True, await self._brought(session, item, row)
            elif item.spans:  # what is there already is not copied again
                item.done, item.upto = True, 0
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

    async def _brought(self, session: AsyncSession, item: ArchiveItemRow, export: ExportRow) -> list[dict[str, Any]]:
        """What of an alarm is at the destination, now that `export` is; a hold has all it will ever have."""
        if item.kind != "alarm" or export.sent_at is None:
            return item.spans
        wanted = await self._spans(session, item.ref)
        later = [one for one in (export.result or {}).get("gaps", ()) if one["cause"] in _MAY_COME]
        there = lacking(_spans_of(export.spans), _spans_of(later))
        return _told(brought(wanted, [*_spans_of(item.spans), *there]))

    async def run_due(self) -> int:
        """Ask for what those that are due lack; how many exports."""
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            due = (await session.scalars(select(ArchiveRow.name).where(col(ArchiveRow.next_ms) <= now_ms))).all()
        return sum([await self._run(name, now_ms) for name in due])

    async def _run(self, name: str, now_ms: int) -> int:
        """All of it in one transaction: who is killed in between has asked for nothing, and begins again."""
        async with self._database.writing() as session:
            row = await session.get(ArchiveRow, name, with_for_update=True)
            if row is None or row.next_ms > now_ms:
                return 0
            later_ms = next_run(cast("Every", row.every), row.at_min, self._zone, now_ms)
            # no more of a kind are heaped up while one waits; who only takes their time are looked at again
            alarms_wait = await self._waiting(session, name, "alarm")
            holds_wait = await self._waiting(session, name, "hold")
            alarms = await self._alarms(session, row, now_ms) if alarms_wait is None else []
            holds = await self._holds(session, row, now_ms) if holds_wait is None else []
            asked = [*portions(alarms), *portions(holds)]
            for portion in asked:
                await self._ask(session, row, portion)
            fault = alarms_wait or holds_wait
            if fault:
                row.failures += 1
                self._fails(row, fault)
            if fault or alarms_wait is None or holds_wait is None:
                row.ran_ms = now_ms
            if max(len(alarms), len(holds)) >= _AT_ONCE:
                row.next_ms = now_ms
            else:
                row.next_ms = (
                    later_ms if fault or alarms_wait == holds_wait is None else min(later_ms, now_ms + _SOON_MS)
                )
            if not asked and alarms_wait == holds_wait is None:
                self._succeeded(row, now_ms)
            return len(asked)

    async def _waiting(self, session: AsyncSession, name: str, kind: ItemKind) -> str | None:
        """What exports of runs before wait for; empty where they only are not done; none: there are none."""
        query = (
            select(ExportRow.reason)
            .join(ArchiveItemRow, col(ArchiveItemRow.export) == col(ExportRow.id))
            .where(
                col(ArchiveItemRow.archive) == name,
                col(ArchiveItemRow.kind) == kind,
                col(ArchiveItemRow.done).is_(False),
            )
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
        """Those that it does not have, and those of which more happened or was done since it has them."""
        latest = (
            select(sa.func.coalesce(sa.func.max(AlarmHistoryRow.id), 0))
            .where(col(AlarmHistoryRow.alarm) == col(AlarmRow.id))
            .correlate(AlarmRow)
            .scalar_subquery()
        )
        mine = sa.and_(
            col(ArchiveItemRow.archive) == row.name,
            col(ArchiveItemRow.kind) == "alarm",
            col(ArchiveItemRow.ref) == col(AlarmRow.id),
        )
        query = (
            select(AlarmRow.id, latest, ArchiveItemRow.spans)
            .outerjoin(ArchiveItemRow, mine)
            .where(
                col(AlarmRow.severity).in_(row.severities),
                col(AlarmRow.raised_at) >= to_datetime(row.since_ms),
                col(AlarmRow.end_ms) < now_ms - SETTLED_MS,
                sa.or_(col(ArchiveItemRow.ref).is_(None), latest > col(ArchiveItemRow.upto)),
            )
            .order_by(col(AlarmRow.number))
            .limit(_AT_ONCE)
        )
        found: list[Item] = []
        for alarm, upto, there in (await session.execute(query)).all():
            spans = lacking(await self._spans(session, alarm), _spans_of(there or ()))
            found.append(Item("alarm", alarm, spans, upto))
        return found

    async def _spans(self, session: AsyncSession, alarm: str) -> list[tuple[str, Span]]:
        """What each camera saw of an alarm."""
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
        return spans

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
            whole=True, language=row.language,
        )  # fmt: skip
        session.add(export)
        for wanted in spans:
            hold = HoldRow(id=uuid7(), reason="export", who=row.created_by, export=export.id, created_at=now, **wanted)
            await add_hold(session, hold)
        for item in portion:
            known = await session.get(ArchiveItemRow, (row.name, item.kind, item.ref))
            if known is None:
                known = ArchiveItemRow(archive=row.name, kind=item.kind, ref=item.ref)
                session.add(known)
            known.export, known.upto, known.done = export.id, item.upto, False
        await session.flush()


def _spans_of(kept: Sequence[dict[str, Any]]) -> list[tuple[str, Span]]:
    return [(one["camera"], (one["start_ms"], one["end_ms"])) for one in kept]


def _told(spans: Sequence[tuple[str, Span]]) -> list[dict[str, Any]]:
    return [{"camera": camera, "start_ms": start_ms, "end_ms": end_ms} for camera, (start_ms, end_ms) in spans]
