"""Evidence holds as people see them: footage that stays until somebody lets it go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import and_, col, func, select, tuple_

from controller.adapters.database import Database
from controller.adapters.hold_rows import add_hold, release_holds
from controller.adapters.states import State, overlapping_runs, plain
from controller.adapters.tables import AuditRow, CameraRow, HoldRow, RunRow, UserRow
from controller.core.evidence_lock import KNOWN_AFTER, Asked, asking, known, refusal, standing
from controller.errors import Conflict, Missing, Refused
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId
from shared.mint import uuid7
from shared.texts import say

_LARGEST_PAGE = 200


class SqlHoldStore:
    """`HoldBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self, camera: CameraId, start_ms: int, end_ms: int, reason: str, who: str, address: str, *, lock: bool = False
    ) -> State:
        """HoldOut of a new one; `Missing`: no such camera."""
        now = self._clock.now()
        async with self._database.writing() as session:
            if await session.get(CameraRow, camera) is None:
                raise Missing("camera", say("unknown", key=camera))
            row = HoldRow(
                id=uuid7(), camera=camera, start_ms=start_ms, end_ms=end_ms, reason=reason, who=who, created_at=now,
                locked=lock,
            )  # fmt: skip
            await add_hold(session, row)
            session.add(
                _audit(row, now, who, address, "hold.add", {"reason": reason, **({"lock": True} if lock else {})})
            )
            return await _state(session, row, now)

    async def page(
        self, *, released: bool, cursor: str | None, limit: int, over: tuple[str, int, int] | None = None
    ) -> State:
        """HoldPage, newest first: those of people, with `released` also those that hold nothing any more.

        `over`: only those that hold some of [start_ms, end_ms) of a camera.
        """
        limit = max(1, min(limit, _LARGEST_PAGE))
        order = (col(HoldRow.created_at).desc(), col(HoldRow.id).desc())
        query = select(HoldRow).where(col(HoldRow.export).is_(None)).order_by(*order).limit(limit + 1)
        if not released:
            query = query.where(col(HoldRow.released_at).is_(None))
        if over is not None:
            camera, start_ms, end_ms = over
            query = query.where(
                col(HoldRow.camera) == camera, col(HoldRow.start_ms) < end_ms, col(HoldRow.end_ms) > start_ms
            )
        async with self._database.reading() as session:
            if cursor is not None:
                last = await session.get(HoldRow, cursor)
                if last is None:
                    raise Rejected("cursor", say("bad_cursor"))
                query = query.where(tuple_(col(HoldRow.created_at), col(HoldRow.id)) < (last.created_at, last.id))
            rows = list((await session.scalars(query)).all())
            more = len(rows) > limit
            now = self._clock.now()
            items = await _states(session, rows[:limit], now)
        return {"items": items, "next": items[-1]["id"] if more else None}

    async def one(self, hold: str) -> State:
        """HoldOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            return await _state(session, await _get(session, hold), self._clock.now())

    async def ask_release(self, hold: str, why: str, who: str, address: str) -> State:
        """HoldOut of a locked one that somebody wants released; `Conflict` where another asked already."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await _get(session, hold)
            before = _asked(row)
            if row.locked and row.released_at is None:
                await _check_known(session, who, now)
                found = asking(before, who, why, now)
                if found is None:
                    raise Conflict("hold", say("hold_asked", name=row.asked_by))
                row.asked_by, row.asked_why, row.asked_at = found.who, found.why, found.at
                if found is not before:
                    session.add(_audit(row, now, who, address, "hold.release_ask", {"reason": why}))
            return await _state(session, row, now)

    async def withdraw_release(self, hold: str, who: str, address: str) -> State:
        """HoldOut of one that nobody wants released any more."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await _get(session, hold)
            if standing(_asked(row), now) is not None and row.released_at is None:
                session.add(_audit(row, now, who, address, "hold.release_withdraw", {"asked_by": row.asked_by}))
            row.asked_by, row.asked_why, row.asked_at = "", "", None
            return await _state(session, row, now)

    async def release(self, hold: str, who: str, address: str) -> State:
        """HoldOut; one that was released stays as it is. A locked one needs that another person asked for it."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await _get(session, hold)
            if row.released_at is None:
                asked = _asked(row)
                code = refusal(asked, who, now) if row.locked else None
                if code is not None:
                    raise Conflict("hold", say(code)) if code == "hold_locked" else Refused("hold", say(code))
                if row.locked:
                    await _check_known(session, who, now)
                await release_holds(session, [row], who, now)
                more = {} if asked is None or not row.locked else {"asked_by": asked.who, "reason": asked.why}
                session.add(_audit(row, now, who, address, "hold.release", more))
            return await _state(session, row, now)


async def _check_known(session: AsyncSession, who: str, now: datetime) -> None:
    """`Refused` for an account that was made just now."""
    user = await session.get(UserRow, who)
    if not known(None if user is None else user.created_at, now):
        raise Refused("hold", say("hold_new_account", hours=round(KNOWN_AFTER / timedelta(hours=1))))


def _asked(row: HoldRow) -> Asked | None:
    return None if row.asked_at is None else Asked(row.asked_by, row.asked_why, row.asked_at)


def _audit(row: HoldRow, now: datetime, who: str, address: str, what: str, more: dict[str, Any]) -> AuditRow:
    detail = {"hold": row.id, "start_ms": row.start_ms, "end_ms": row.end_ms, **more}
    return AuditRow(at=now, who=who, what=what, subject=row.camera, address=address, detail=detail)


async def _get(session: AsyncSession, hold: str) -> HoldRow:
    row = await session.get(HoldRow, hold, with_for_update=True)
    if row is None or row.export is not None:
        raise Missing("hold", say("unknown", key=hold))
    return row


async def _state(session: AsyncSession, row: HoldRow, now: datetime) -> State:
    return (await _states(session, [row], now))[0]


async def _states(session: AsyncSession, rows: Sequence[HoldRow], now: datetime) -> list[State]:
    """HoldOut of each; what they hold is counted by one question, however many they are."""
    over = overlapping_runs(HoldRow.camera, HoldRow.start_ms, HoldRow.end_ms)
    query = select(HoldRow.id, func.count(), func.sum(RunRow.length_bytes)).join(RunRow, and_(*over))
    query = query.where(col(HoldRow.id).in_([row.id for row in rows]), col(RunRow.state) == "stored")
    found = await session.execute(query.group_by(col(HoldRow.id)))
    held = {hold: (runs, int(size or 0)) for hold, runs, size in found}
    return [_told(row, now, *held.get(row.id, (0, 0))) for row in rows]


def _told(row: HoldRow, now: datetime, runs: int, size: int) -> State:
    asked = standing(_asked(row), now) if row.released_at is None else None
    told = None
    if asked is not None:
        told = {"who": asked.who, "why": asked.why, "at": asked.at.isoformat(), "until": asked.until.isoformat()}
    return {
        **plain(row, "id", "camera", "start_ms", "end_ms", "reason", "who", "released_by", "locked"),
        "asked": told,
        "created_at": row.created_at.isoformat(),
        "released_at": None if row.released_at is None else row.released_at.isoformat(),
        "runs": runs,
        "bytes": size,
    }
