"""What the verifier made of it: jobs, verdicts, rules, alarms, occurrences."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class VerdictRow(SQLModel, table=True):
    """What the verifier found in an interval."""

    __tablename__ = "verdict"
    __table_args__ = (
        sa.Index("ix_verdict_event", "event"),
        sa.Index("ix_verdict_job", "job"),
        sa.Index("ix_verdict_span", "camera", "start_ms", "end_ms"),
    )
    id: str = column("UUIDv7", primary_key=True)
    camera: str = column("node.camera")
    event: str | None = column("event id", default=None)
    job: int | None = column("job that made it", BigInt, default=None)
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    late: bool = column("judged from the store, not live")
    final: bool = column("will not grow")
    model: str = column("model name")
    model_sha256: str = column("of the model file, hex")
    provider: str = column("inference provider")
    sampled: int = column("judged frames")
    unreadable: str = column("why the media could not be judged", default="")
    tracks: list[dict[str, Any]] = column("as TrackOut, JSON", Json)
    frames: list[dict[str, Any]] = column("as FrameOut, JSON", Json)
    thresholds: dict[str, float] = column("least confidences that it was judged by, JSON", Json, default_factory=dict)
    scores: list[dict[str, Any]] = column("of whole pictures, as ScoreOut, JSON", Json, default_factory=list)
    person_time: list[dict[str, Any]] | None = column(
        "what it added to person_time, JSON; none: that was not counted yet", Json, default=None
    )


class RuleRow(SQLModel, table=True):
    """A rule in force."""

    __tablename__ = "rule"
    id: str = column("UUIDv7", primary_key=True)
    position: int = column("order in the rule file")
    name: str = column("as the site calls it")
    kind: str = column("as in controller.core.records")
    camera: str | None = column("node.camera; none: every camera", default=None)
    classes: list[str] = column("class names, JSON", Json)
    required: list[str] = column("protective equipment, JSON", Json)
    zone: list[list[float]] | None = column("corners 0..1, JSON; none: all of it", Json, default=None)
    zone_name: str | None = column("name of the zone", default=None)
    persistence_s: float = column("s that the condition must hold")
    cooldown_s: float = column("s after an alarm's raising in which another occurrence joins it")
    severity: str = column("low | medium | high | critical")
    min_confidence: float = column("0..1")
    regulation: str = column("safety regulation behind it", sa.Text, default="")
    enabled: bool = column("in force", default=True)
    details: dict[str, Any] = column("what only some kinds have, by its key in the rule file, JSON", Json)


class RuleVersionRow(SQLModel, table=True):
    """A set of rules as it was put in force."""

    __tablename__ = "rule_version"
    version: int = column("as site.rules_version when it was put in force", primary_key=True)
    at: datetime = column("UTC", UtcDateTime)
    who: str = column("user name")
    camera: str | None = column("node.camera whose rules were replaced; none: all", default=None)
    document: dict[str, Any] = column("all rules and what they refer to, as a rule file, JSON", Json)


class AlarmRow(SQLModel, table=True):
    """A rule that fired, with its life cycle; the rule's words are copied as they were."""

    __tablename__ = "alarm"
    __table_args__ = (
        sa.UniqueConstraint("number", name="uq_alarm_number"),
        sa.Index("ix_alarm_state", "state", "number"),
        sa.Index("ix_alarm_camera", "camera", "number"),
        sa.Index("ix_alarm_newest", "condition_ms", "id"),
        sa.Index("ix_alarm_moment", "camera", "condition_ms"),
        sa.Index("ix_alarm_open", "camera", "state"),
        sa.Index("ix_alarm_matching", "rule", "camera", "condition_ms"),
        sa.Index("ix_alarm_severity", "severity", "number"),
        sa.Index("ix_alarm_lasting", "rule", "end_ms"),
        sa.Index("ix_alarm_place", "place", "rule_name", "condition_ms"),
        sa.Index("ix_alarm_raised", "raised_at"),
        sa.Index("ix_alarm_suppressed", "suppressed_by", "end_ms"),
    )
    id: str = column("UUIDv7", primary_key=True)
    number: int = column("short number of the site, never used again")
    rev: int = column("grows with every change")
    state: str = column("raised | acknowledged | in_action | resolved")
    withdrawn: bool = column("later evidence does not support it", default=False)
    assessment: str | None = column("true | false | nuisance: a person's word", default=None)
    rule: str = column("rule id, or system.KIND")
    rule_name: str = column("as it was")
    kind: str = column("kind of the rule, or what of the system itself: as in controller.core.records")
    required: list[str] = column("protective equipment, JSON", Json)
    severity: str = column("low | medium | high | critical")
    camera: str | None = column("node.camera; none: it is about a node or the site", default=None)
    node: str | None = column("node id of an alarm about the system; none: about the site or a rule", default=None)
    cause: str = column("of an alarm about the system: what exactly; one situation has one", default="")
    detail: str = column("of an alarm about the system: what is wrong and what to do, in English", sa.Text, default="")
    said: dict[str, Any] | None = column("the same by its code, as SaidOut, JSON", Json, default=None)
    event: str | None = column("event it was raised in", default=None)
    zone_name: str | None = column("name of the zone", default=None)
    zone: list[list[float]] | None = column("corners 0..1, JSON", Json, default=None)
    regulation: str = column("as it was", sa.Text, default="")
    regulation_texts: dict[str, Any] | None = column("the regulation by language, JSON", Json, default=None)
    numbers: dict[str, Any] | None = column("why it fired last: name to value, JSON", Json, default=None)
    persistence_s: float = column("s")
    condition_ms: int = column("when its first occurrence was raised, Unix ms media time", BigInt)
    raised_at: datetime = column("when it was saved, UTC", UtcDateTime)
    end_ms: int | None = column("end of the last occurrence, Unix ms; none: it lasts", BigInt, default=None)
    confidence: float = column("best of its occurrences, 0..1; 1 where nothing was judged")
    occurrences: int = column("how often")
    late: bool = column("found in stored footage")
    pictured: bool = column("one of its occurrences has a picture", default=False)
    acknowledged_by: str | None = column("user name", default=None)
    acknowledged_at: datetime | None = column("UTC", UtcDateTime, default=None)
    place: str | None = column("the rule's place as it was: several cameras see it", default=None)
    cameras: list[str] = column("node.camera of its occurrences, JSON", Json, default_factory=list)
    acted_rev: int = column("its rev when a person acted last", default=0)
    assigned_to: str | None = column("user name", default=None)
    resolved_by: str | None = column("user name", default=None)
    resolved_at: datetime | None = column("UTC", UtcDateTime, default=None)
    shelved_by: str | None = column("user name", default=None)
    shelved_until: datetime | None = column("UTC; none: not shelved", UtcDateTime, default=None)
    escalation_level: int = column("how often it was passed up", default=0)
    escalated_at: datetime | None = column("last time, UTC", UtcDateTime, default=None)
    waits_from: datetime | None = column(
        "an answer is waited for since then, UTC; none: since it was raised", UtcDateTime, default=None
    )
    suppressed: bool = column("under maintenance: recorded, and nobody is told", default=False)
    suppressed_by: str | None = column("maintenance id; stays when it is over", default=None)


