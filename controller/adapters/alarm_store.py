"""What people and time do to alarms: one transaction each for alarm, history, audit and feed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State, alarm_states
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, AuditRow, UserRow
from controller.core.access import allows
from controller.core.grants import sight
from controller.core.lifecycle import DONE, Deed, Life, done
from controller.errors import Changed, Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say


class AlarmStore:
    """Every deed is one transaction: alarm, history, audit, feed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def act(self, alarm: str, deed: Deed, rev: int | None = None, address: str = "") -> State:
        """AlarmOut after a person's deed; of one that changes nothing only the note is kept, once.

        `rev`: what the person saw. What another person did since raises `Changed`; what the system did does not
        matter. `Missing` without such an alarm, `Rejected` for what is illegal.
        """
        async with self._database.writing() as session:
            row = await self._row(session, alarm)
            if deed.move == "assign":
                await _check_assignee(session, deed.to, row)
            now = self._clock.now()
            before = life_of(row)
            then = done(before, deed, now)
            if then == before and deed.move != "note":
                if await _nothing_said(session, alarm, deed):
                    return (await alarm_states(session, [row]))[0]
                deed = Deed("note", deed.who, deed.note)
            if rev is not None and not row.acted_rev <= rev <= row.rev and deed.move != "note":
                state = (await alarm_states(session, [row]))[0]
                raise Changed("rev", say("alarm_changed", rev=row.rev), state)
            write(session, row, then, deed, now)
            row.acted_rev = row.acted_rev if deed.move == "note" else row.rev  # a note overwrites nothing
            what, detail = f"alarm.{deed.move}", _told(deed, then)
            session.add(AuditRow(at=now, who=deed.who, what=what, subject=alarm, address=address, detail=detail))
            await session.flush()
            state = (await alarm_states(session, [row]))[0]
            await append_feed(self._database, session, self._clock, [("alarm", state)])
            return state

    async def assignees(self, alarm: str | None) -> list[str]:
        """Who may be given alarms, or this one, by name; `Missing` without such an alarm."""
        async with self._database.reading() as session:
            about = None if alarm is None else await session.get(AlarmRow, alarm)
            if alarm is not None and about is None:
                raise Missing("alarm", say("unknown", key=alarm))
            rows = await session.scalars(select(UserRow).where(col(UserRow.enabled).is_(True)).order_by(UserRow.name))
            able = [row for row in rows if allows(row.role, "operator")]
            return [row.name for row in able if about is None or _sees(row, about)]

    async def _row(self, session: AsyncSession, alarm: str) -> AlarmRow:
        row = await session.get(AlarmRow, alarm, with_for_update=True)
        if row is None:
            raise Missing("alarm", say("unknown", key=alarm))
        return row


def life_of(row: AlarmRow) -> Life:
    """An alarm's row as far as its life goes."""
    state: Any = row.state
    assessment: Any = row.assessment
    return Life(
        row.raised_at,
        state,
        row.acknowledged_by,
        row.acknowledged_at,
        row.assigned_to,
        assessment,
        row.resolved_by,
        row.resolved_at,
        row.shelved_by,
        row.shelved_until,
        row.escalation_level,
        row.escalated_at,
        row.waits_from,
        row.suppressed,
    )


def write(session: AsyncSession, row: AlarmRow, life: Life, deed: Deed, now: datetime) -> None:
    """Put a life into its row, with `rev` one up and a line of history."""
    for name, value in asdict(life).items():
        setattr(row, name, value)
    row.rev += 1
    note = _words(deed)
    detail = _told(deed, life) or None
    session.add(AlarmHistoryRow(alarm=row.id, at=now, who=deed.who, what=DONE[deed.move], note=note, detail=detail))


def _words(deed: Deed) -> str:
    return deed.note.replace("\0", "").strip()


async def _nothing_said(session: AsyncSession, alarm: str, deed: Deed) -> bool:
    """Whether a deed has no words, or the same person said the same before: its answer may have been lost."""
    words = _words(deed)
    return not words or bool(
        await session.scalar(
            select(AlarmHistoryRow.id)
            .where(AlarmHistoryRow.alarm == alarm, AlarmHistoryRow.who == deed.who, AlarmHistoryRow.note == words)
            .limit(1)
        )
    )


def _told(deed: Deed, life: Life) -> dict[str, Any]:
    """What is worth telling of a deed besides its name."""
    match deed.move:
        case "assign":
            return {"to": deed.to}
        case "resolve":
            return {"assessment": deed.assessment}
        case "shelve":
            until = "" if life.shelved_until is None else life.shelved_until.isoformat()
            return {"minutes": deed.minutes, "until": until}
        case "escalate":
            return {"level": life.escalation_level}
        case _:
            return {}


def _sees(user: UserRow, alarm: AlarmRow) -> bool:
    seen = sight(user.role, user.given, "view")
    return any(seen.sees(camera) for camera in (alarm.camera, *alarm.cameras))


async def _check_assignee(session: AsyncSession, name: str | None, alarm: AlarmRow) -> None:
    row = await session.get(UserRow, name or "")
    if row is None or not row.enabled:
        raise Rejected("to", say("unknown", key=(name or "")[:64]))
    if not allows(row.role, "operator"):
        raise Rejected("to", say("needs_role", role="operator"))
    if not _sees(row, alarm):
        raise Rejected("to", say("sees_no_camera", name=row.name))
