"""What cameras deliver and the ring holds: streams, packets, luma frames, segments, runs."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sound import SoundSigns
from shared.ids import CameraId

Quality = Literal["main", "sub"]
CameraState = Literal["starting", "live", "stalled", "restarting", "refused"]
SubState = Literal["none", "starting", "live", "restarting", "refused"]


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """One encoded stream of a camera."""

    codec: Literal["h264", "hevc"]
    codec_string: str  # RFC 6381, for example "avc1.640028"
    width_px: int
    height_px: int
    fps: float


@dataclass(frozen=True, slots=True)
class Packet:
    """One access unit as the encoder gave it, Annex-B; `pts_ms` is media time (Unix ms, monotonic per camera)."""

    data: bytes
    pts_ms: int
    key: bool


@dataclass(frozen=True, slots=True)
class LumaFrame:
    """A small grey picture for motion: uint8 (height, width)."""

    pts_ms: int
    luma: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Segment:
    """One closed file of the ring: init + whole GOPs. Segments with the same `muxer` may follow one init."""

    camera: CameraId
    name: str  # file name within the camera's ring folder
    muxer: str
    start_ms: int
    end_ms: int
    length_bytes: int
    init_bytes: int
    sha256: str
    stream: StreamInfo
    recovered: bool = False

    def follows(self, before: "Segment") -> bool:
        """Whether one run may hold both: the same init, and not an instant between them."""
        mine = (self.camera, self.muxer, self.init_bytes, self.start_ms)
        return mine == (before.camera, before.muxer, before.init_bytes, before.end_ms)


@dataclass(frozen=True, slots=True)
class Run:
    """Init + consecutive segments of one muxer, verbatim: what is uploaded. `name` lies under `held/`."""

    camera: CameraId
    segments: tuple[Segment, ...]
    length_bytes: int
    init_bytes: int
    sha256: str
    md5: str


@dataclass(frozen=True, slots=True)
class CameraSigns:
    """Signs of life of one camera, as its supervisor sees them."""

    camera: CameraId
    source: str  # kind only: "scene", "file", "rtsp", "picamera2"
    state: CameraState
    main: StreamInfo | None
    sub: StreamInfo | None
    frame_age_ms: int | None
    measured_fps: float
    bitrate_bps: int
    restarts: int
    dropped_frames: int
    ring_unsynced_ms: int
    last_error: str
    sub_state: SubState = "none"
    sub_error: str = ""
    written_bytes: int = 0  # to the disk, in this agent's life
    recording: bool = True  # as it was told
    turns: int = 0  # of whoever supervises it: it counts on while the camera is away
    segments: int = 0  # closed, in this agent's life
    recorder_turns: int = 0  # packets that the recorder took or gave up, in this agent's life
    media_offset_ms: int = 0  # by how much media time is ahead of this machine's clock
    sound: SoundSigns = field(default_factory=SoundSigns)
