"""MQTT payloads but commands and replies: facts, state, alarms. They only grow; readers ignore unknown fields."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from shared.fields import CameraName, Md5, NodeName, Sha256, Signature, Unit, UnixMs, Uuid
from shared.kinds import AlarmState, GapCause, MediaClass, Severity, TamperKind
from shared.motion_grid import MotionGrid


class Message(BaseModel):
    """What every payload carries."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    id: Uuid
    at: AwareDatetime
    at_error_ms: Annotated[int, Field(ge=0)] = 0
    trace: str | None = None


# ---- node status and health ---------------------------------------------------------------------


class CameraInfo(BaseModel):
    """One camera as its node sees it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CameraName
    source: str = Field(max_length=40)  # kind only ("scene", "rtsp", …): never an address with credentials
    state: Literal["starting", "live", "stalled", "restarting", "refused"]
    codec: str = ""
    width: int = Field(0, ge=0, le=16384)
    height: int = Field(0, ge=0, le=16384)
    fps: float = Field(0, ge=0, le=1000)
    has_sub: bool = False
    has_audio: bool = False  # its sound is switched on and there
    reason: str = Field("", max_length=300)


class NodeStatus(Message):
    """Retained on `status`; the last will says offline."""

    schema_: Literal["cctv.node-status.v1"] = Field("cctv.node-status.v1", alias="schema")
    node: NodeName
    state: Literal["online", "offline"]
    agent_start: Uuid
    version: str = ""
    seq: int = Field(0, ge=0, le=2**53)
    cameras: tuple[CameraInfo, ...] = ()


class CameraHealth(BaseModel):
    """Signs of life of one camera."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CameraName
    state: str
    fps: float = 0
    frame_age_ms: int | None = None
    restarts: int = 0
    dropped_frames: int = 0
    bitrate_bps: int = 0
    ring_s: float = 0
    ring_bytes: int = 0
    ring_unsynced_ms: int = 0
    held_bytes: int = 0
    motion: Unit = 0.0
    last_error: str = Field("", max_length=300)
    sub_state: str = Field("none", max_length=40)
    sub_error: str = Field("", max_length=300)
    recording: bool = True  # as the camera's plan wants it now
    ring_reach_s: float | None = Field(None, ge=0)  # how far back the ring reaches once it is full, at this bitrate
    ring_min_s: float = Field(0, ge=0)  # how far back it must reach
    ring_short: bool = False  # the first is less than the second: the bound of bytes wins
    tamper: str = Field("", max_length=40)  # covered | blurred | moved | frozen | black, while it lasts


class NodeHealth(Message):
    """Every 10 s on `health`."""

    schema_: Literal["cctv.node-health.v1"] = Field("cctv.node-health.v1", alias="schema")
    node: NodeName
    agent_start: Uuid
    uptime_s: float
    cpu_percent: float
    load1: float
    memory_used_bytes: int
    memory_total_bytes: int
    disk_free_bytes: int
    temperature_c: float | None = None
    throttled_now: tuple[str, ...] = ()
    throttled_ever: tuple[str, ...] = ()
    clock_offset_ms: float | None = None  # against the controller, or the time server while it has not answered
    clock_error_ms: float | None = Field(None, ge=0)  # the uncertainty of that
    clock_synchronised: bool | None = None  # whether the machine follows a time server
    certificate_days: float | None = None  # until the first of the CA certificates that the node holds ends
    own_certificate_days: float | None = None  # until its own ends, by which the broker knows it
    key_kept: str = Field("", max_length=40)  # tpm: only its TPM opens the node's key; file; empty: it does not say
    stands_still: tuple[Annotated[str, Field(max_length=100)], ...] = ()  # what no longer moves; its watchdog bites
    outbox_facts: int = 0
    outbox_oldest_s: float = 0
    uploads_waiting: int = 0
    uploads_waiting_bytes: int = 0
    held_bytes_max: int = Field(0, ge=0)  # what may wait under held/ before the oldest of the lowest class is lost
    written_bytes_day: int = Field(0, ge=0)  # by the recorders, in the last 24 hours
    written_bytes_total: int = Field(0, ge=0)  # by the recorders, since the node's data folder was made
    uplink_strained: bool = False  # facts or live pictures come late
    uplink_live: str = Field("full", max_length=40)  # full | small: what views of main streams show now
    uplink_upload_bytes_s: int = Field(0, ge=0)  # the most that all uploads together may take now; 0: no limit
    uplink_sent_bytes_s: int = Field(0, ge=0)  # by HTTP and WebSocket, in the last second
    detector: str = Field("", max_length=40)  # off | starting | ok | refused | restarting: the light detector
    detector_error: str = Field("", max_length=300)  # why it is refused or restarting
    shed: tuple[Annotated[str, Field(max_length=40)], ...] = ()  # sub frame rate, main frame rate: halved for its load
    shed_skipped: tuple[Annotated[str, Field(max_length=40)], ...] = ()  # preset, size: due, but fixed while it runs
    shed_reason: str = Field("", max_length=100)  # what was over its limit
    cameras: tuple[CameraHealth, ...] = ()


