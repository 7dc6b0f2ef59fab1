"""What sirens, lights and relays follow, as rows: the alarms that may have one on, and people's hands."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import and_, col, or_, select

from controller.adapters.database import Database
from controller.adapters.states import State
from controller.adapters.tables import AlarmRow, OutputHandRow
from controller.core.outputs import Hand, Output
from shared.clock import Clock
from shared.kinds import SEVERITIES

_TOLD = (
    AlarmRow.id,
    AlarmRow.number,
    AlarmRow.rule,
    AlarmRow.rule_name,
    AlarmRow.severity,
    AlarmRow.state,
    AlarmRow.camera,
    AlarmRow.cameras,
    AlarmRow.raised_at,
    AlarmRow.escalated_at,
)


class SqlOutputs:
    """`Floor` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def heeded(self, outputs: Sequence[Output]) -> list[State]:
        """Every alarm that one of `outputs` may be on for now, whatever its rules and cameras, as `decide` reads it."""
        if not outputs:
            return []
        now = self._clock.now()
        query: Any = select(*map(col, _TOLD)).where(
            col(AlarmRow.state) == "raised",
            col(AlarmRow.suppressed).is_(False),
            or_(col(AlarmRow.shelved_until).is_(None), col(AlarmRow.shelved_until) <= now),
            or_(*(self._grave_and_new(one) for one in outputs)),
        )
        async with self._database.reading() as session:
            rows = await session.execute(query)
            return [
                {**row, "raised_at": row["raised_at"].isoformat(), "escalated_at": _iso(row["escalated_at"])}
                for row in rows.mappings()
            ]

    async def hands(self) -> dict[str, Hand]:
        """How each output was switched by hand last."""
        async with self._database.reading() as session:
            return {row.output: Hand(row.is_on, row.at_ms) for row in await session.scalars(select(OutputHandRow))}

    async def keep_hand(self, output: str, hand: Hand) -> None:
        """Remember it for after a restart; an earlier one than what is known changes nothing."""
        insert = self._database.insert(OutputHandRow).values(output=output, is_on=hand.on, at_ms=hand.at_ms)
        async with self._database.writing() as session:
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=["output"],
                    set_={"is_on": insert.excluded.is_on, "at_ms": insert.excluded.at_ms},
                    where=col(OutputHandRow.at_ms) < insert.excluded.at_ms,
                )
            )

    def _grave_and_new(self, output: Output) -> Any:
        grave = col(AlarmRow.severity).in_(SEVERITIES[SEVERITIES.index(output.least) :])
        if output.hold_ms == 0:
            return grave
        after = self._clock.now() - timedelta(milliseconds=output.hold_ms)
        return and_(grave, or_(col(AlarmRow.raised_at) > after, col(AlarmRow.escalated_at) > after))


def _iso(at: Any) -> str | None:
    return None if at is None else at.isoformat()
