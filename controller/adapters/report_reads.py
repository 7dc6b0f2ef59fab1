"""Counts what a report tells: sums and groups in the database, over spans of time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, func, select

from controller.adapters.alarm_rows import LONGEST_OCCURRENCE_MS
from controller.adapters.database import Database
from controller.adapters.states import State
from controller.adapters.tables import AlarmRow, CameraRow, OccurrenceRow, PersonTimeRow, VerdictRow
from controller.core.report import STEP_MS, Presence, Times, Worn
from controller.core.spans import Span

Cause = tuple[str, str, str]
"""Rule name, kind, severity."""
_CAUSE = (AlarmRow.rule_name, AlarmRow.kind, AlarmRow.severity)

_SUMS = (
    *(PersonTimeRow.judged_ms, PersonTimeRow.present_ms, PersonTimeRow.breach_ms, PersonTimeRow.unknown_ms),
    PersonTimeRow.tracks,
)


class ReportReads:
    """`ReportFigures` on SQLite or PostgreSQL. An alarm counts where its condition was met; spans are disjoint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def causes(self, spans: Sequence[Span]) -> list[State]:
        """Alarms by rule, most first: how many, and what people made of them; those under maintenance apart."""
        told = col(AlarmRow.suppressed).is_(False)

        def count(condition: Any) -> Any:
            return func.coalesce(func.sum(sa.case((sa.and_(told, condition), 1), else_=0)), 0)

        counts = {
            "alarms": count(sa.true()),
            "true_alarms": count(AlarmRow.assessment == "true"),
            "false_alarms": count(AlarmRow.assessment == "false"),
            "nuisance": count(AlarmRow.assessment == "nuisance"),
            "escalated": count(col(AlarmRow.escalation_level) > 0),
            "open": count(AlarmRow.state != "resolved"),
            "suppressed": func.count() - count(sa.true()),
        }
        query = (
            select(*map(col, _CAUSE), *(value.label(name) for name, value in counts.items()))
            .where(_in(col(AlarmRow.condition_ms), spans))
            .group_by(*map(col, _CAUSE))
        )
        async with self._database.reading() as session:
            rows = [dict(row) for row in (await session.execute(query)).mappings()]
        return sorted(rows, key=lambda row: (-row["alarms"], row["rule_name"], row["severity"]))

    async def steps(self, spans: Sequence[Span]) -> Mapping[Cause, Mapping[int, int]]:
        """Alarms of each cause by `STEP_MS` of Unix time."""
        step = (col(AlarmRow.condition_ms) // STEP_MS).label("step")
        cause = [col(one) for one in _CAUSE]
        query: Any = sa.select(*cause, step, func.count()).where(*_told(spans)).group_by(*cause, step)
        found: dict[Cause, dict[int, int]] = {}
        async with self._database.reading() as session:
            for rule_name, kind, severity, at, count in await session.execute(query):
                found.setdefault((rule_name, kind, severity), {})[int(at)] = count
        return found

    async def presence(self, spans: Sequence[Span]) -> list[Presence]:
        """Person-time by zone and rule: of the quarters of an hour that begin in the spans."""
        about = (PersonTimeRow.zone_name, PersonTimeRow.rule_name, PersonTimeRow.kind)
        found: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
        for row in await self._person_time(spans, (*about, PersonTimeRow.camera)):
            found.setdefault(row[:3], []).append(row[4:])
        summed = []
        for key, each in found.items():
            sums = (sum(row[place] for row in each) for place in range(len(_SUMS)))
            parts: tuple[Any, ...] = (*key, len(each), *sums)
            summed.append(Presence(*parts))
        return sorted(summed, key=lambda one: (one.zone_name is None, one.zone_name or "", one.rule_name, one.kind))

    async def presence_by_kind(self, spans: Sequence[Span]) -> list[Presence]:
        """The same by kind alone, for figures of all rules together."""
        rows = await self._person_time(spans, (PersonTimeRow.kind,))
        return [Presence(None, "", kind, 0, *sums) for kind, *sums in rows]

    async def _person_time(self, spans: Sequence[Span], about: Sequence[Any]) -> list[tuple[Any, ...]]:
        columns = [col(one) for one in about]
        query: Any = sa.select(*columns, *(func.sum(col(one)) for one in _SUMS)).where(_in_steps(spans))
        async with self._database.reading() as session:
            rows = (await session.execute(query.group_by(*columns))).all()
        return [(*row[: len(columns)], *(int(value) for value in row[len(columns) :])) for row in rows]

    async def times(self, spans: Sequence[Span]) -> list[Times]:
        """When each alarm was raised and answered."""
        columns = (AlarmRow.raised_at, AlarmRow.acknowledged_at, AlarmRow.resolved_at, AlarmRow.acknowledged_by)
        query = select(*map(col, columns)).where(*_told(spans))
        async with self._database.reading() as session:
            rows: Any = (await session.execute(query)).all()
        return [Times(_ms(raised) or 0, _ms(first), _ms(last), who) for raised, first, last, who in rows]

    async def exposure(self, spans: Sequence[Span], now_ms: int) -> list[State]:
        """For how long conditions of rules held, by zone and kind, longest first; one that lasts counts up to now."""
        end = func.coalesce(OccurrenceRow.end_ms, now_ms)
        lasted = []
        for start_ms, end_ms in spans:
            first = sa.case((col(OccurrenceRow.start_ms) > start_ms, col(OccurrenceRow.start_ms)), else_=start_ms)
            last = sa.case((end < end_ms, end), else_=end_ms)
            lasted.append(sa.case((last > first, last - first), else_=0))
        held_ms = func.sum(sum(lasted[1:], lasted[0])).label("held_ms")
        query = (
            select(AlarmRow.zone_name, AlarmRow.kind, held_ms, func.count().label("occurrences"))
            .join(AlarmRow, col(AlarmRow.id) == col(OccurrenceRow.alarm))
            .where(
                col(OccurrenceRow.camera).in_(select(CameraRow.id)),
                col(OccurrenceRow.start_ms) > spans[0][0] - LONGEST_OCCURRENCE_MS,
                sa.or_(*(sa.and_(col(OccurrenceRow.start_ms) < e, end > s) for s, e in spans)),
                col(OccurrenceRow.same_as).is_(None),
                col(AlarmRow.withdrawn).is_(False),
                col(AlarmRow.rule).not_like("system.%"),
            )
            .group_by(col(AlarmRow.zone_name), col(AlarmRow.kind))
        )
        async with self._database.reading() as session:
            rows = [dict(row) for row in (await session.execute(query)).mappings()]
        return sorted(rows, key=lambda row: (-row["held_ms"], row["zone_name"] or "", row["kind"]))

    async def worn(self, spans: Sequence[Span]) -> list[Worn]:
        """For how long equipment was seen, by camera and item: of each person in view, from coming into it."""
        query = _worn_sqlite(spans) if self._database.is_sqlite else _worn_postgresql(spans)
        found: dict[tuple[str, str], dict[str, int]] = {}
        async with self._database.reading() as session:
            for camera, item, state, seen_ms in await session.execute(query):
                found.setdefault((camera, item), {})[state] = int(seen_ms)
        return [
            Worn(*key, *(seen.get(state, 0) for state in ("compliant", "missing", "unknown")))
            for key, seen in sorted(found.items())
        ]


def _in(column: Any, spans: Sequence[Span]) -> Any:
    return sa.or_(*(sa.and_(column >= start_ms, column < end_ms) for start_ms, end_ms in spans))


def _in_steps(spans: Sequence[Span]) -> Any:
    steps = [(-(-start_ms // STEP_MS), -(-end_ms // STEP_MS)) for start_ms, end_ms in spans]
    return _in(col(PersonTimeRow.step), steps)


def _told(spans: Sequence[Span]) -> tuple[Any, ...]:
    return _in(col(AlarmRow.condition_ms), spans), col(AlarmRow.suppressed).is_(False)


def _worn_sqlite(spans: Sequence[Span]) -> Any:
    seen = _seen(spans)
    tracks = func.json_each(seen.c.tracks).table_valued("value", name="tracks")
    worn = func.json_each(tracks.c.value, "$.attributes").table_valued("key", "value", name="worn")
    lasted = func.json_extract(tracks.c.value, "$.last_ms") - func.json_extract(tracks.c.value, "$.first_ms")
    return _worn(seen, tracks, worn, lasted)


def _worn_postgresql(spans: Sequence[Span]) -> Any:
    # Planned by itself: nobody knows how many tracks a verdict has, and guessing many has all verdicts read.
    seen = _seen(spans).prefix_with("MATERIALIZED")
    tracks = func.jsonb_array_elements(sa.cast(seen.c.tracks, JSONB)).table_valued(
        sa.column("value", JSONB), name="tracks"
    )
    value = tracks.c.value
    worn = func.jsonb_each_text(value["attributes"]).table_valued("key", "value", name="worn")
    lasted = sa.cast(value["last_ms"].astext, sa.BigInteger) - sa.cast(value["first_ms"].astext, sa.BigInteger)
    return _worn(seen, tracks, worn, lasted)


def _seen(spans: Sequence[Span]) -> Any:
    """Verdicts of the cameras that are known, by their begin: a stretch of an index for each."""
    known = col(VerdictRow.camera).in_(select(CameraRow.id))
    return (
        sa.select(col(VerdictRow.camera), col(VerdictRow.tracks))
        .where(known, _in(col(VerdictRow.start_ms), spans))
        .cte("seen")
    )


def _worn(seen: Any, tracks: Any, worn: Any, lasted: Any) -> Any:
    joined = sa.join(seen, tracks, sa.true()).join(worn, sa.true())
    return (
        sa.select(seen.c.camera, worn.c.key, worn.c.value, func.sum(lasted))
        .select_from(joined)
        .group_by(seen.c.camera, worn.c.key, worn.c.value)
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
