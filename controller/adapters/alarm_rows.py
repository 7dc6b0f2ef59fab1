"""Occurrences and alarms as rows: match, raise, join, fold an alarm from its occurrences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select, update

from controller.adapters.maintenance_rows import let_through, suppress
from controller.adapters.states import State, alarm_states
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, OccurrenceRow, SiteRow, VerdictRow
from controller.core.alarms import SITUATION_MS, UNSEEN_MS, Figures, Happened, figures, match
from controller.core.records import KnownSpan, Occurrence, OpenAlarm, Verdict
from shared.clock import to_datetime
from shared.errors import Broken
from shared.ids import AlarmId, CameraId, RuleId
from shared.kinds import OPEN_STATES

LONGEST_OCCURRENCE_MS = 24 * 3_600_000


async def lock_site(session: AsyncSession, site: str) -> SiteRow:
    """The one row lock under which alarms are matched and numbered."""
    row = await session.get(SiteRow, site, with_for_update=True)
    if row is None:
        raise Broken(f"site {site!r} has no row: it is made when the site is prepared")
    return row


async def candidates(session: AsyncSession, occurrence: Occurrence) -> tuple[OpenAlarm, ...]:
    """The alarms that could be the occurrence's: near in raising, overlapping or shelved; its rule's or its place's."""
    rule = occurrence.rule
    reach_ms = round(rule.cooldown_s * 1000)
    end_ms = occurrence.condition_ms if occurrence.end_ms is None else occurrence.end_ms
    overlapping = select(OccurrenceRow.alarm).where(
        col(OccurrenceRow.camera) == occurrence.camera,
        col(OccurrenceRow.start_ms) <= end_ms + UNSEEN_MS,
        col(OccurrenceRow.start_ms) >= occurrence.start_ms - LONGEST_OCCURRENCE_MS,
        sa.or_(col(OccurrenceRow.end_ms).is_(None), col(OccurrenceRow.end_ms) >= occurrence.start_ms - UNSEEN_MS),
    )
    shelved = col(AlarmRow.shelved_until) >= to_datetime(occurrence.condition_ms)
    own = (col(AlarmRow.rule) == rule.id, col(AlarmRow.camera) == occurrence.camera)
    wanted = [
        select(AlarmRow).where(*own, sa.or_(_raised_within(occurrence, reach_ms), shelved)),
        select(AlarmRow).where(col(AlarmRow.id).in_(overlapping)),
    ]
    if rule.place is not None:
        of_place = (col(AlarmRow.place) == rule.place, col(AlarmRow.rule_name) == rule.name)
        around = _raised_within(occurrence, max(reach_ms, SITUATION_MS))
        wanted.append(select(AlarmRow).where(*of_place, sa.or_(around, shelved)))
    found = {row.id: row for query in wanted for row in await session.scalars(query.with_for_update())}
    spans: dict[str, list[KnownSpan]] = {alarm: [] for alarm in found}
    seen = await session.execute(
        select(OccurrenceRow, VerdictRow.end_ms)
        .outerjoin(VerdictRow, col(VerdictRow.id) == col(OccurrenceRow.verdict))
        .where(col(OccurrenceRow.alarm).in_(list(found)))
    )
    for known, judged_ms in seen:
        lasts_ms = max(known.condition_ms, judged_ms or 0) + UNSEEN_MS if known.end_ms is None else known.end_ms
        camera = CameraId(known.camera or "")
        spans[known.alarm].append(KnownSpan(known.same_as or known.id, camera, known.start_ms, lasts_ms))
    return tuple(_open_alarm(row, tuple(spans[row.id])) for row in found.values())


def _raised_within(occurrence: Occurrence, reach_ms: int) -> sa.ColumnElement[bool]:
    return col(AlarmRow.condition_ms).between(occurrence.condition_ms - reach_ms, occurrence.condition_ms + reach_ms)


