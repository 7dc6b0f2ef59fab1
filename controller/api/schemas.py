"""The wire models of the REST API and the feed. Media times are Unix milliseconds, wall times ISO 8601 UTC."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from controller.api.judging_schemas import QueueOut, WatchedOut, ZoneOut
from controller.api.system_schemas import BoundsOut, JudgingModelOut, MachineOut, RoleOut, SaidOut
from controller.api.whole import Flag, WholeCounted, WholeMs
from controller.core.enrichment import EnrichmentKind
from controller.core.footage import PartState, RequestState
from controller.core.records import Crossing, OnHolidays, RuleKind, SystemKind
from shared.fields import CameraName, NodeName, Uuid
from shared.kinds import AlarmState, Severity
from shared.messages import NodeHealth

Role = Literal["admin", "operator", "viewer"]
Point = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProblemOut(Model):
    """RFC 9457 problem+json: every error answer."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    field: str | None = None
    said: SaidOut | None = None  # `detail` by its code
    alarm: "AlarmOut | None" = None  # of a conflict about an alarm: as it is now


class CameraOut(Model):
    id: CameraName
    node: str
    name: str
    state: Literal["starting", "live", "stalled", "restarting", "refused", "away"]  # away: its node is offline
    reason: str = ""
    source: str
    codec: str
    width_px: int
    height_px: int
    fps: float
    has_sub: bool
    has_audio: bool  # its sound is switched on, live alone: WS /live/{camera}/sound, with the right `listen`
    last_seen_at: AwareDatetime | None
    open_event: Uuid | None = None
    alarms_open: int = 0


class NodeOut(Model):
    id: str
    state: Literal["online", "offline"]
    enabled: bool = True  # false: it was cut off, and nothing that it says is taken
    version: str
    last_seen_at: AwareDatetime | None
    health: NodeHealth | None
    restored_at: AwareDatetime | None = None  # it said then that it was put back to an older copy of itself
    cameras: list[CameraName]


class FootageRequestIn(Model):
    camera: CameraName
    from_ms: WholeMs
    to_ms: WholeMs  # at most 24 hours later, and not in the future


class FootageRequestOut(Model):
    id: Uuid
    camera: CameraName
    start_ms: int
    end_ms: int
    who: str
    state: RequestState
    reason: str
    created_at: AwareDatetime
    changed_at: AwareDatetime


class FootageRequestPage(Model):
    items: list[FootageRequestOut]
    next: str | None


class FootagePartOut(Model):
    start_ms: int
    end_ms: int
    state: PartState


class FootageRequestDetailOut(Model):
    request: FootageRequestOut
    parts: list[FootagePartOut]


class NodeCommandIn(Model):
    """An order to a node; `camera` where it is about one."""

    kind: Literal["snapshot", "restart-camera", "reboot", "diagnostics", "update-check", "restart-agent"]
    camera: CameraName | None = None


class NodeAnswerOut(Model):
    """What the node answered. `data` is base64: a snapshot's JPEG, the ZIP of diagnostics."""

    ok: bool
    reason: str
    result: dict[str, JsonValue] | None
    media_type: str
    data: str


class NodeConfigIn(Model):
    """All that is to be laid over the node's own file; `version`: the newest that is known, so as not to overwrite."""

    settings: dict[str, JsonValue]
    version: WholeCounted | None = None


class NodeConfigReportOut(Model):
    version: int  # 0: the node did not understand what it was given
    state: Literal["applying", "applied", "refused", "rolled-back"]
    running: int  # 0: the node's own file alone
    reason: str
    at: AwareDatetime


class NodeConfigOut(Model):
    """The newest settings that are wanted of a node, and what it said last."""

    node: str
    version: int  # 0: none were ever wanted
    settings: dict[str, JsonValue]
    at: AwareDatetime | None
    who: str
    reported: NodeConfigReportOut | None


class OccurrenceOut(Model):
    id: Uuid
    start_ms: int
    condition_ms: int
    end_ms: int | None
    confidence: float
    track_ids: list[int]
    numbers: dict[str, float] = {}  # why it fired
    late: bool
    event: Uuid | None
    has_picture: bool
    camera: CameraName | None = None
    clip_ready: bool = False


class AlarmOut(Model):
    """One card in a list."""

    id: Uuid
    number: int
    rev: int
    state: AlarmState
    withdrawn: bool  # always false: nothing withdraws an alarm
    assessment: Literal["true", "false", "nuisance"] | None
    rule: str  # a rule's id, or `system.KIND`
    rule_name: str
    kind: RuleKind | SystemKind
    required: list[str]
    severity: Severity
    camera: CameraName | None  # none: it is about a node, or about the site
    node: NodeName | None
    event: Uuid | None = None  # in which it was raised; none: by watching, or about the system
    cause: str = ""  # of an alarm about the system: what exactly
    detail: str = ""  # of an alarm about the system: what is wrong and what to do
    said: SaidOut | None = None  # `detail` by its code
    zone_name: str | None
    zone: list[Point] | None
    regulation: str
    regulation_texts: dict[str, str] | None = None  # by language, where the site has them
    numbers: dict[str, float] = {}  # why it fired last: dwell_s, count, distance_m, …
    persistence_s: float
    condition_ms: int
    raised_at: AwareDatetime
    end_ms: int | None
    confidence: float
    occurrences: int
    late: bool
    acknowledged_by: str | None
    acknowledged_at: AwareDatetime | None
    has_picture: bool
    clip_ready: bool
    place: str | None = None  # several cameras see it
    cameras: list[CameraName] = []  # of its occurrences
    assigned_to: str | None = None
    resolved_by: str | None = None
    resolved_at: AwareDatetime | None = None
    shelved_by: str | None = None
    shelved_until: AwareDatetime | None = None
    escalation_level: int = 0
    escalated_at: AwareDatetime | None = None
    suppressed: bool = False  # under maintenance: recorded, and nobody is told


