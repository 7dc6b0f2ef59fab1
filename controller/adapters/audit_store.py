"""The audit as it is sealed, checked and read; entries are written where what they tell of is done."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select

from controller.adapters.database import Database
from controller.adapters.states import State
from controller.adapters.tables import AuditHeadRow, AuditRow, AuditSealRow
from controller.adapters.tables.letters import contains
from controller.core.audit import ANCHOR, Entry, Head, Seal, day_over, seal_all
from controller.core.audit_search import AuditSearch
from controller.core.ledger_check import KeptEntry
from controller.core.viewing import Look
from shared.clock import Clock

_LATE = 10_000  # a transaction that took a lower number may commit later; so far back is looked for it
_LATE_MS = 30_000  # and so often: there are few


class SqlAudit:
    """`AuditBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._looked_ms: int | None = None  # None: no look has found everything sealed yet

    async def seal(self, limit: int) -> list[tuple[Seal, Entry]]:
        """Seal the next entries that have none, `limit` at most."""
        now_ms = self._clock.monotonic_ms()
        late = self._looked_ms is None or now_ms - self._looked_ms >= _LATE_MS
        if not late and not await self.unsealed():
            return []  # asked each second: who writes must not wait for that
        async with self._database.writing() as session:
            last = await _last(session)
            query = select(AuditRow).outerjoin(AuditSealRow, col(AuditSealRow.entry) == col(AuditRow.id))
            query = query.where(col(AuditSealRow.seq).is_(None))
            if self._looked_ms is not None:
                newest = await session.scalar(select(func.max(AuditSealRow.entry))) or 0
                query = query.where(col(AuditRow.id) > newest - _LATE)
            rows = (await session.scalars(query.order_by(col(AuditRow.id)).limit(limit))).all()
            entries = [entry_of(row) for row in rows]
            seals = seal_all(entries, last)
            session.add_all(AuditSealRow(**asdict(seal)) for seal in seals)
        if late and len(entries) < limit:
            self._looked_ms = now_ms
        return list(zip(seals, entries, strict=True))

    async def standing(self) -> tuple[Seal | None, Head | None]:
        """The last seal and the newest head: the one that reaches furthest, whatever day a wrong clock gave another."""
        furthest = select(AuditHeadRow).order_by(col(AuditHeadRow.seq).desc(), col(AuditHeadRow.day).desc())
        async with self._database.reading() as session:
            row = await session.scalar(furthest.limit(1))
            return await _last(session), None if row is None else head_of(row)

    async def unsealed(self) -> int:
        """Entries that wait for their seal."""
        async with self._database.reading() as session:
            entries = await session.scalar(select(func.max(AuditRow.id))) or 0
            sealed = await session.scalar(select(func.max(AuditSealRow.entry))) or 0
            return max(0, entries - sealed)

    async def unsigned_since(self) -> datetime | None:
        """When the oldest entry was written that no day's head has signed; None: all are."""
        async with self._database.reading() as session:
            signed = await session.scalar(select(func.max(AuditHeadRow.seq))) or 0
            sealed = await session.scalar(select(func.min(AuditSealRow.at)).where(col(AuditSealRow.seq) > signed))
            newest = await session.scalar(select(func.max(AuditSealRow.entry))) or 0
            waiting = await session.scalar(select(func.min(AuditRow.at)).where(col(AuditRow.id) > newest))
        return min((one for one in (sealed, waiting) if one is not None), default=None)

    async def has_head(self, day: date) -> bool:
        """Whether a day has a head."""
        async with self._database.reading() as session:
            return await session.get(AuditHeadRow, day) is not None

    async def add_head(self, head: Head) -> bool:
        """False when its day has a head already, or is not the last that is over."""
        async with self._database.writing() as session:
            if head.day != day_over(self._clock.now()) or await session.get(AuditHeadRow, head.day) is not None:
                return False
            session.add(AuditHeadRow(**asdict(head)))
            return True

    async def heads(self) -> list[Head]:
        """Every day's, the oldest first."""
        async with self._database.reading() as session:
            return [head_of(row) for row in await session.scalars(select(AuditHeadRow).order_by(col(AuditHeadRow.day)))]

    async def sealed_after(self, seq: int, limit: int) -> list[tuple[Seal, Entry | None]]:
        """The seals that follow, in their order, each with its entry if that is still there."""
        async with self._database.reading() as session:
            query = select(AuditSealRow, AuditRow).outerjoin(AuditRow, col(AuditRow.id) == col(AuditSealRow.entry))
            query = query.where(col(AuditSealRow.seq) > seq).order_by(col(AuditSealRow.seq)).limit(limit)
            rows = (await session.execute(query)).all()
        return [(seal_of(seal), None if entry is None else entry_of(entry)) for seal, entry in rows]

    async def page(self, asked: AuditSearch, cursor: int | None, limit: int) -> State:
        """AuditPage: the newest first."""
        query = select(AuditRow, AuditSealRow.seq)
        query = query.outerjoin(AuditSealRow, col(AuditSealRow.entry) == col(AuditRow.id)).where(*_conditions(asked))
        if cursor is not None:
            query = query.where(col(AuditRow.id) < cursor)
        async with self._database.reading() as session:
            rows = (await session.execute(query.order_by(col(AuditRow.id).desc()).limit(limit + 1))).all()
        items = [_state(row, seq) for row, seq in rows[:limit]]
        return {"items": items, "next": str(items[-1]["id"]) if len(rows) > limit else None}

    async def after(self, asked: AuditSearch, entry: int, limit: int) -> list[State]:
        """The same as a page, the oldest first, behind an entry."""
        query = select(AuditRow, AuditSealRow.seq)
        query = query.outerjoin(AuditSealRow, col(AuditSealRow.entry) == col(AuditRow.id)).where(*_conditions(asked))
        query = query.where(col(AuditRow.id) > entry).order_by(col(AuditRow.id)).limit(limit)
        async with self._database.reading() as session:
            return [_state(row, seq) for row, seq in (await session.execute(query)).all()]

    async def sealed_that_fit(self, asked: AuditSearch, seq: int, limit: int) -> list[State]:
        """The same in the order of the chain, behind a place in it: who commits late is sealed late."""
        query = select(AuditRow, AuditSealRow.seq).join(AuditSealRow, col(AuditSealRow.entry) == col(AuditRow.id))
        query = query.where(*_conditions(asked), col(AuditSealRow.seq) > seq).order_by(col(AuditSealRow.seq))
        async with self._database.reading() as session:
            return [_state(row, place) for row, place in (await session.execute(query.limit(limit))).all()]

    async def note(self, who: str, what: str, *, address: str = "", detail: dict[str, Any] | None = None) -> None:
        """Write an entry of what was done with the audit itself."""
        async with self._database.writing() as session:
            session.add(AuditRow(at=self._clock.now(), who=who, what=what, address=address, detail=detail or {}))

    async def anchor(self, day: date, heads: Mapping[str, Sequence[KeptEntry]]) -> None:
        """Put on record how far every camera's ledger had come."""
        detail = {
            camera: [[one.minute_ms, one.chain, one.entry] for one in entries] for camera, entries in heads.items()
        }
        async with self._database.writing() as session:
            now = self._clock.now()
            session.add(AuditRow(at=now, who="system", what=ANCHOR, subject=day.isoformat(), detail=detail))

    async def anchors(self) -> dict[str, list[tuple[int, str, str]]]:
        """All of that, by camera: minute, chain, entry hash."""
        found: dict[str, list[tuple[int, str, str]]] = {}
        async with self._database.reading() as session:
            for detail in await session.scalars(select(AuditRow.detail).where(AuditRow.what == ANCHOR)):
                for camera, heads in detail.items():
                    found.setdefault(camera, []).extend((minute, chain, entry) for minute, chain, entry in heads)
        return found

    async def looked(self, looks: Sequence[tuple[datetime, Look]]) -> None:
        """Write an entry for each."""
        async with self._database.writing() as session:
            session.add_all(
                AuditRow(
                    at=at, who=look.who, what=look.kind, subject=look.camera, address=look.address,
                    detail={"of": look.of} if look.of else {},
                )
                for at, look in looks
            )  # fmt: skip


def _conditions(asked: AuditSearch) -> Sequence[Any]:
    found: list[Any] = []
    if asked.who:
        found.append(col(AuditRow.who) == asked.who)
    if asked.what:
        found.append(or_(*(_of_kind(what) for what in asked.what)))
    if asked.subject:
        found.append(contains(AuditRow.subject, asked.subject))
    if asked.address:
        found.append(col(AuditRow.address) == asked.address)
    if asked.start is not None:
        found.append(col(AuditRow.at) >= asked.start)
    if asked.end is not None:
        found.append(col(AuditRow.at) < asked.end)
    return found


def _of_kind(what: str) -> Any:
    """`alarm.` means every verb that begins so."""
    return col(AuditRow.what).startswith(what, autoescape=True) if what.endswith(".") else col(AuditRow.what) == what


async def _last(session: AsyncSession) -> Seal | None:
    row = await session.scalar(select(AuditSealRow).order_by(col(AuditSealRow.seq).desc()).limit(1))
    return None if row is None else seal_of(row)


def entry_of(row: AuditRow) -> Entry:
    """A row as the chain reads it."""
    return Entry(row.id or 0, row.at, row.who, row.what, row.subject, row.address, row.detail)


def seal_of(row: AuditSealRow) -> Seal:
    return Seal(row.seq, row.entry, row.at, row.what, row.row, row.chain)


def head_of(row: AuditHeadRow) -> Head:
    return Head(row.day, row.seq, row.chain, row.signature)


def _state(row: AuditRow, seq: int | None) -> State:
    at: datetime = row.at
    told = {name: getattr(row, name) for name in ("id", "who", "what", "subject", "address", "detail")}
    return {**told, "at": at.isoformat().replace("+00:00", "Z"), "seq": seq}