def _open_alarm(row: AlarmRow, spans: tuple[KnownSpan, ...]) -> OpenAlarm:
    severity: Any = row.severity
    state: Any = row.state
    kind: Any = row.kind
    return OpenAlarm(
        AlarmId(row.id),
        RuleId(row.rule),
        CameraId(row.camera or ""),
        row.zone_name,
        severity,
        row.condition_ms,
        state,
        spans,
        row.rule_name,
        kind,
        row.place,
        None if row.shelved_until is None else round(row.shelved_until.timestamp() * 1000),
    )


async def place(
    session: AsyncSession,
    site: SiteRow,
    occurrence: Occurrence,
    verdict: Verdict,
    new_id: str,
    now: datetime,
) -> tuple[str, bool]:
    """Write one occurrence; returns its alarm and whether that was raised just now. `new_id`: for a new alarm."""
    row = await session.get(OccurrenceRow, occurrence.id)
    if row is not None:
        _update(row, occurrence, verdict.id)
        return row.alarm, False
    found = match(occurrence, await candidates(session, occurrence))
    alarm_id: str = new_id if found.alarm is None else found.alarm
    session.add(
        OccurrenceRow(
            id=occurrence.id,
            alarm=alarm_id,
            camera=occurrence.camera,
            event=verdict.event,
            verdict=verdict.id,
            start_ms=occurrence.start_ms,
            condition_ms=occurrence.condition_ms,
            end_ms=occurrence.end_ms,
            confidence=occurrence.confidence,
            track_ids=list(occurrence.track_ids),
            numbers=dict(occurrence.numbers),
            late=occurrence.late,
            picture_key=occurrence.picture_key,
            same_as=found.same_as,
        )
    )
    if found.alarm is None:
        site.last_alarm_number += 1
        raised = _raise(occurrence, verdict.event, alarm_id, site.last_alarm_number, now)
        session.add(raised)
        session.add(AlarmHistoryRow(alarm=alarm_id, at=now, who="system", what="raised"))
        await suppress(session, raised, to_datetime(occurrence.condition_ms), now)
    elif found.same_as is None:
        detail = {"camera": str(occurrence.camera)}
        session.add(AlarmHistoryRow(alarm=alarm_id, at=now, who="system", what="joined", detail=detail))
        await let_through(session, alarm_id, occurrence.camera, None, to_datetime(occurrence.condition_ms), now)
    await session.flush()
    return alarm_id, found.alarm is None


def _update(row: OccurrenceRow, occurrence: Occurrence, verdict: str) -> None:
    row.verdict = verdict
    row.end_ms = occurrence.end_ms if occurrence.end_ms is not None else row.end_ms
    row.confidence = max(row.confidence, occurrence.confidence)
    row.track_ids = sorted({*row.track_ids, *occurrence.track_ids})
    row.picture_key = occurrence.picture_key or row.picture_key
    row.numbers = dict(occurrence.numbers) or row.numbers


def _raise(occurrence: Occurrence, event: str | None, alarm: str, number: int, now: datetime) -> AlarmRow:
    rule = occurrence.rule
    return AlarmRow(
        id=alarm,
        number=number,
        rev=0,
        state="raised",
        rule=rule.id,
        rule_name=rule.name,
        kind=rule.kind,
        required=list(rule.required),
        severity=rule.severity,
        camera=occurrence.camera,
        event=event,
        zone_name=rule.zone_name,
        zone=None if rule.zone is None else [list(corner) for corner in rule.zone],
        regulation=dict(rule.regulation_texts).get("ko", rule.regulation),
        regulation_texts=dict(rule.regulation_texts) or None,
        persistence_s=rule.hold_s,
        condition_ms=occurrence.condition_ms,
        raised_at=now,
        end_ms=occurrence.end_ms,
        confidence=occurrence.confidence,
        occurrences=0,
        late=occurrence.late,
        place=rule.place,
        cameras=[str(occurrence.camera)],
    )


