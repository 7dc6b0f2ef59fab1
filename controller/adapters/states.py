"""Rows as whole states: the one place that writes what the feed carries and the API answers (keys of its schemas)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from controller.adapters.asked_spans import for_each
from controller.adapters.sight import sight_of
from controller.adapters.tables import (
    AlarmHistoryRow,
    AlarmRow,
    CameraRow,
    EventRow,
    MaintenanceRow,
    NodeRow,
    OccurrenceRow,
    RunRow,
    VerdictRow,
)
from controller.core.seen import told_alarm
from controller.core.spans import Span, total_ms, within
from shared.kinds import OPEN_STATES

State = dict[str, Any]

LONGEST_RUN_MS = 3_600_000
"""A muxer is reopened hourly and no run spans two: bounds every search for overlapping spans."""

_ALARM = (
    "id",
    "number",
    "rev",
    "state",
    "withdrawn",
    "assessment",
    "rule",
    "rule_name",
    "kind",
    "required",
    "severity",
    "camera",
    "event",
    "cause",
    "detail",
    "said",
    "zone_name",
    "zone",
    "regulation",
    "regulation_texts",
    "persistence_s",
    "condition_ms",
    "end_ms",
    "confidence",
    "occurrences",
    "late",
    "acknowledged_by",
    "place",
    "cameras",
    "assigned_to",
    "resolved_by",
    "shelved_by",
    "escalation_level",
    "suppressed",
)


def _at(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def plain(row: Any, *names: str) -> State:
    """The named columns of a row."""
    return {name: getattr(row, name) for name in names}


def verdict_state(row: VerdictRow) -> State:
    names = "id camera event start_ms end_ms late final model model_sha256 provider sampled unreadable tracks frames"
    return plain(row, *names.split(), "thresholds", "scores")


def occurrence_state(row: OccurrenceRow) -> State:
    state = plain(row, "id", "camera", "start_ms", "condition_ms", "end_ms", "confidence", "track_ids", "late", "event")
    return {**state, "numbers": row.numbers or {}, "has_picture": row.picture_key is not None}


async def occurrence_states(session: AsyncSession, rows: Sequence[OccurrenceRow]) -> list[State]:
    """OccurrenceOut of each row, in order."""
    stored = await stored_spans(session, [(row.camera or "", row.condition_ms, row.condition_ms + 1) for row in rows])
    return [{**occurrence_state(row), "clip_ready": bool(spans)} for row, spans in zip(rows, stored, strict=True)]


def history_state(row: AlarmHistoryRow) -> State:
    return {"at": _at(row.at), **plain(row, "who", "what", "note"), "detail": row.detail or {}}


def maintenance_state(row: MaintenanceRow) -> State:
    times = {name: _at(getattr(row, name)) for name in ("from_at", "until_at", "ended_at")}
    return {**plain(row, "id", "scope", "target", "who", "why", "ended_by"), **times}


async def alarm_states(session: AsyncSession, rows: Sequence[AlarmRow]) -> list[State]:
    """AlarmOut of each row, in order."""
    stored = await stored_spans(session, [(row.camera or "", row.condition_ms, row.condition_ms + 1) for row in rows])
    states = [
        {
            **plain(row, *_ALARM),
            "node": row.node if row.camera is None else row.camera.partition(".")[0],
            "raised_at": _at(row.raised_at),
            "acknowledged_at": _at(row.acknowledged_at),
            "resolved_at": _at(row.resolved_at),
            "shelved_until": _at(row.shelved_until),
            "escalated_at": _at(row.escalated_at),
            "numbers": row.numbers or {},
            "has_picture": row.pictured,
            "clip_ready": bool(within(spans, row.condition_ms, row.condition_ms + 1)),
        }
        for row, spans in zip(rows, stored, strict=True)
    ]
    sight = sight_of(session)
    return [told_alarm(state, sight) for state in states]


async def event_states(session: AsyncSession, rows: Sequence[EventRow]) -> list[State]:
    """EventOut of each row, in order."""
    ids = [row.id for row in rows]
    clips = [(row.camera, row.clip_start_ms, _clip_end(row)) for row in rows]
    stored = await stored_spans(session, clips)
    judged = await judged_spans(session, clips)
    classes: dict[str, Counter[str]] = {event: Counter() for event in ids}
    late: set[str] = set()
    verdicts = await session.execute(
        select(VerdictRow.event, VerdictRow.late, VerdictRow.tracks).where(col(VerdictRow.event).in_(ids))
    )
    for event, is_late, tracks in verdicts:
        classes[str(event)].update(str(track["class_name"]) for track in tracks)
        if is_late:
            late.add(str(event))
    alarms: dict[str, list[str]] = {event: [] for event in ids}
    found = await session.execute(
        select(OccurrenceRow.event, OccurrenceRow.alarm).where(col(OccurrenceRow.event).in_(ids)).distinct()
    )
    for event, alarm in found:
        alarms[str(event)].append(alarm)
    names = ["id", "camera", "state", "start_ms", "end_ms", "clip_start_ms", "clip_end_ms", "peak"]
    return [
        {
            **plain(row, *names),
            "stored_ms": total_ms(within(stored[index], clips[index][1], clips[index][2])),
            "judged_ms": total_ms(within(judged[index], clips[index][1], clips[index][2])),
            "late": row.id in late,
            "classes": dict(classes[row.id]),
            "alarms": sorted(alarms[row.id]),
        }
        for index, row in enumerate(rows)
    ]


def _clip_end(row: EventRow) -> int:
    return row.clip_start_ms + LONGEST_RUN_MS if row.clip_end_ms is None else row.clip_end_ms


async def camera_states(session: AsyncSession, rows: Sequence[CameraRow]) -> list[State]:
    """CameraOut of each row, in order; a camera whose node is offline or no longer names it is away."""
    ids = [row.id for row in rows]
    online = set(
        await session.scalars(
            select(NodeRow.id).where(col(NodeRow.id).in_({row.node for row in rows}), NodeRow.state == "online")
        )
    )
    open_events = await session.execute(
        select(EventRow.camera, func.max(EventRow.id))
        .where(EventRow.state == "open", col(EventRow.camera).in_(ids))
        .group_by(EventRow.camera)
    )
    event_of = {row[0]: row[1] for row in open_events}
    counts = await session.execute(
        select(OccurrenceRow.camera, func.count(func.distinct(AlarmRow.id)))
        .join(AlarmRow, col(AlarmRow.id) == col(OccurrenceRow.alarm))
        .where(col(AlarmRow.state).in_(OPEN_STATES), col(OccurrenceRow.camera).in_(ids))
        .group_by(col(OccurrenceRow.camera))
    )
    alarms_of = {row[0]: row[1] for row in counts}
    names = ["id", "node", "source", "codec", "width_px", "height_px", "fps", "has_sub", "has_audio"]
    states: list[State] = []
    for row in rows:
        here = row.node in online and row.present
        states.append(
            {
                **plain(row, *names),
                "name": row.label or row.id.partition(".")[2],
                "state": row.state if here else "away",
                "reason": row.reason if here else "",
                "last_seen_at": _at(row.last_seen_at),
                "open_event": event_of.get(row.id),
                "alarms_open": alarms_of.get(row.id, 0),
            }
        )
    return states


async def node_states(session: AsyncSession, rows: Sequence[NodeRow]) -> list[State]:
    """NodeOut of each row, in order."""
    found = await session.execute(
        select(CameraRow.node, CameraRow.id)
        .where(col(CameraRow.node).in_([row.id for row in rows]), col(CameraRow.present).is_(True))
        .order_by(CameraRow.id)
    )
    cameras: dict[str, list[str]] = {}
    for node, camera in found:
        cameras.setdefault(node, []).append(camera)
    return [
        {
            **plain(row, "id", "state", "enabled", "version", "health"),
            "last_seen_at": _at(row.last_seen_at),
            "restored_at": _at(row.restored_at),
            "cameras": cameras.get(row.id, []),
        }
        for row in rows
    ]


def overlapping_runs(camera: Any, start_ms: Any, end_ms: Any) -> tuple[Any, ...]:
    """Conditions of a camera's runs that have some of [start_ms, end_ms): values, or columns of what is joined."""
    return (
        col(RunRow.camera) == camera,
        col(RunRow.start_ms) < end_ms,
        col(RunRow.start_ms) > start_ms - LONGEST_RUN_MS,
        col(RunRow.end_ms) > start_ms,
    )


