"""The messages between the agent and the light detector's process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_agent.core.media import Packet, StreamInfo
from edge_agent.core.sightings import Look
from shared.ids import CameraId

ModelKind = Literal["litert", "hailo"]


@dataclass(frozen=True, slots=True)
class DetectorOrder:
    """What the process is started with."""

    kind: ModelKind
    model: Path
    labels: Path | None
    min_confidence: float
    per_s: float  # looks at one camera


# ---- detector process -> agent -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """The model has passed its trial."""

    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It never will."""

    reason: str


@dataclass(frozen=True, slots=True)
class Alive:
    """At least every second once the model is ready: nothing in the process hangs."""


@dataclass(frozen=True, slots=True)
class Looked:
    camera: CameraId
    look: Look


FromDetector = Ready | Refused | Alive | Looked


# ---- agent -> detector process -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Show:
    """A packet of a camera that is to be looked at; the first is a keyframe."""

    camera: CameraId
    stream: StreamInfo
    packet: Packet


@dataclass(frozen=True, slots=True)
class Forget:
    """Nobody looks at it any more."""

    camera: CameraId


@dataclass(frozen=True, slots=True)
class Leave:
    """End the process."""


ToDetector = Show | Forget | Leave