# ---- facts: messages that must not be lost ------------------------------------------------------


class Fact(Message):
    """A whole state of one entity at one revision; upsert keeps the larger `rev`.

    `id` is the fact's identity (one per published revision); (agent_start, seq) only shows gaps.
    """

    node: NodeName
    agent_start: Uuid
    seq: int = Field(ge=1, le=2**53)
    rev: int = Field(ge=1, le=2**53)


class EventFact(Fact):
    """One stretch of activity on one camera."""

    schema_: Literal["cctv.fact.event.v1"] = Field("cctv.fact.event.v1", alias="schema")
    event: Uuid
    camera: CameraName
    state: Literal["open", "closed"]
    start_ms: UnixMs  # first motion
    end_ms: UnixMs | None = None  # last motion; set when closed
    clip_start_ms: UnixMs  # with pre-roll
    clip_end_ms: UnixMs | None = None  # with post-roll; set when closed
    peak: Unit = 0.0
    media_class: MediaClass = "motion"
    chained_from: Uuid | None = None  # the event whose 60 s ran out


class MotionMessage(Message):
    """Whether a camera sees motion now, for third parties: an event is open."""

    schema_: Literal["cctv.motion.v1"] = Field("cctv.motion.v1", alias="schema")
    camera: CameraName
    motion: bool
    event: Uuid
    since_ms: UnixMs  # first motion
    peak: Unit = 0.0


class SegmentRef(BaseModel):
    """One segment of the ring: whole GOPs, one file; the hash is over the file's bytes as stored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    start_ms: UnixMs
    end_ms: UnixMs
    bytes: int = Field(ge=0)
    sha256: Sha256
    recovered: bool = False  # closed by a rebuild after a crash


class RunFact(Fact):
    """A run (init + consecutive segments verbatim): announced before its PUT, again when uploaded."""

    schema_: Literal["cctv.fact.run.v1"] = Field("cctv.fact.run.v1", alias="schema")
    run: Uuid
    camera: CameraName
    event: Uuid | None = None
    state: Literal["announced", "uploaded", "released", "lost"]  # released: given up, and still in the node's ring
    media_class: MediaClass = "motion"
    start_ms: UnixMs
    end_ms: UnixMs
    codec: str = Field(max_length=60)  # "avc1.640028", "hvc1…"
    width: int = Field(ge=1, le=16384)
    height: int = Field(ge=1, le=16384)
    length_bytes: int = Field(ge=1, le=2**31)
    sha256: Sha256
    md5: Md5  # zeros in a run that was lost before anybody read it
    segments: tuple[SegmentRef, ...] = ()
    init_bytes: int = Field(0, ge=0)
    clock_offset_ms: float | None = None  # its media time against the controller's, when this was written
    clock_error_ms: float | None = None  # the uncertainty of that
    reason: str = Field("", max_length=300)  # why it is lost


class Gap(BaseModel):
    """Due time without playable footage, and why."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    start_ms: UnixMs
    end_ms: UnixMs
    cause: GapCause


class LedgerFact(Fact):
    """One camera-minute: which segments exist, which time is missing; hash-chained per camera."""

    schema_: Literal["cctv.fact.ledger.v1"] = Field("cctv.fact.ledger.v1", alias="schema")
    camera: CameraName
    minute_ms: UnixMs
    segments: tuple[SegmentRef, ...] = ()
    gaps: tuple[Gap, ...] = ()
    chain: Uuid
    previous: Sha256
    entry: Sha256  # over the canonical entry, `previous` included (shared.ledger)
    signature: Signature | None = None  # under `entry`, by the node's key; none: the node does not sign
    clock_offset_ms: float | None = None
    clock_error_ms: float | None = None
    due: Literal["all", "events", "asked"] | None = None  # what of it the camera's plan sends without being asked
    restored: bool = False  # begins a new chain: the node was behind what it had told before (a restored card)
    motion: MotionGrid | None = None  # where something moved; none: nobody looked, or the node does not tell


class TamperFact(Fact):
    """The camera's view was covered, blurred or moved, or the picture froze or went black."""

    schema_: Literal["cctv.fact.tamper.v1"] = Field("cctv.fact.tamper.v1", alias="schema")
    tamper: Uuid
    camera: CameraName
    kind: TamperKind
    start_ms: UnixMs
    end_ms: UnixMs | None = None


AnyFact = Annotated[EventFact | RunFact | LedgerFact | TamperFact, Field(discriminator="schema_")]
ANY_FACT: TypeAdapter[EventFact | RunFact | LedgerFact | TamperFact] = TypeAdapter(AnyFact)


