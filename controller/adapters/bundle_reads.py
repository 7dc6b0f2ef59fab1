"""What a bundle proves by, read once when it is planned: ledger entries, keys, custody, what was deleted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select

from controller.adapters.audit_store import entry_of, head_of, seal_of
from controller.adapters.database import Database
from controller.adapters.ledger_reads import SqlLedgerReads
from controller.adapters.states import overlapping_runs
from controller.adapters.tables import (
    AuditHeadRow,
    AuditRow,
    AuditSealRow,
    CertificateRow,
    DeletionRow,
    ExportRow,
    NodeKeyRow,
    RunRow,
)
from controller.core.audit import ANCHOR, FIRST_PREVIOUS, Entry, entry_told
from controller.core.bundle import (
    MOST_SEALS,
    NodeKey,
    Tombstone,
    cameras_in,
    custody_head,
    custody_line,
    good_until,
    keys_of,
    ledger_of,
    stretches,
    tombstones_of,
)
from controller.core.export import Film
from controller.core.ledger_check import KeptEntry
from controller.core.spans import Span
from controller.core.viewing import HOUR_MS, hour_ms
from shared.clock import Clock
from shared.ids import CameraId, node_of

_PART = 1_440
_SEALED_WITHIN_MS = 10_000
_LOOK_MS = 250
_ABOUT_CAMERAS = ("footage.", "hold.", "clip.", "live.", "camera.", "derived.", "unmask.")
_ABOUT_NODES = (
    "node.approve",
    "node.certificate",
    "node.config",
    "node.disable",
    "node.enable",
    "node.enrol",
    "node.restored",
    "node.revoke",
)
_TOGETHER_MS = 1_000


class SqlBundleReads:
    """Reads on SQLite or PostgreSQL, for the role that makes exports."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ledgers = SqlLedgerReads(database)

    async def evidence(
        self, export: str, alarms: Sequence[str], wanted: Mapping[str, Sequence[Span]], films: Sequence[Film]
    ) -> dict[str, Any]:
        """What `core.bundle` makes files of."""
        ledgers: list[dict[str, Any]] = []
        stones: list[Tombstone] = []
        for camera in sorted(wanted):
            spans = stretches(wanted[camera], [film for film in films if film.camera == camera])
            ledgers.append(ledger_of(camera, spans, await self._entries(CameraId(camera), spans)))
            stones += [one for span in wanted[camera] for one in await self.tombstones(camera, span)]
        nodes = sorted({node_of(CameraId(camera)) for camera in wanted})
        whole, lines = await self._custody(export, alarms, wanted, nodes)
        return {
            "ledgers": ledgers,
            "keys": keys_of([key for node in nodes for key in await self._keys(node)]),
            "tombstones": tombstones_of(stones),
            "custody_whole": whole,
            "custody": lines,
        }

    async def tombstones(self, camera: str, span: Span) -> list[Tombstone]:
        """Footage of [span) that was stored and is deleted, and by whom: neighbours of one deed are one."""
        async with self._database.reading() as session:
            gone = select(RunRow.start_ms, RunRow.end_ms, RunRow.expired_ms).where(
                *overlapping_runs(camera, *span), col(RunRow.state) == "expired", col(RunRow.expired_ms).is_not(None)
            )
            runs = (await session.execute(gone.order_by(col(RunRow.start_ms)))).all()
            asked = select(DeletionRow).where(
                col(DeletionRow.start_ms) < span[1] + _PART * 60_000, col(DeletionRow.end_ms) > span[0] - _PART * 60_000
            )
            deletions = [one for one in await session.scalars(asked) if camera in one.cameras]
        found: list[Tombstone] = []
        for start_ms, end_ms, at_ms in runs:
            by = next((one.who for one in deletions if _went_by(one, start_ms, end_ms, at_ms)), "retention")
            last = found[-1] if found else None
            if last is not None and last.by == by and start_ms - last.end_ms < _TOGETHER_MS:
                found[-1] = Tombstone(camera, last.start_ms, max(last.end_ms, end_ms), max(last.deleted_ms, at_ms), by)
            else:
                found.append(Tombstone(camera, start_ms, end_ms, at_ms, by))
        return found

    async def _entries(self, camera: CameraId, spans: Sequence[Span]) -> list[KeptEntry]:
        found: list[KeptEntry] = []
        for start, end in spans:
            after = (-1, "")
            while part := await self._ledgers.entries(camera, start, end, after, _PART):
                found += part
                after = (part[-1].minute_ms, part[-1].chain)
        return found

    async def _keys(self, node: str) -> list[NodeKey]:
        """Every key of a node, the oldest first; one is good until the next one came, or the node was cut off."""
        async with self._database.reading() as session:
            query = select(NodeKeyRow).where(col(NodeKeyRow.node) == node)
            rows = (await session.scalars(query.order_by(col(NodeKeyRow.since), col(NodeKeyRow.fingerprint)))).all()
            given = (
                select(CertificateRow).where(col(CertificateRow.node) == node).order_by(col(CertificateRow.issued_at))
            )
            certificates = {row.fingerprint: row.pem for row in await session.scalars(given)}
            deeds = (
                select(AuditRow.at, AuditRow.what)
                .where(col(AuditRow.subject) == node, col(AuditRow.what).in_(("node.disable", "node.enable")))
                .order_by(col(AuditRow.id))
            )
            switches = [(at, what == "node.enable") for at, what in await session.execute(deeds)]
        ends = [
            good_until(*span, switches) for span in zip_longest((r.since for r in rows), (r.since for r in rows[1:]))
        ]
        return [
            NodeKey(node, row.fingerprint, row.public_key_pem, row.since, end, certificates.get(row.fingerprint))
            for row, end in zip(rows, ends, strict=True)
        ]

    async def _custody(
        self, export: str, alarms: Sequence[str], wanted: Mapping[str, Sequence[Span]], nodes: Sequence[str]
    ) -> tuple[bool, list[dict[str, Any]]]:
        """Lines of custody, and whether the chain between them is in them whole."""
        entries = await self._about(export, alarms, wanted, nodes)
        async with self._database.reading() as session:
            places: dict[int, int] = {}
            numbers = sorted(entries)
            for start in range(0, len(numbers), _PART):
                found = select(AuditSealRow.entry, AuditSealRow.seq)
                found = found.where(col(AuditSealRow.entry).in_(numbers[start : start + _PART]))
                places |= {one.entry: one.seq for one in await session.execute(found)}
            loose = [entry for number, entry in sorted(entries.items()) if number not in places]
            lines: list[dict[str, Any]] = []
            whole = True
            if places:
                first, last = min(places.values()), max(places.values())
                until = await session.scalar(select(func.min(AuditHeadRow.seq)).where(col(AuditHeadRow.seq) >= last))
                last = last if until is None else until
                whole = last - first < MOST_SEALS
                seals = select(AuditSealRow).where(col(AuditSealRow.seq) >= first, col(AuditSealRow.seq) <= last)
                if not whole:
                    seals = seals.where(col(AuditSealRow.seq).in_(sorted(places.values())))
                lines = await self._sealed(session, seals, entries)
        return whole, [*lines, *({"unsealed": entry_told(entry)} for entry in loose)]

    async def _sealed(self, session: AsyncSession, seals: Any, entries: Mapping[int, Entry]) -> list[dict[str, Any]]:
        rows = (await session.scalars(seals.order_by(col(AuditSealRow.seq)))).all()
        heads = await session.scalars(select(AuditHeadRow).order_by(col(AuditHeadRow.day)))
        signed = {row.seq: head_of(row) for row in heads}
        before = {0: FIRST_PREVIOUS}
        links = select(AuditSealRow.seq, AuditSealRow.chain)
        for start in range(0, len(rows), _PART):
            wanted = [row.seq - 1 for row in rows[start : start + _PART]]
            told = await session.execute(links.where(col(AuditSealRow.seq).in_(wanted)))
            before |= {one.seq: one.chain for one in told}
        lines: list[dict[str, Any]] = []
        for row in rows:
            lines.append(custody_line(seal_of(row), before.get(row.seq - 1, ""), entries.get(row.entry)))
            if row.seq in signed:
                lines.append(custody_head(signed[row.seq]))
        return lines

    async def _about(
        self, export: str, alarms: Sequence[str], wanted: Mapping[str, Sequence[Span]], nodes: Sequence[str]
    ) -> dict[int, Entry]:
        """Entries of the audit about this footage that name no other camera; that of this export is waited for."""
        cameras, waited_ms = list(wanted), 0
        async with self._database.reading() as session:
            own = select(ExportRow.id, ExportRow.spans)
            exports = [one for one, spans in await session.execute(own) if _meets(spans, wanted)]
            gone = select(DeletionRow.id, DeletionRow.cameras)
            deletions = [one for one, of in await session.execute(gone) if set(of) & set(cameras)]
        while True:
            async with self._database.reading() as session:
                asked = select(AuditRow.id).where(col(AuditRow.what) == "export.make", col(AuditRow.subject) == export)
                mine = await session.scalar(asked.limit(1))
                seal = select(AuditSealRow.seq).where(col(AuditSealRow.entry) == mine)
                if mine is None or waited_ms >= _SEALED_WITHIN_MS or await session.scalar(seal) is not None:
                    break
            await self._clock.sleep_ms(_LOOK_MS)
            waited_ms += _LOOK_MS
        subject = col(AuditRow.subject)
        of_cameras = or_(*(col(AuditRow.what).startswith(verb, autoescape=True) for verb in _ABOUT_CAMERAS))
        query = select(AuditRow).where(
            or_(
                subject.in_(cameras) & of_cameras,
                subject.in_([export, *exports, *alarms, *deletions]),
                subject.in_(nodes) & col(AuditRow.what).in_(_ABOUT_NODES),
                col(AuditRow.what) == ANCHOR,
            )
        )
        first = min((start for spans in wanted.values() for start, _ in spans), default=0)
        async with self._database.reading() as session:
            found = [entry_of(row) for row in await session.scalars(query.order_by(col(AuditRow.id)))]
        return {one.id: one for one in found if cameras_in(one) <= set(cameras) and _concerns(one, wanted, first)}