class OccurrenceRow(SQLModel, table=True):
    """One time an alarm's condition held."""

    __tablename__ = "occurrence"
    __table_args__ = (
        sa.Index("ix_occurrence_alarm", "alarm"),
        sa.Index("ix_occurrence_event", "event"),
        sa.Index("ix_occurrence_verdict", "verdict"),
        sa.Index("ix_occurrence_span", "camera", "start_ms"),
        sa.Index("ix_occurrence_picture", "condition_ms", "picture_key"),
    )
    id: str = column("UUIDv7, stable while it lasts", primary_key=True)
    alarm: str = column("alarm id")
    camera: str | None = column("node.camera; none: it is about a node or the site", default=None)
    event: str | None = column("event id", default=None)
    verdict: str | None = column("verdict id", default=None)
    start_ms: int = column("condition began, Unix ms", BigInt)
    condition_ms: int = column("persistence over, Unix ms", BigInt)
    end_ms: int | None = column("last time true, Unix ms; none: it lasts", BigInt, default=None)
    confidence: float = column("0..1")
    same_as: str | None = column("the occurrence it is another look at; not counted", default=None)
    track_ids: list[int] = column("JSON", Json)
    numbers: dict[str, Any] | None = column("why it fired: name to value, JSON", Json, default=None)
    late: bool = column("found in stored footage")
    picture_key: str | None = column("object key of its JPEG", default=None)


