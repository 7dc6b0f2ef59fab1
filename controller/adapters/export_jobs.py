"""Exports as the role that makes them sees them: `ExportJobs` on SQLite or PostgreSQL, under the role's lease."""

from datetime import timedelta
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from controller.adapters.alarm_records import alarm_records
from controller.adapters.bundle_reads import SqlBundleReads
from controller.adapters.database import Database
from controller.adapters.footage_rows import footage_of
from controller.adapters.hold_rows import release_export
from controller.adapters.states import State, overlapping_runs
from controller.adapters.tables import ExportRow, FootageRequestRow, GapRow, RunRow
from controller.core.alarm_record import AlarmRecord
from controller.core.derived import MARK
from controller.core.export import (
    OPEN,
    ExportForm,
    ExportJob,
    Film,
    Gap,
    Known,
    Over,
    Plan,
    Reason,
    Source,
    films,
    gaps,
    source_segments,
    utc,
)
from controller.core.export_words import Language
from controller.core.footage import PartState, parts
from controller.core.grants import EVERYTHING, Sight
from controller.core.spans import Span, joined, merge
from shared.clock import Clock
from shared.mint import uuid7

MOST_TRIES = 20
_TOLD_MS = 1_000
_TOGETHER_MS = 60_000
_TOLD_LATER_MS = 300_000
"""Of older time a node that works has told whether there is footage."""
_LONGEST_REQUEST_MS = 24 * 3_600_000
_WAITED_FOR: frozenset[PartState] = frozenset({"retrieving", "retrievable"})
_CAUSES: dict[PartState, str] = {
    "lost": "lost",
    "retrieving": "on the node",
    "retrievable": "on the node",
    "not told yet": "not told yet",
    "retrieved": "unusable",
}