def _went_by(row: DeletionRow, start_ms: int, end_ms: int, at_ms: int) -> bool:
    over = row.done_at is not None and row.done_at.timestamp() * 1000 + _TOGETHER_MS < at_ms
    return row.start_ms < end_ms and row.end_ms > start_ms and row.began_ms <= at_ms and not over


def _meets(spans: Sequence[Mapping[str, Any]], wanted: Mapping[str, Sequence[Span]]) -> bool:
    return any(
        span["start_ms"] < end and span["end_ms"] > start
        for span in spans
        for start, end in wanted.get(span["camera"], ())
    )


def _concerns(entry: Entry, wanted: Mapping[str, Sequence[Span]], first_ms: int) -> bool:
    """Whether what an entry says of time touches what is wanted; one that says nothing of it does, once that began."""
    start, end = entry.detail.get("start_ms"), entry.detail.get("end_ms")
    spans = wanted.get(entry.subject, ())
    if entry.what.startswith("live."):
        at_ms = round(entry.at.timestamp() * 1000)
        start, end = at_ms, at_ms + HOUR_MS
    elif entry.what.endswith(".view") and (begins_ms := hour_ms(str(entry.detail.get("of", "")))) is not None:
        start, end = begins_ms, begins_ms + HOUR_MS
    if isinstance(start, int) and isinstance(end, int) and spans:
        return any(start < last and end > first for first, last in spans)
    early = entry.at + timedelta(days=1) < entry.at.fromtimestamp(first_ms / 1000, entry.at.tzinfo)
    return not early or entry.what == "node.enrol"