class MaintenanceOut(Model):
    """Something is being worked on: its alarms are recorded, and nobody is told."""

    id: Uuid
    scope: Literal["camera", "node", "site"]
    target: str  # camera or node id; empty: the site
    who: str
    why: str
    from_at: AwareDatetime
    until_at: AwareDatetime
    ended_at: AwareDatetime | None  # before its time
    ended_by: str | None


class EnrichmentOut(Model):
    """What a language model added to an alarm: never a verdict."""

    id: str
    alarm: str
    kind: EnrichmentKind
    state: Literal["waiting", "done", "failed", "dropped"]
    text: str
    model: str
    reason: str
    done_at: AwareDatetime | None
    decision: Literal["accepted", "dismissed"] | None
    decided_by: str | None
    decided_at: AwareDatetime | None


class DecideIn(Model):
    decision: Literal["accepted", "dismissed"]


class EventOut(Model):
    id: Uuid
    camera: CameraName
    state: Literal["open", "closed"]
    start_ms: int
    end_ms: int | None
    clip_start_ms: int
    clip_end_ms: int | None
    peak: float
    stored_ms: int  # how much of the clip the store has
    judged_ms: int
    late: bool
    classes: dict[str, int]  # tracks per class
    alarms: list[Uuid]


class EventPage(Model):
    items: list[EventOut]
    next: str | None


class RuleOut(Model):
    id: Uuid
    name: str
    kind: RuleKind
    camera: CameraName | None
    classes: list[str]
    required: list[str]
    zone: list[Point] | None
    zone_name: str | None
    persistence_s: float
    cooldown_s: float
    severity: Severity
    min_confidence: float
    regulation: str
    enabled: bool
    regulation_texts: dict[str, str] | None = None  # by language, where `regulation` is an id
    place: str | None = None
    shifts: list[str] | None = None
    on_holidays: OnHolidays | None = None
    watch: bool | None = None
    line: list[Point] | None = None
    direction: Crossing | None = None
    heading_deg: float | None = None
    tolerance_deg: float | None = None
    dwell_s: float | None = None
    least: int | None = None
    most: int | None = None
    others: list[str] | None = None
    distance_m: float | None = None
    closing_mps: float | None = None
    threshold: float | None = None


class NoticeOut(Model):
    """Something that works as told, and probably not as meant."""

    text: str
    said: SaidOut | None


class RulesOut(Model):
    version: int
    rules: list[RuleOut]
    warnings: list[NoticeOut] = []  # cameras that no node has told of, rules that the model cannot fulfil
    cameras: dict[str, dict[str, Any]] = {}  # what rules refer to, as the rule file has it
    shifts: dict[str, dict[str, Any]] = {}
    time_zone: str = "Asia/Seoul"
    holidays: list[str] = []
    regulations: dict[str, dict[str, str]] = {}  # the site's own texts


class RulesIn(Model):
    """The rule file as the CLI takes it; core validates and names the faulty key."""

    version: WholeCounted | None = None  # the version this edit began with: another one answers 409
    camera: CameraName | None = None  # replace only this camera's rules
    rules: list[dict[str, Any]]
    cameras: dict[str, Any] | None = None  # none of these: as it is
    shifts: dict[str, Any] | None = None
    time_zone: Any = None
    holidays: list[Any] | None = None
    regulations: dict[str, Any] | None = None
    strict: Flag = False  # refuse a camera that no node has told of, instead of warning


class RulesVersionOut(Model):
    """Who put which rules in force."""

    version: int
    at: AwareDatetime
    who: str
    camera: CameraName | None  # whose rules were replaced; none: all
    rules: int


class RulesDocumentOut(Model):
    """The rules of a version as a rule file: given to `PUT /rules` they are in force again."""

    version: int
    document: dict[str, Any]


class SystemOut(Model):
    version: str
    site: str
    demo: bool
    verification: Literal["ok", "degraded", "down"]
    verification_reason: str
    verification_said: SaidOut | None
    jobs_waiting: int
    oldest_job_s: float
    queues: list[QueueOut] = []
    jobs_parked: int = 0  # given up within a day, with their reason
    drain_s: float | None = None  # how long the stored work will take; none: nobody can say
    watched: list[WatchedOut] = []
    model: str
    model_note: str  # "knows rendered scenes only" for the shipped one
    model_said: SaidOut | None
    provider: str
    models: list[JudgingModelOut] = []  # each of those that judge
    roles: list[RoleOut]
    notices: list[NoticeOut] = []  # of the rules in force, and of the provider that judges
    bounds: BoundsOut | None = None  # of a node's figures; none: a server before an update
    machine: MachineOut | None = None  # only when asked for


class FeedItem(Model):
    """One row of the feed, as the WebSocket sends it; resume with `?since=<id>`."""

    id: int
    kind: Literal["alarm", "event", "camera", "node", "rules", "system", "zone", "maintenance", "hello"]
    data: AlarmOut | EventOut | CameraOut | NodeOut | RulesOut | SystemOut | ZoneOut | MaintenanceOut | None
