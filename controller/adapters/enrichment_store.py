"""Questions about alarms as rows: planned, asked, answered, decided on; what is sent is put on record before."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, func, select, update

from controller.adapters.database import Database
from controller.adapters.states import State, plain
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, AuditRow, EnrichmentRow, OccurrenceRow
from controller.core.enrichment import FRESH_MS, AlarmWords, EnrichmentKind
from controller.errors import Conflict, Missing
from controller.ports import Asked
from shared.clock import Clock, to_datetime
from shared.kinds import Severity
from shared.mint import uuid7
from shared.texts import say

_MOST_FRESH = 500
"""So many of the newest alarms are looked at: in a flood the rest go without, and no look costs more."""
_MOST_PLANNED = 50
_MOST_PICTURES = 8
_LOST_MS = 60_000
"""An asker that says nothing for so long after its time limit is gone, and another one asks."""


class SqlEnrichments:
    """`EnrichmentStore` on SQLite or PostgreSQL, and what the API reads and writes of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def plan(self, kind: EnrichmentKind, severities: Sequence[Severity]) -> int:
        """Note a question for each fresh alarm of a rule that has none; drop those that waited too long."""
        now_ms = self._clock.unix_ms()
        asked = select(EnrichmentRow.id).where(
            col(EnrichmentRow.alarm) == col(AlarmRow.id), col(EnrichmentRow.kind) == kind
        )
        newest = select(func.max(AlarmRow.number)).scalar_subquery()
        fresh = (
            select(AlarmRow.id)
            .where(
                col(AlarmRow.number) > newest - _MOST_FRESH,
                col(AlarmRow.raised_at) > to_datetime(now_ms - FRESH_MS),
                col(AlarmRow.severity).in_(severities),
                ~col(AlarmRow.rule).like("system.%"),
                ~asked.exists(),
            )
            .order_by(col(AlarmRow.number).desc())
            .limit(_MOST_PLANNED)
        )
        async with self._database.reading() as session:
            wanted = list(await session.scalars(fresh))
            stale = await session.scalar(select(func.count()).where(*_stale(kind, now_ms)))
        if not wanted and not stale:
            return 0
        async with self._database.writing() as session:
            if wanted:
                rows = [
                    {
                        "id": uuid7(), "alarm": alarm, "kind": kind, "state": "waiting", "created_ms": now_ms,
                        "due_ms": now_ms, "tries": 0, "text": "", "model": "", "reason": "",
                    }
                    for alarm in wanted
                ]  # fmt: skip
                await session.execute(self._database.insert(EnrichmentRow).values(rows).on_conflict_do_nothing())
            await session.execute(
                update(EnrichmentRow)
                .where(*_stale(kind, now_ms))
                .values(state="dropped", reason="nobody could be asked in time", done_at=self._clock.now())
            )
        return len(wanted)

    async def claim(self, kind: EnrichmentKind, limit_ms: int) -> Asked | None:
        """The newest question that is due; None: there is none. A draft waits for its alarm's description."""
        now_ms = self._clock.unix_ms()
        describing = select(EnrichmentRow.alarm).where(
            col(EnrichmentRow.kind) == "describe", col(EnrichmentRow.state) == "waiting"
        )
        async with self._database.writing() as session:
            query = (
                select(EnrichmentRow)
                .where(
                    col(EnrichmentRow.kind) == kind,
                    col(EnrichmentRow.state) == "waiting",
                    col(EnrichmentRow.due_ms) <= now_ms,
                )
                .order_by(col(EnrichmentRow.created_ms).desc(), col(EnrichmentRow.id).desc())
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if kind == "draft":
                query = query.where(col(EnrichmentRow.alarm).not_in(describing))
            row = await session.scalar(query)
            if row is None:
                return None
            alarm = await session.get(AlarmRow, row.alarm)
            if alarm is None:
                await session.delete(row)
                return None
            row.tries += 1
            row.due_ms = now_ms + limit_ms + _LOST_MS
            described = await session.scalar(
                select(EnrichmentRow.text).where(
                    col(EnrichmentRow.alarm) == row.alarm, col(EnrichmentRow.kind) == "describe"
                )
            )
            keys = await session.scalars(
                select(OccurrenceRow.picture_key)
                .where(col(OccurrenceRow.alarm) == row.alarm, col(OccurrenceRow.picture_key).is_not(None))
                .order_by(col(OccurrenceRow.condition_ms))
                .limit(_MOST_PICTURES)
            )
            return Asked(
                row.id, kind, row.tries, row.alarm, _words(alarm, described or ""), tuple(key for key in keys if key)
            )

    async def audit(self, asked: Asked, detail: Mapping[str, Any]) -> None:
        """Put on record what is about to be sent where."""
        async with self._database.writing() as session:
            what = f"enrich.{asked.kind}"
            session.add(
                AuditRow(at=self._clock.now(), who="system", what=what, subject=asked.alarm_id, detail=dict(detail))
            )

    async def answered(self, asked: Asked, text: str, model: str) -> None:
        """Keep an answer; one to a question that somebody else took over meanwhile is dropped."""
        await self._end(asked, state="done", text=text, model=model, done_at=self._clock.now())

    async def failed(self, asked: Asked, reason: str, again_ms: int | None) -> None:
        """No answer: ask again after `again_ms`, or never (None)."""
        if again_ms is None:
            await self._end(asked, state="failed", reason=reason, done_at=self._clock.now())
        else:
            await self._end(asked, reason=reason, due_ms=self._clock.unix_ms() + again_ms)

    async def of_alarm(self, alarm: str) -> list[State]:
        """EnrichmentOut of each, description first."""
        async with self._database.reading() as session:
            if await session.get(AlarmRow, alarm) is None:
                raise Missing("alarm", say("unknown", key=alarm))
            rows = await session.scalars(
                select(EnrichmentRow).where(col(EnrichmentRow.alarm) == alarm).order_by(col(EnrichmentRow.kind))
            )
            return [_state(row) for row in rows]

    async def decide(self, enrichment: str, decision: str, who: str, address: str) -> State:
        """A person accepts or dismisses a draft; `Conflict` when somebody did already. EnrichmentOut."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await session.get(EnrichmentRow, enrichment, with_for_update=True)
            if row is None or row.kind != "draft" or row.state != "done":
                raise Missing("enrichment", say("unknown", key=enrichment))
            if row.decision is not None:
                if row.decision == decision and row.decided_by == who:
                    return _state(row)
                raise Conflict("decision", say("draft_decided", who=row.decided_by or "", decision=row.decision))
            row.decision, row.decided_by, row.decided_at = decision, who, now
            if decision == "accepted":
                session.add(AlarmHistoryRow(alarm=row.alarm, at=now, who=who, what="draft_accepted", note=row.text))
            session.add(
                AuditRow(
                    at=now, who=who, what=f"draft.{decision}", subject=row.alarm, address=address,
                    detail={"enrichment": row.id},
                )
            )  # fmt: skip
            return _state(row)

    async def _end(self, asked: Asked, **values: Any) -> None:
        async with self._database.writing() as session:
            await session.execute(
                update(EnrichmentRow)
                .where(
                    col(EnrichmentRow.id) == asked.id,
                    col(EnrichmentRow.state) == "waiting",
                    col(EnrichmentRow.tries) == asked.tries,
                )
                .values(**values)
            )


def _stale(kind: EnrichmentKind, now_ms: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(EnrichmentRow.kind) == kind,
        col(EnrichmentRow.state) == "waiting",
        col(EnrichmentRow.created_ms) < now_ms - FRESH_MS,
        col(EnrichmentRow.due_ms) <= now_ms,
    )


def _words(alarm: AlarmRow, description: str) -> AlarmWords:
    severity: Any = alarm.severity
    return AlarmWords(
        rule=alarm.rule_name,
        kind=alarm.kind,
        severity=severity,
        camera=alarm.camera or "",
        zone=alarm.zone_name,
        required=tuple(alarm.required),
        regulation=alarm.regulation,
        at=to_datetime(alarm.condition_ms).isoformat(timespec="seconds"),
        occurrences=alarm.occurrences,
        description=description,
    )


def _state(row: EnrichmentRow) -> State:
    times = {
        name: None if value is None else value.isoformat()
        for name, value in (("done_at", row.done_at), ("decided_at", row.decided_at))
    }
    names = ("id", "alarm", "kind", "state", "text", "model", "reason", "decision", "decided_by")
    return {**plain(row, *names), **times}
