"""The wire models of how verification stands: its queues, and the cameras that are watched."""

from pydantic import BaseModel, ConfigDict

from controller.core.queues import QueueName
from controller.core.watching import WatchState
from shared.fields import CameraName


class QueueOut(BaseModel):
    """One queue of verification, in the order of priority."""

    model_config = ConfigDict(extra="forbid")

    name: QueueName
    running: int
    waiting: int
    oldest_s: float  # of those that wait


class WatchedOut(BaseModel):
    """A camera that a rule wants judged all the time."""

    model_config = ConfigDict(extra="forbid")

    camera: CameraName
    state: WatchState
    since_ms: int
    judged_ms: int | None  # media time of the newest judged frame
    lag_ms: int | None  # capture to judgement: the slowest of late
    unwatched_s: float  # since then nothing of it was judged


class ZoneOut(BaseModel):
    """How many things of each class are in a zone now."""

    model_config = ConfigDict(extra="forbid")

    camera: CameraName
    zone: str
    judged_ms: int
    counts: dict[str, int]
