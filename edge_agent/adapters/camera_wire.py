"""The messages between the agent and one of its camera processes."""

from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.core.media import Packet, Quality, Segment, StreamInfo
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.sightings import Look
from edge_agent.core.sound import SoundInfo, SoundPacket
from shared.camera_hosts import ANY_HOST, CameraHosts
from shared.ids import CameraId
from shared.module_streams import ModuleStreams

BOARD = Path("/proc/device-tree/model")  # where this machine tells its name


@dataclass(frozen=True, slots=True)
class NetworkOrder:
    """The network that a camera module's own sensor is to run."""

    model: Path
    labels: Path | None
    min_confidence: float
    per_s: float  # looks


@dataclass(frozen=True, slots=True)
class CameraOrder:
    """What a camera process is started with."""

    camera: CameraId
    source: str
    sub_source: str | None
    folder: Path
    bytes_max: int
    floor_ms: int  # media time begins after this
    luma_per_s: float
    recording: bool = True
    before: tuple[ModuleStreams, ...] = ()  # the camera modules of this node that go first
    board: Path = BOARD
    rules: PictureRules = field(default_factory=PictureRules)
    network: NetworkOrder | None = None
    audio: bool = False  # whether its sound is taken at all
    hosts: CameraHosts = ANY_HOST


# ---- camera process -> agent ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signs:
    """Twice a second while the process lives, whether or not its source delivers."""

    frame_age_ms: int | None
    frames: int
    bytes: int
    dropped_frames: int
    unsynced_ms: int
    recording_error: str
    written_bytes: int
    recorder_turns: int = 0
    media_ms: int = 0  # media time when this was said


@dataclass(frozen=True, slots=True)
class StreamChanged:
    quality: Quality
    stream: StreamInfo


@dataclass(frozen=True, slots=True)
class SubLost:
    """The camera goes on without its sub stream; `refused` when trying again can hardly help."""

    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    segment: Segment


@dataclass(frozen=True, slots=True)
class SegmentDropped:
    name: str


@dataclass(frozen=True, slots=True)
class LumaReady:
    """Look into the shared memory."""


@dataclass(frozen=True, slots=True)
class LivePacket:
    subscription: int
    stream: StreamInfo
    packet: Packet


@dataclass(frozen=True, slots=True)
class Failed:
    """The source gave up; `refused` when trying again cannot help."""

    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class NetworkTold:
    """What runs on the camera's sensor, or why nothing does; the camera goes on either way."""

    name: str
    fault: str


@dataclass(frozen=True, slots=True)
class Sighted:
    """What the sensor saw by itself."""

    look: Look


@dataclass(frozen=True, slots=True)
class SoundTold:
    """What its sound is; None: there is none, and why. Pictures go on either way."""

    info: SoundInfo | None
    fault: str


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """While somebody listens."""

    packet: SoundPacket


ToAgent = (
    Signs
    | StreamChanged
    | SubLost
    | SegmentClosed
    | SegmentDropped
    | LumaReady
    | LivePacket
    | Failed
    | NetworkTold
    | Sighted
    | SoundTold
    | SoundHeard
)


# ---- agent -> camera process ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the running segment and end."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    subscription: int
    quality: Quality
    since_ms: int | None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    subscription: int


@dataclass(frozen=True, slots=True)
class Record:
    """Record from the keyframe at or before `since_ms` as far as memory reaches; None: up to the next keyframe."""

    since_ms: int | None


@dataclass(frozen=True, slots=True)
class Limit:
    """Encode this stream with this share of its bitrate."""

    quality: Quality
    share: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Whether anybody listens from now on."""

    wanted: bool


ToCamera = Stop | Subscribe | Unsubscribe | Record | Limit | Listen
