"""What time alone does, in the database: shelves end, alarms are passed up, maintenance is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import and_, col, or_, select

from controller.adapters.alarm_rows import lock_site
from controller.adapters.alarm_store import life_of, write
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.maintenance_rows import lasting, tell
from controller.adapters.states import State, alarm_states, maintenance_state
from controller.adapters.tables import AlarmRow, MaintenanceRow
from controller.core.lifecycle import done
from controller.core.tending import STALE, Patience, due
from shared.clock import Clock
from shared.ids import SiteId
from shared.kinds import OPEN_STATES

_BATCH = 200


class SqlTendStore:
    """`TendStore` on SQLite or PostgreSQL, for one process at a time."""

    def __init__(self, database: Database, clock: Clock, site: SiteId, patience: Patience) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._patience = patience

    async def tend(self) -> int:
        """Do what is due now, as one transaction; how many alarms and windows that changed."""
        now = self._clock.now()
        async with self._database.reading() as session:
            alarms = await self._due(session, now)
            windows = await self._over(session, now)
        if not alarms and not windows:
            return 0
        async with self._database.writing() as session:
            await lock_site(session, self._site)
            feed = await self._alarms(session, alarms, now)
            feed += await self._windows(session, windows, now)
            await append_feed(self._database, session, self._clock, feed)
        return len(feed)

    async def _due(self, session: AsyncSession, now: datetime) -> list[str]:
        rows = await self._candidates(session, now)
        return [row.id for row in rows if due(life_of(row), now, self._patience) is not None][:_BATCH]

    async def _candidates(self, session: AsyncSession, now: datetime) -> Sequence[AlarmRow]:
        """What may be due: `due` decides, but need not look at what has waited too short, too long or often enough."""
        waits: list[Any] = [col(AlarmRow.shelved_until) <= now]
        if self._patience.escalate_after_s > 0:
            begins = (col(AlarmRow.raised_at), col(AlarmRow.waits_from), col(AlarmRow.escalated_at))
            latest = now - timedelta(seconds=self._patience.escalate_after_s)
            waits.append(
                and_(
                    col(AlarmRow.state) == "raised",
                    col(AlarmRow.suppressed).is_(False),
                    col(AlarmRow.shelved_until).is_(None),
                    col(AlarmRow.escalation_level) < self._patience.levels,
                    *(or_(began.is_(None), began <= latest) for began in begins),
                    or_(*(began >= now - STALE for began in begins)),
                )
            )
        return (
            await session.scalars(
                select(AlarmRow).where(col(AlarmRow.state).in_(OPEN_STATES), or_(*waits)).order_by(col(AlarmRow.number))
            )
        ).all()

    async def _over(self, session: AsyncSession, now: datetime) -> list[str]:
        rows = await session.scalars(
            select(MaintenanceRow.id)
            .where(col(MaintenanceRow.closed).is_(False), col(MaintenanceRow.until_at) <= now)
            .order_by(MaintenanceRow.id)
            .limit(_BATCH)
        )
        return list(rows)

    async def _alarms(self, session: AsyncSession, alarms: list[str], now: datetime) -> list[tuple[str, State]]:
        """Decide again under the lock: somebody may have acted meanwhile."""
        changed: list[AlarmRow] = []
        for alarm in sorted(alarms):
            row = await session.get(AlarmRow, alarm, with_for_update=True)
            deed = None if row is None else due(life_of(row), now, self._patience)
            if row is not None and deed is not None:
                write(session, row, done(life_of(row), deed, now), deed, now)
                changed.append(row)
        await session.flush()
        return [("alarm", state) for state in await alarm_states(session, changed)]

    async def _windows(self, session: AsyncSession, windows: list[str], now: datetime) -> list[tuple[str, State]]:
        feed: list[tuple[str, State]] = []
        for window in windows:
            row = await session.get(MaintenanceRow, window, with_for_update=True)
            if row is not None and not row.closed:
                feed += await close_window(session, row, now)
        return feed


async def close_window(session: AsyncSession, row: MaintenanceRow, now: datetime) -> list[tuple[str, State]]:
    """Maintenance is over: what it kept quiet and still lasts is told now. The feed rows."""
    row.closed = True
    alarms = await lasting(session, row.id)
    for alarm in alarms:
        tell(session, alarm, now)
        alarm.rev += 1
    await session.flush()
    return [
        *(("alarm", state) for state in await alarm_states(session, alarms)),
        ("maintenance", maintenance_state(row)),
    ]
