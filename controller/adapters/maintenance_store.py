"""Maintenance in people's hands: begun with a reason and an end, ended early, listed."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.alarm_rows import lock_site
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State, maintenance_state
from controller.adapters.tables import AuditRow, CameraRow, MaintenanceRow, NodeRow
from controller.adapters.tend_store import close_window
from controller.core.maintenance import MINUTES_MAX, Scope, target_of
from controller.errors import Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import SiteId
from shared.texts import say


class MaintenanceStore:
    """Every change is one transaction: window, what it let through, audit, feed."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    async def begin(
        self, window: str, scope: str, target: str, minutes: int, why: str, who: str, address: str = ""
    ) -> State:
        """MaintenanceOut of a new window that begins now. `Rejected` names what is wrong."""
        kept_scope, kept_target = target_of(scope, target)
        if not 1 <= minutes <= MINUTES_MAX:
            raise Rejected("minutes", say("out_of_range", value=str(minutes), least=1, most=MINUTES_MAX))
        if not (reason := why.replace("\0", "").strip()):
            raise Rejected("why", say("missing"))
        now = self._clock.now()
        async with self._database.writing() as session:
            if not await _is_known(session, kept_scope, kept_target):
                raise Rejected("target", say("unknown", key=kept_target))
            await lock_site(session, self._site)  # no alarm is being raised meanwhile
            row = MaintenanceRow(
                id=window,
                scope=kept_scope,
                target=kept_target,
                who=who,
                why=reason,
                from_at=now,
                until_at=now + timedelta(minutes=minutes),
            )
            session.add(row)
            detail = {"scope": kept_scope, "target": kept_target, "minutes": minutes, "why": reason}
            session.add(
                AuditRow(at=now, who=who, what="maintenance.begin", subject=window, address=address, detail=detail)
            )
            await session.flush()
            state = maintenance_state(row)
            await append_feed(self._database, session, self._clock, [("maintenance", state)])
            return state

    async def end(self, window: str, who: str, address: str = "") -> State:
        """MaintenanceOut of a window that is over now; a second time changes nothing."""
        now = self._clock.now()
        async with self._database.writing() as session:
            await lock_site(session, self._site)
            row = await session.get(MaintenanceRow, window, with_for_update=True)
            if row is None:
                raise Missing("maintenance", say("unknown", key=window))
            if row.ended_at is None and row.until_at > now:
                row.ended_at, row.ended_by = now, who
                feed = await close_window(session, row, now)
                session.add(
                    AuditRow(at=now, who=who, what="maintenance.end", subject=window, address=address, detail={})
                )
                await append_feed(self._database, session, self._clock, feed)
            return maintenance_state(row)

    async def in_force(self) -> list[State]:
        """MaintenanceOut of every window that is in force now, the one that ends first first."""
        now = self._clock.now()
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(MaintenanceRow)
                .where(
                    col(MaintenanceRow.until_at) > now,
                    col(MaintenanceRow.from_at) <= now,
                    col(MaintenanceRow.ended_at).is_(None),
                )
                .order_by(col(MaintenanceRow.until_at), MaintenanceRow.id)
            )
            return [maintenance_state(row) for row in rows]


async def _is_known(session: AsyncSession, scope: Scope, target: str) -> bool:
    """Whether there is such a camera or node; the site is there."""
    if scope == "camera":
        return await session.get(CameraRow, target) is not None
    return scope == "site" or await session.get(NodeRow, target) is not None