class SqlExportJobs:
    """One maker of exports at a time for a site."""

    def __init__(
        self, database: Database, clock: Clock, *, site: str, version: str, wait_ms: int, keep_days: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._made_by = {"site": site, "version": version}
        self._wait_ms = wait_ms
        self._kept = timedelta(days=keep_days)
        self._told_ms = 0
        self._proofs = SqlBundleReads(database, clock)

    async def next_job(self) -> ExportJob | None:
        """The oldest that is due; one that was begun too often without getting on is given up."""
        due = (
            select(ExportRow)
            .where(col(ExportRow.state).in_(OPEN), col(ExportRow.again_ms) <= self._clock.unix_ms())
            .order_by(col(ExportRow.created_at), col(ExportRow.id))
            .limit(1)
        )
        async with self._database.reading() as session:
            if await session.scalar(due) is None:
                return None
        async with self._database.writing() as session:
            row = await session.scalar(due.with_for_update())
            if row is None:
                return None
            row.tries += 1
            if row.tries > MOST_TRIES:
                await self._over(session, row, "failed", "lost_too_often")
                return None
            form = cast("ExportForm", row.form)
            return ExportJob(row.id, self._about(row), row.target, cast("Language", row.language), form)

    async def footage_there(self, job: ExportJob) -> bool:
        """Ask nodes for what they still have; False while it is worth waiting for."""
        now_ms = self._clock.unix_ms()
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is None:
                return False
            missing = [(span["camera"], part) for span in row.spans for part in await self._missing(session, span)]
            if not missing:
                return True
            if row.wait_until_ms == 0:
                row.wait_until_ms = now_ms + self._wait_ms
                for camera, (start_ms, end_ms) in missing:
                    session.add(self._request(row, camera, start_ms, end_ms))
            return row.wait_until_ms <= now_ms

    async def plan(self, job: ExportJob) -> Plan:
        """What the store has of it now, and why the rest is missing."""
        async with self._database.reading() as session:
            row = await session.get(ExportRow, job.id)
            wanted: dict[str, list[Span]] = {}
            for one in row.spans if row is not None else ():
                wanted.setdefault(one["camera"], []).append((one["start_ms"], one["end_ms"]))
            found: list[Film] = []
            missing: list[Gap] = []
            for camera in sorted(wanted):
                spans = merge(wanted[camera])
                offered = {one.run: one for span in spans for one in await _sources(session, camera, span)}
                shown = films(offered.values(), spans, laid=job.form != "films")
                taken = [(take.start_ms, take.end_ms) for film in shown for take in film.takes]
                for span in spans:
                    missing += gaps(camera, span, taken, await self._known(session, camera, span))
                found += shown
        evidence = None
        if job.form == "bundle" and row is not None:
            spans_of = {camera: merge(spans) for camera, spans in wanted.items()}
            evidence = await self._proofs.evidence(row.id, row.alarms, spans_of, found)
        return Plan(tuple(found), tuple(missing), await self._records(row), evidence)

    async def _records(self, row: ExportRow | None) -> tuple[AlarmRecord, ...]:
        """Its alarms as whoever sees the cameras of its spans sees them; one that is `whole` only they see who see all.

        Read once, when it is planned: what is done to an alarm afterwards changes no file of it.
        """
        if row is None:
            return ()
        cameras = frozenset(str(span["camera"]) for span in row.spans)
        return await alarm_records(self._database, row.alarms, EVERYTHING if row.whole else Sight(cameras=cameras))

    async def begun(self, job: ExportJob, bytes_total: int) -> None:
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is not None:
                row.state, row.reason, row.bytes_total, row.changed_at = "running", "", bytes_total, self._clock.now()

    async def sending(self, job: ExportJob, bytes_to_send: int) -> None:
        """All of it is on this disk, and on its way to its destination: its footage may go."""
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is not None:
                row.state, row.reason, row.bytes_to_send = "sending", "", bytes_to_send
                row.bytes_done, row.changed_at = row.bytes_total, self._clock.now()
                await release_export(session, row.id, "system", row.changed_at)

    async def wanted(self, job: ExportJob, bytes_done: int, bytes_sent: int) -> bool:
        """Tell how far it is, once a second; False once it was cancelled or deleted."""
        async with self._database.reading() as session:
            row = await session.get(ExportRow, job.id)
        if row is None or row.state not in OPEN:
            return False
        now_ms = self._clock.monotonic_ms()
        told = (row.bytes_done, row.bytes_sent)
        found = (max(bytes_done, row.bytes_done if row.state == "sending" else 0), bytes_sent)
        if found != told and now_ms - self._told_ms >= _TOLD_MS:
            self._told_ms = now_ms
            async with self._database.writing() as session:
                fresh = await self._open(session, job)
                if fresh is not None:
                    fresh.bytes_done, fresh.bytes_sent = found
        return True

    async def wait(self, job: ExportJob, reason: Reason, for_ms: int) -> None:
        """Look at it again after `for_ms`; waiting is no try."""
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is not None:
                row.state = "retrieving" if reason == "on_node" else "waiting"
                row.reason, row.again_ms, row.tries = reason, self._clock.unix_ms() + for_ms, 0
                row.changed_at = self._clock.now()

    async def got_on(self, job: ExportJob) -> None:
        """One more film is whole, or at its destination."""
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is not None:
                row.tries = 0

    async def finish(self, job: ExportJob, found: State) -> None:
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is not None:
                row.result, row.bytes_done = found, row.bytes_total
                if row.target is not None:
                    row.bytes_sent, row.sent_at = row.bytes_to_send, self._clock.now()
                await self._over(session, row, "done", "")

    async def fail(self, job: ExportJob, reason: Reason) -> None:
        async with self._database.writing() as session:
            row = await self._open(session, job)
            if row is not None:
                await self._over(session, row, "failed", reason)

    async def to_remove(self) -> tuple[Over, ...]:
        """Exports that are over and whose files may still be there; those that were kept long enough go too.

        One that is at its destination leaves this disk at once, and stays on record.
        """
        sent = col(ExportRow.sent_at).is_not(None)
        old = (col(ExportRow.state) == "done", ~sent, col(ExportRow.changed_at) < self._clock.now() - self._kept)
        over = or_(col(ExportRow.state).in_(("cancelled", "deleted", "failed")), sent)
        async with self._database.reading() as session:
            aged = (await session.scalars(select(ExportRow.id).where(*old))).all()
            gone = (await session.scalars(select(ExportRow).where(over, col(ExportRow.on_disk).is_(True)))).all()
        if aged:
            async with self._database.writing() as session:
                for row in (await session.scalars(select(ExportRow).where(col(ExportRow.id).in_(aged)))).all():
                    await self._over(session, row, "deleted", "kept_long_enough")
        ended = (Over(row.id, row.target if row.bytes_to_send and row.sent_at is None else None) for row in gone)
        return (*(Over(export) for export in aged), *ended)

    async def removed(self, export: str) -> None:
        async with self._database.writing() as session:
            row = await session.get(ExportRow, export, with_for_update=True)
            if row is not None:
                row.on_disk = False

    async def _open(self, session: AsyncSession, job: ExportJob) -> ExportRow | None:
        row = await session.get(ExportRow, job.id, with_for_update=True)
        return row if row is not None and row.state in OPEN else None

    async def _over(self, session: AsyncSession, row: ExportRow, state: str, reason: Reason) -> None:
        row.state, row.reason, row.changed_at = state, reason, self._clock.now()
        if state != "done":
            row.once = None  # the same key may ask for it anew
        await release_export(session, row.id, "system", self._clock.now())

    def _about(self, row: ExportRow) -> State:
        wanted = [{**span, "start": utc(span["start_ms"]), "end": utc(span["end_ms"])} for span in row.spans]
        return {
            **self._made_by,
            "export": row.id,
            "asked_by": row.who,
            "asked_at": row.created_at.isoformat(),
            "why": row.why,
            "alarms": row.alarms,
            "wanted": wanted,
            **({"form": "derived", "derived": MARK} if row.form == "derived" else {}),
        }

    async def _missing(self, session: AsyncSession, span: State) -> list[Span]:
        wanted = (span["start_ms"], span["end_ms"])
        footage = await footage_of(session, span["camera"], wanted, self._clock.unix_ms(), gaps=True)
        young_ms = self._clock.unix_ms() - _TOLD_LATER_MS
        waited = [
            (one.start_ms, one.end_ms)
            for one in parts(wanted, footage)
            if one.state in _WAITED_FOR or (one.state == "not told yet" and one.end_ms > young_ms)
        ]
        return [
            (at_ms, min(end, at_ms + _LONGEST_REQUEST_MS))
            for start, end in joined(waited, _TOGETHER_MS)
            for at_ms in range(start, end, _LONGEST_REQUEST_MS)
        ]

    def _request(self, row: ExportRow, camera: str, start_ms: int, end_ms: int) -> FootageRequestRow:
        now = self._clock.now()
        return FootageRequestRow(
            id=uuid7(), camera=camera, start_ms=start_ms, end_ms=end_ms, who=row.who, created_at=now, changed_at=now
        )

    async def _known(self, session: AsyncSession, camera: str, span: Span) -> list[Known]:
        footage = await footage_of(session, camera, span, self._clock.unix_ms(), gaps=True)
        told = [
            Known(one.start_ms, one.end_ms, _CAUSES[one.state]) for one in parts(span, footage) if one.state in _CAUSES
        ]
        expired = await session.execute(
            select(RunRow.start_ms, RunRow.end_ms).where(
                *overlapping_runs(camera, *span), col(RunRow.state) == "expired"
            )
        )
        never = await session.execute(
            select(GapRow.start_ms, GapRow.end_ms, GapRow.cause)
            .where(col(GapRow.camera) == camera, col(GapRow.start_ms) < span[1], col(GapRow.end_ms) > span[0])
            .order_by(col(GapRow.start_ms), col(GapRow.id))
        )
        return [
            *(Known(start_ms, end_ms, "expired") for start_ms, end_ms in expired),
            *(one for one in told if one.cause not in {"not told yet", "unusable"}),
            *(Known(start_ms, end_ms, cause) for start_ms, end_ms, cause in never),
            *(one for one in told if one.cause in {"not told yet", "unusable"}),
        ]


async def _sources(session: AsyncSession, camera: str, span: Span) -> list[Source]:
    rows = await session.scalars(select(RunRow).where(*overlapping_runs(camera, *span), col(RunRow.state) == "stored"))
    return [
        Source(
            row.id, row.camera, row.key, row.sha256, row.length_bytes, row.init_bytes, row.codec, row.width_px,
            row.height_px,
            source_segments(row.segments, (row.start_ms, row.end_ms), row.length_bytes, row.init_bytes),
        )
        for row in rows
    ]  # fmt: skip