class AlarmHistoryRow(SQLModel, table=True):
    """Who did what to an alarm."""

    __tablename__ = "alarm_history"
    __table_args__ = (sa.Index("ix_alarm_history_alarm", "alarm", "id"),)
    id: int | None = column("row number", BigInt, default=None, primary_key=True)
    alarm: str = column("alarm id")
    at: datetime = column("UTC", UtcDateTime)
    who: str = column("user name or 'system'")
    what: str = column("what was done: as in controller.core.lifecycle, or by the system itself")
    note: str = column("in the person's words", sa.Text, default="")
    detail: dict[str, Any] | None = column("to whom, until when, how far, which camera; JSON", Json, default=None)


class MaintenanceRow(SQLModel, table=True):
    """Something is being worked on: its alarms are recorded and nobody is told."""

    __tablename__ = "maintenance"
    __table_args__ = (sa.Index("ix_maintenance_until", "until_at"),)
    id: str = column("UUIDv7", primary_key=True)
    scope: str = column("camera | node | site")
    target: str = column("node.camera or node id; empty: the site", default="")
    who: str = column("user name")
    why: str = column("in the person's words", sa.Text, default="")
    from_at: datetime = column("UTC", UtcDateTime)
    until_at: datetime = column("UTC", UtcDateTime)
    ended_at: datetime | None = column("before its time, UTC", UtcDateTime, default=None)
    ended_by: str | None = column("user name", default=None)
    closed: bool = column("its end was told, and what still lasted was let through", default=False)


class JobRow(SQLModel, table=True):
    """A piece of verification; the database is the queue."""

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("once", name="uq_job_once"),
        sa.Index("ix_job_claim", "state", "prio", "id"),
        sa.Index("ix_job_event", "event"),
        sa.Index("ix_job_camera", "camera", "start_ms"),
        sa.Index("ix_job_ended", "kind", "ended_ms"),
    )
    id: int | None = column("row number", BigInt, default=None, primary_key=True)
    kind: str = column("live | watch | stored")
    once: str = column("what it is about: the same thing becomes a job once")
    camera: str = column("node.camera")
    event: str | None = column("event id", default=None)
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int | None = column("Unix ms; none: the event still runs", BigInt, default=None)
    state: str = column("waiting | leased | done | parked", default="waiting")
    prio: int = column("smaller first")
    worker: str | None = column("who has it", default=None)
    lease_until_ms: int = column("lease or back-off ends, Unix ms", BigInt, default=0)
    token: int = column("fencing token: grows with every claim", BigInt, default=0)
    attempts: int = column("claims so far", default=0)
    failures: int = column("times a worker gave it back", default=0)
    created_ms: int = column("Unix ms", BigInt)
    parked_reason: str = column("why it failed last", sa.Text, default="")
    judged_ms: int | None = column("media time of the newest judged frame, Unix ms", BigInt, default=None)
    lag_ms: int | None = column("capture to judgement of late, ms", BigInt, default=None)
    unscored_ms: int | None = column("a rule asks for scores and has none since, Unix ms", BigInt, default=None)
    unscored_why: str = column("what is wrong with their model; empty: none is named", sa.Text, default="")
    ended_ms: int | None = column("when it was done or parked, Unix ms", BigInt, default=None)
