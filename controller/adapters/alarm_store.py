"""What people do to alarms: acknowledge, resolve."""

from sqlalchemy.ext.asyncio import AsyncSession

from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State, alarm_states
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, AuditRow
from controller.core.lifecycle import Move, after
from controller.errors import Missing
from shared.clock import Clock
from shared.kinds import AlarmState
from shared.texts import say


class AlarmStore:
    """Every move is one transaction: alarm, history, audit, feed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def acknowledge(self, alarm: str, who: str, note: str, address: str = "") -> State:
        """AlarmOut after it; a second time changes nothing."""
        return await self._move(alarm, "acknowledge", who, note, None, address)

    async def resolve(self, alarm: str, who: str, assessment: str, note: str, address: str = "") -> State:
        """AlarmOut after it. `assessment`: true | false | nuisance; resolving again may correct it."""
        return await self._move(alarm, "resolve", who, note, assessment, address)

    async def _move(self, alarm: str, move: Move, who: str, note: str, assessment: str | None, address: str) -> State:
        async with self._database.writing() as session:
            row = await self._row(session, alarm)
            before: AlarmState = row.state  # type: ignore[assignment]
            state = after(before, move)
            if state == before and (assessment is None or assessment == row.assessment):
                return (await alarm_states(session, [row]))[0]
            now = self._clock.now()
            row.state = state
            row.assessment = assessment or row.assessment
            if row.acknowledged_by is None:
                row.acknowledged_by, row.acknowledged_at = who, now
            self._note(session, row, who, state, note)
            detail = {} if assessment is None else {"assessment": assessment}
            session.add(AuditRow(at=now, who=who, what=f"alarm.{move}", subject=alarm, address=address, detail=detail))
            return await self._tell(session, row)

    async def _row(self, session: AsyncSession, alarm: str) -> AlarmRow:
        row = await session.get(AlarmRow, alarm, with_for_update=True)
        if row is None:
            raise Missing("alarm", say("unknown", key=alarm))
        return row

    def _note(self, session: AsyncSession, row: AlarmRow, who: str, what: str, note: str) -> None:
        row.rev += 1
        clean = note.replace("\0", "")
        session.add(AlarmHistoryRow(alarm=row.id, at=self._clock.now(), who=who, what=what, note=clean))

    async def _tell(self, session: AsyncSession, row: AlarmRow) -> State:
        await session.flush()
        state = (await alarm_states(session, [row]))[0]
        await append_feed(self._database, session, self._clock, [("alarm", state)])
        return state
