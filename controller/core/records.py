"""The controller's nouns as values: detections, tracks, rules, verdicts, occurrences, jobs."""

from dataclasses import dataclass, field
from typing import Literal

from shared.geometry import Box, Polygon
from shared.ids import AlarmId, CameraId, EventId, RuleId, RunId, VerdictId
from shared.kinds import AlarmState, Severity

RuleKind = Literal[
    "zone_intrusion",
    "zone_entry",
    "zone_exit",
    "line_crossing",
    "loitering",
    "occupancy",
    "wrong_way",
    "ppe_missing",
    "proximity",
    "man_down",
    "absence",
    "anomaly",
]
WATCHED_KINDS: frozenset[RuleKind] = frozenset({"occupancy", "man_down", "absence", "anomaly"})
"""About a state or stillness: they do not wait for motion, so their cameras are judged all the time."""

Crossing = Literal["both", "left_to_right", "right_to_left"]
"""Sides of a line as seen when looking from its first point to its last."""

OnHolidays = Literal["as usual", "off", "only"]

GroundPoint = tuple[float, float, float, float]
"""A spot on the ground: x and y in the picture (0..1), metres east and north of any origin."""

SystemKind = Literal[
    "tamper",
    "footage_lost",
    "node_away",
    "camera_stalled",
    "node_trouble",
    "verification_degraded",
    "unwatched",
    "channel_dead",
    "store_filling",
    "store_away",
    "backup_failing",
    "upkeep_trouble",
]
"""What the system watches of itself. Such an alarm has no rule in the rule file, and no verdict."""
AlarmKind = RuleKind | SystemKind
JobKind = Literal["live", "watch", "stored"]
"""A running event; a camera that is judged all the time; footage that nobody judged live."""

CLEAR_MS = 2_000
"""An occurrence lasts until its condition has been clear for this long: nearer ones are the same."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing a detector saw in one frame."""

    class_name: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class TrackedBox:
    """A detection with the track it belongs to."""

    track_id: int
    class_name: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """One track over an interval."""

    track_id: int
    class_name: str
    first_ms: int
    last_ms: int
    confidence: float  # the best seen
    best_ms: int  # when it was seen best
    best_box: Box
    attributes: tuple[tuple[str, str], ...] = ()  # ("helmet", "missing" | "compliant" | "unknown")


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of the week: from `from_min` on each of `days` to `to_min`, over midnight when that is not later."""

    days: tuple[int, ...]  # 0 Monday … 6 Sunday, the day on which it begins
    from_min: int  # minutes of the local day
    to_min: int  # 1440: midnight


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule is in force, by the wall clock of a place."""

    shifts: tuple[Shift, ...]
    zone: str = "Asia/Seoul"  # IANA name
    holidays: tuple[str, ...] = ()  # local dates, YYYY-MM-DD
    on_holidays: OnHolidays = "as usual"  # by the day on which a shift begins


@dataclass(frozen=True, slots=True)
class Rule:
    """What the site forbids or wants to know. No camera: every camera. No zone: the whole picture.

    Which of the later fields count depends on the kind; distances in metres need `ground`.
    """

    id: RuleId
    name: str
    kind: RuleKind
    classes: tuple[str, ...] = ("person",)
    required: tuple[str, ...] = ()
    zone: Polygon | None = None
    zone_name: str | None = None
    camera: CameraId | None = None
    persistence_s: float = 2.0
    cooldown_s: float = 15.0
    severity: Severity = "high"
    min_confidence: float = 0.5
    regulation: str = ""
    enabled: bool = True
    place: str | None = None  # a name for one physical place that several cameras see
    watch: bool = False  # judge all the time, also without motion (`ppe_missing`)
    shifts: tuple[str, ...] = ()  # names of the site's shifts; none: always
    on_holidays: OnHolidays = "as usual"
    schedule: Schedule | None = None  # what these come to, None: always
    line: Polygon | None = None  # two points or more
    direction: Crossing = "both"
    heading_deg: float | None = None  # the allowed way: 0 up in the picture, 90 right
    tolerance_deg: float = 120.0  # how far from it is still allowed
    dwell_s: float = 30.0  # loitering
    least: int | None = None  # occupancy
    most: int | None = None
    others: tuple[str, ...] = ()  # classes that must not come near (`proximity`)
    distance_m: float | None = None
    closing_mps: float | None = None  # alarm at this closing speed from twice the distance
    threshold: float = 0.5  # anomaly
    ground: tuple[GroundPoint, ...] = ()  # its camera's calibration
    regulation_texts: tuple[tuple[str, str], ...] = ()  # language and text, where `regulation` is an id

    @property
    def watched(self) -> bool:
        """Whether its cameras have to be judged all the time."""
        return self.kind in WATCHED_KINDS or self.watch

    @property
    def hold_s(self) -> float:
        """How long the condition must hold before it is raised."""
        return self.dwell_s if self.kind == "loitering" else self.persistence_s


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a rule's condition held. `id` is stable while it lasts: saving it again updates it."""

    id: str
    rule: Rule
    camera: CameraId
    start_ms: int  # the condition began
    condition_ms: int  # persistence over: raised
    end_ms: int | None  # the condition has been clear for 2 s; None while it lasts
    track_ids: tuple[int, ...]
    confidence: float
    late: bool = False
    picture_key: str | None = None  # JPEG of the frame it was raised on
    numbers: tuple[tuple[str, float], ...] = ()  # why it fired: ("dwell_s", 12.4), ("distance_m", 1.8), ("count", 3)