class Grant(BaseModel):
    """Leave to PUT exactly these bytes: send every header as given."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str = Field(max_length=4096)  # absolute, or a path on the controller's own address
    headers: dict[str, str]
    expires_at: AwareDatetime


class AckItem(BaseModel):
    """The controller's word on one fact, given after commit."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fact: Uuid
    outcome: Literal["accepted", "duplicate", "parked", "rejected"]
    reason: str = ""
    grant: Grant | None = None  # answer to a run that was announced (or whose upload the store does not show)
    stored: bool = False  # the store has the run, by HEAD: the ring may forget it


class Ack(Message):
    """On `ack`: facts that are durable at the controller."""

    schema_: Literal["cctv.ack.v1"] = Field("cctv.ack.v1", alias="schema")
    items: tuple[AckItem, ...]


# ---- what the controller tells -------------------------------------------------------------------


class ControllerStatus(Message):
    """Retained; nodes are silent while it says offline."""

    schema_: Literal["cctv.controller-status.v1"] = Field("cctv.controller-status.v1", alias="schema")
    state: Literal["online", "offline"]
    version: str = ""


class TrackModel(BaseModel):
    """One thing followed through an interval."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: int
    class_: str = Field(alias="class")
    first_ms: UnixMs
    last_ms: UnixMs
    confidence: Unit


class VerdictMessage(Message):
    """What the verifier found in an interval, for third parties."""

    schema_: Literal["cctv.verdict.v1"] = Field("cctv.verdict.v1", alias="schema")
    camera: CameraName
    event: Uuid | None = None
    start_ms: UnixMs
    end_ms: UnixMs
    late: bool
    model: str
    model_sha256: str
    tracks: tuple[TrackModel, ...] = ()


class AlarmMessage(Message):
    """An alarm's whole state, for third parties; `rev` grows with every change."""

    schema_: Literal["cctv.alarm.v1"] = Field("cctv.alarm.v1", alias="schema")
    alarm: Uuid
    number: int
    rev: int
    state: AlarmState
    withdrawn: bool = False  # always: nothing withdraws an alarm, and the wire only grows
    rule: str
    kind: str
    severity: Severity
    camera: CameraName | None = None  # none: it is about a node, or about the site
    node: NodeName | None = None
    cause: str = ""  # of an alarm about the system: what exactly
    detail: str = ""  # of an alarm about the system: what is wrong and what to do, in English
    zone: str | None = None
    condition_ms: UnixMs  # when the rule's condition was fulfilled (persistence over)
    raised_at: AwareDatetime
    occurrences: int
    late: bool = False
    end_ms: UnixMs | None = None  # none: it lasts
    place: str | None = None  # several cameras see it
    cameras: tuple[CameraName, ...] = ()  # of its occurrences
    assessment: Literal["true", "false", "nuisance"] | None = None  # what a person found it to be
    assigned: bool = False  # somebody is on the way
    shelved_until: AwareDatetime | None = None
    suppressed: bool = False  # raised under maintenance: recorded, and nobody is to be told
    escalation_level: int = Field(0, ge=0)  # how often it was passed up, unanswered
    escalated_at: AwareDatetime | None = None


class ZoneCountMessage(Message):
    """How many things are in a zone now, by class; told on change, and every 10 s while the camera is judged."""

    schema_: Literal["cctv.zone-count.v1"] = Field("cctv.zone-count.v1", alias="schema")
    camera: CameraName
    zone: str = Field(max_length=200)  # its name; the topic has one without `/`, `+`, `#`
    judged_ms: UnixMs  # media time of the frame that was counted
    counts: dict[str, Annotated[int, Field(ge=0)]]  # by class; what is not there is not named


class CameraAlarmsMessage(Message):
    """What is open at a camera; retained, told on change. Alarms under maintenance are left out."""

    schema_: Literal["cctv.camera-alarms.v1"] = Field("cctv.camera-alarms.v1", alias="schema")
    camera: CameraName
    open: int = Field(ge=0)  # alarms that are not resolved
    raised: int = Field(ge=0)  # those of them that nobody has taken up
    severity: Severity | None = None  # of the gravest


class OutputMessage(Message):
    """Whether a siren, light or relay is to be on. Not told again by `until`: off, whatever became of the sender."""

    schema_: Literal["cctv.output.v1"] = Field("cctv.output.v1", alias="schema")
    output: NodeName
    kind: Literal["siren", "light", "relay"]
    state: Literal["on", "off"]
    reason: str = ""  # for people, in English
    alarm: Uuid | None = None  # the gravest that wants it on
    severity: Severity | None = None
    until: AwareDatetime | None = None  # when what is on goes off by itself


class Bell(Message):
    """A doorbell inside the controller: look into the database now."""

    schema_: Literal["cctv.bell.v1"] = Field("cctv.bell.v1", alias="schema")