async def stored_spans(session: AsyncSession, wanted: Sequence[tuple[str, int, int]]) -> list[list[Span]]:
    """For each (camera, start_ms, end_ms): the spans of stored runs that overlap it."""
    return await _overlapping(session, RunRow, wanted, RunRow.state == "stored")


async def judged_spans(session: AsyncSession, wanted: Sequence[tuple[str, int, int]]) -> list[list[Span]]:
    """For each (camera, start_ms, end_ms): the spans of verdicts that overlap it."""
    return await _overlapping(session, VerdictRow, wanted)


async def _overlapping(
    session: AsyncSession, table: Any, wanted: Sequence[tuple[str, int, int]], *conditions: Any
) -> list[list[Span]]:
    """Runs and verdicts are short: each span asks the index for those that begin an hour before it or later."""

    def overlap(asked: Any) -> Any:
        return select(table.start_ms, table.end_ms).where(
            table.camera == asked.camera,
            table.start_ms < asked.end_ms,
            table.start_ms > asked.start_ms - LONGEST_RUN_MS,
            table.end_ms > asked.start_ms,
            *conditions,
        )

    found: list[list[Span]] = [[] for _ in wanted]
    if wanted:
        for place, start_ms, end_ms in await session.execute(for_each(session, wanted, overlap)):
            found[place].append((start_ms, end_ms))
    return found