async def fold(session: AsyncSession, alarm: str) -> AlarmRow | None:
    """Recompute an alarm from its occurrences; the row when that changed it, with `rev` one up."""
    await session.flush()
    row = await session.get(AlarmRow, alarm, with_for_update=True)
    if row is None:
        raise Broken(f"alarm {alarm} has occurrences and no row")
    rows = (await session.scalars(select(OccurrenceRow).where(OccurrenceRow.alarm == alarm))).all()
    now = figures([_happened(known) for known in rows])
    before = Figures(row.occurrences, row.end_ms, row.confidence, row.pictured, tuple(row.cameras), row.numbers)
    if before == now and row.rev > 0:
        return None
    row.occurrences, row.end_ms, row.confidence, row.pictured = (
        now.occurrences,
        now.end_ms,
        now.confidence,
        now.pictured,
    )
    row.cameras, row.numbers = list(now.cameras), None if now.numbers is None else dict(now.numbers)
    row.rev += 1
    return row


def _happened(row: OccurrenceRow) -> Happened:
    pictured = row.picture_key is not None
    return Happened(
        row.id, row.camera, row.condition_ms, row.end_ms, row.confidence, row.same_as, pictured, row.numbers
    )


async def end_open_occurrences(session: AsyncSession, job: int) -> list[tuple[str, State]]:
    """What a job's verdicts left lasting ends with the last frame they judged; returns the feed rows."""
    verdicts = (await session.execute(select(VerdictRow.id, VerdictRow.end_ms).where(VerdictRow.job == job))).all()
    alarms: set[str] = set()
    for verdict, end_ms in verdicts:
        ended = await session.scalars(
            update(OccurrenceRow)
            .where(col(OccurrenceRow.verdict) == verdict, col(OccurrenceRow.end_ms).is_(None))
            .values(
                end_ms=sa.case(
                    (col(OccurrenceRow.condition_ms) > end_ms, col(OccurrenceRow.condition_ms)), else_=end_ms
                )
            )
            .returning(col(OccurrenceRow.alarm))
            .execution_options(synchronize_session=False)
        )
        alarms |= set(ended)
    return await fold_all(session, sorted(alarms))


async def fold_all(session: AsyncSession, alarms: Sequence[str]) -> list[tuple[str, State]]:
    """Fold several alarms, in one order so that two transactions cannot wait for each other; the feed rows."""
    changed = [row for alarm in sorted(alarms) if (row := await fold(session, alarm)) is not None]
    await session.flush()
    return [("alarm", state) for state in await alarm_states(session, changed)]


async def drop_picture(session: AsyncSession, key: str) -> None:
    """A picture's object is gone: neither its occurrence nor its alarm shows it any more."""
    alarms = await session.scalars(
        update(OccurrenceRow)
        .where(col(OccurrenceRow.picture_key) == key)
        .values(picture_key=None)
        .returning(col(OccurrenceRow.alarm))
        .execution_options(synchronize_session=False)
    )
    await fold_all(session, sorted(set(alarms)))


async def touch_alarms(session: AsyncSession, camera: str, start_ms: int, end_ms: int) -> list[tuple[str, State]]:
    """A run was stored: the occurrences in it have a clip now; the feed rows of their alarms."""
    occurred = select(OccurrenceRow.alarm).where(
        col(OccurrenceRow.camera) == camera,
        col(OccurrenceRow.start_ms).between(start_ms - LONGEST_OCCURRENCE_MS, end_ms),
        col(OccurrenceRow.condition_ms) >= start_ms,
        col(OccurrenceRow.condition_ms) < end_ms,
    )
    rows = (
        await session.scalars(
            select(AlarmRow).where(col(AlarmRow.id).in_(occurred)).order_by(AlarmRow.id).with_for_update()
        )
    ).all()
    for row in rows:
        row.rev += 1
    await session.flush()
    return [("alarm", state) for state in await alarm_states(session, rows)]


async def open_alarm_count(session: AsyncSession) -> int:
    """How many alarms nobody resolved."""
    return int(
        await session.scalar(select(func.count()).select_from(AlarmRow).where(col(AlarmRow.state).in_(OPEN_STATES)))
        or 0
    )
