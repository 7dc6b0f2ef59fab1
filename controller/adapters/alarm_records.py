"""Alarms as exports keep them: all that is known of each, as far as the export's own reader may see it."""

from collections.abc import Sequence

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.queries import Queries
from controller.adapters.tables import OccurrenceRow
from controller.core.alarm_record import AlarmRecord, Shot
from controller.core.grants import Sight
from controller.errors import Missing
from controller.ports.looking import looking


async def alarm_records(database: Database, alarms: Sequence[str], sight: Sight) -> tuple[AlarmRecord, ...]:
    """The record of each of these, in order; one that `sight` does not see is left out."""
    found: list[AlarmRecord] = []
    with looking(sight):
        for alarm in alarms:
            try:
                facts = await Queries(database).alarm(alarm)
            except Missing:
                continue
            shots = (
                select(OccurrenceRow.id, OccurrenceRow.picture_key)
                .where(
                    col(OccurrenceRow.alarm) == alarm,
                    col(OccurrenceRow.picture_key).is_not(None),
                    col(OccurrenceRow.same_as).is_(None),
                )
                .order_by(col(OccurrenceRow.start_ms), col(OccurrenceRow.id))
            )
            async with database.reading() as session:
                rows = (await session.execute(shots)).all()
            found.append(AlarmRecord(facts, tuple(Shot(occurrence, key) for occurrence, key in rows)))
    return tuple(found)