@dataclass(frozen=True, slots=True)
class FrameBoxes:
    """What was tracked in one judged frame."""

    pts_ms: int
    boxes: tuple[TrackedBox, ...]


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """A model's scores of whole pictures over an interval."""

    name: str  # "anomaly"
    most: float  # 0..1
    most_ms: int  # of the picture that it was given to
    count: int
    model: str
    model_sha256: str


@dataclass(frozen=True, slots=True)
class PersonTime:
    """What one rule made of those whom it is about, in its zone; summed up over everybody who was there."""

    rule: RuleId
    rule_name: str
    kind: RuleKind
    zone_name: str | None
    step: int  # of Unix time, as in controller.core.report
    judged_ms: int = 0  # the rule was in force and pictures were judged, whoever was there
    present_ms: int = 0
    breach_ms: int = 0  # of it, shown as against the rule
    unknown_ms: int = 0  # of it, nobody could tell
    tracks: int = 0  # that came into the zone


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier found in an interval; saving the same id again replaces it."""

    id: VerdictId
    camera: CameraId
    event: EventId | None
    start_ms: int
    end_ms: int
    late: bool
    final: bool
    model: str
    model_sha256: str
    provider: str
    sampled: int  # judged frames
    tracks: tuple[TrackSummary, ...]
    frames: tuple[FrameBoxes, ...]
    unreadable: str = ""  # why the media could not be judged
    thresholds: tuple[tuple[str, float], ...] = ()  # least confidences that it was judged by
    scores: tuple[ScoreSummary, ...] = ()  # of whole pictures, where a model gave any
    person_time: tuple[PersonTime, ...] = ()  # one for each rule and step


@dataclass(frozen=True, slots=True)
class Job:
    """A leased piece of verification. `token` fences every write: a stale one is refused."""

    id: int
    kind: JobKind
    camera: CameraId
    event: EventId | None
    start_ms: int
    end_ms: int | None  # None: the event still runs
    attempts: int
    token: int
    judged_ms: int | None = None  # how far the worker before came: the media time of its last saved frame
    sub: bool = False  # the camera has a small stream
    motion: tuple[int, int | None] | None = None  # its event's first and last motion; no end: it goes on
    created_ms: int = 0  # wall clock: waits since


@dataclass(frozen=True, slots=True)
class Unscored:
    """A rule asks for anomaly scores, and none come. `why` empty: no model is named for the camera."""

    since_ms: int  # wall clock
    why: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A camera that is to be judged all the time, and how that goes. Nobody `held` it: no worker has it."""

    camera: CameraId
    since_ms: int  # wanted since
    judged_ms: int | None  # media time of the newest judged frame
    lag_ms: int | None  # capture to judgement: the slowest frame of the last seconds
    held: bool
    unscored: Unscored | None = None

    @property
    def unwatched_since_ms(self) -> int:
        """From here on nothing of it is judged."""
        return max(self.since_ms, self.judged_ms or 0)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that the store has."""

    run: RunId
    camera: CameraId
    start_ms: int
    end_ms: int
    key: str
    length_bytes: int
    init_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownSpan:
    """One occurrence of a known alarm, as far as matching needs it. No end: it lasts."""

    occurrence: str
    camera: CameraId
    start_ms: int
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm as far as matching needs it."""

    id: AlarmId
    rule: RuleId
    camera: CameraId  # of its first occurrence
    zone_name: str | None
    severity: Severity
    raised_ms: int  # condition_ms of its first occurrence
    state: AlarmState
    occurrences: tuple[KnownSpan, ...] = field(default=())
    rule_name: str = ""
    kind: AlarmKind = "zone_intrusion"
    place: str | None = None
    shelved_until_ms: int | None = None
