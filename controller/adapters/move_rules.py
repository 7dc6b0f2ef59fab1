"""Rules of what moves to the second store; every change is in the audit log."""

from typing import cast

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.states import State
from controller.adapters.tables import AuditRow, MoveRuleRow
from controller.core.tiers import EVIDENCE, Moves, Subject
from shared.clock import Clock
from shared.kinds import MediaClass


class SqlMoveRules:
    """`MoveRules` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def moves(self) -> Moves:
        """The rules as they are now."""
        days = {row.subject: row.days for row in await self._rows()}
        evidence = days.pop(EVIDENCE, None) is not None
        return Moves({cast("MediaClass", subject): of for subject, of in days.items()}, evidence)

    async def rules(self) -> list[State]:
        """MoveRuleOut of each."""
        return [
            {
                "subject": row.subject,
                "days": row.days,
                "changed_by": row.changed_by,
                "changed_at": row.changed_at.isoformat(),
            }
            for row in await self._rows()
        ]

    async def put(self, subject: Subject, days: int | None, who: str, address: str) -> None:
        """Put a rule, or take it away where `days` is none; as it is already: nothing is written."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await session.get(MoveRuleRow, subject, with_for_update=True)
            before = None if row is None else row.days
            if before == days:
                return
            if days is None:
                await session.delete(row)
            elif row is None:
                session.add(MoveRuleRow(subject=subject, days=days, changed_at=now, changed_by=who))
            else:
                row.days, row.changed_at, row.changed_by = days, now, who
            detail = {"days": days, "before": {"days": before}, "after": {"days": days}}
            session.add(
                AuditRow(at=now, who=who, what="retention.move", subject=subject, address=address, detail=detail)
            )

    async def _rows(self) -> list[MoveRuleRow]:
        async with self._database.reading() as session:
            return list(await session.scalars(select(MoveRuleRow).order_by(col(MoveRuleRow.subject))))
