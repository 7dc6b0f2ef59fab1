"""The wire models of verification: what it found, its queues, and the cameras that are watched."""

from pydantic import BaseModel, ConfigDict

from controller.core.queues import QueueName
from controller.core.watching import WatchState
from shared.fields import CameraName, Uuid


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TrackOut(_Model):
    id: int
    class_name: str
    first_ms: int
    last_ms: int
    confidence: float
    attributes: dict[str, str]
    best_ms: int | None = None  # when it was seen best, and where: x1, y1, x2, y2
    best_box: list[float] | None = None


class BoxOut(_Model):
    track_id: int
    class_name: str
    confidence: float
    x1: float
    y1: float
    x2: float
    y2: float


class FrameOut(_Model):
    pts_ms: int
    boxes: list[BoxOut]


class ScoreOut(_Model):
    """A model's scores of whole pictures over an interval."""

    name: str  # "anomaly"
    most: float  # 0..1
    most_ms: int  # of the picture that it was given to
    count: int
    model: str
    model_sha256: str


class VerdictOut(_Model):
    id: Uuid
    camera: CameraName
    event: Uuid | None
    start_ms: int
    end_ms: int
    late: bool
    final: bool
    model: str
    model_sha256: str
    provider: str
    sampled: int
    unreadable: str
    tracks: list[TrackOut]
    frames: list[FrameOut]  # every judged one, also those that show nothing
    thresholds: dict[str, float] = {}  # least confidences that it was judged by
    scores: list[ScoreOut] = []


class QueueOut(_Model):
    """One queue of verification, in the order of priority."""

    name: QueueName
    running: int
    waiting: int
    oldest_s: float  # of those that wait


class WatchedOut(_Model):
    """A camera that a rule wants judged all the time."""

    camera: CameraName
    state: WatchState
    since_ms: int
    judged_ms: int | None  # media time of the newest judged frame
    lag_ms: int | None  # capture to judgement: the slowest of late
    unwatched_s: float  # since then nothing of it was judged
    unscored_s: float | None = None  # a rule has been without its anomaly scores for so long; none: all is well
    unscored_why: str = ""  # what is wrong with the model; empty: none is named for the camera


class ZoneOut(_Model):
    """How many things of each class are in a zone now."""

    camera: CameraName
    zone: str
    judged_ms: int
    counts: dict[str, int]
