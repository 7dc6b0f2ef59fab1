"""The jobs of watching cameras all the time: one row each, opened and ended as rules come into force and go."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.alarm_rows import end_open_occurrences
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State
from controller.adapters.tables import CameraRow, JobRow, NodeRow
from controller.core.queues import PRIORITY
from controller.core.records import Unscored, Watched
from shared.clock import Clock
from shared.ids import CameraId

_OPEN = ("waiting", "leased")


class SqlWatchJobs:
    """On SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def cameras(self) -> tuple[CameraId, ...]:
        """Every camera that its node has now, of nodes that are switched on."""
        there = (
            select(CameraRow.id)
            .join(NodeRow, col(NodeRow.id) == col(CameraRow.node))
            .where(col(CameraRow.present).is_(True), col(NodeRow.enabled).is_(True))
            .order_by(col(CameraRow.id))
        )
        async with self._database.reading() as session:
            return tuple(CameraId(camera) for camera in await session.scalars(there))

    async def keep(self, cameras: Collection[CameraId]) -> int:
        """Have these watched and no others; for how many that is new."""
        async with self._database.reading() as session:
            known = {CameraId(row.camera) for row in await _open_rows(session) if row.end_ms is None}
        changed = known ^ set(cameras)
        if not changed:
            return 0
        feed: list[tuple[str, State]] = []
        async with self._database.writing() as session:
            for camera in sorted(changed):
                if camera in known:
                    feed += await self._end(session, camera)
                else:
                    await self._begin(session, camera)
            await append_feed(self._database, session, self._clock, feed)
        return len(changed)

    async def watched(self) -> tuple[Watched, ...]:
        """Every camera that is to be watched now, by id."""
        now_ms = self._clock.unix_ms()
        async with self._database.reading() as session:
            return await watched_in(session, now_ms)

    async def _begin(self, session: AsyncSession, camera: CameraId) -> None:
        row = await _row(session, camera)
        if row is not None and row.state in _OPEN:
            row.end_ms = None  # the rule is back before its worker has ended it
            return
        now_ms = self._clock.unix_ms()
        fresh: dict[str, Any] = {
            "start_ms": now_ms,
            "end_ms": None,
            "state": "waiting",
            "lease_until_ms": 0,
            "attempts": 0,
            "failures": 0,
            "created_ms": now_ms,
            "parked_reason": "",
            "judged_ms": None,
            "lag_ms": None,
            "unscored_ms": None,
            "unscored_why": "",
            "ended_ms": None,
        }
        if row is None:
            named = {"kind": "watch", "once": _once(camera), "camera": camera, "prio": PRIORITY["watch"]}
            insert = self._database.insert(JobRow).values(**named, **fresh, token=0)
            await session.execute(insert.on_conflict_do_nothing())
            return
        for name, value in fresh.items():
            setattr(row, name, value)

    async def _end(self, session: AsyncSession, camera: CameraId) -> list[tuple[str, State]]:
        row = await _row(session, camera)
        now_ms = self._clock.unix_ms()
        if row is None or row.id is None:
            return []
        row.end_ms = now_ms
        if row.state == "leased" and row.lease_until_ms > now_ms:
            return []  # its worker ends it
        row.state, row.ended_ms = "done", now_ms
        return await end_open_occurrences(session, row.id)


async def watched_in(session: AsyncSession, now_ms: int) -> tuple[Watched, ...]:
    """What `SqlWatchJobs.watched` tells, inside a transaction."""
    return tuple(
        Watched(
            CameraId(row.camera),
            row.start_ms,
            row.judged_ms,
            row.lag_ms,
            held=row.state == "leased" and row.lease_until_ms > now_ms,
            unscored=None if row.unscored_ms is None else Unscored(row.unscored_ms, row.unscored_why),
        )
        for row in await _open_rows(session)
        if row.end_ms is None
    )


async def _open_rows(session: AsyncSession) -> Sequence[JobRow]:
    rows = await session.scalars(
        select(JobRow)
        .where(col(JobRow.state).in_(_OPEN), col(JobRow.prio) == PRIORITY["watch"], col(JobRow.kind) == "watch")
        .order_by(col(JobRow.camera))
    )
    return rows.all()


async def _row(session: AsyncSession, camera: CameraId) -> JobRow | None:
    return (await session.scalars(select(JobRow).where(JobRow.once == _once(camera)).with_for_update())).first()


def _once(camera: CameraId) -> str:
    return f"watch:{camera}"
