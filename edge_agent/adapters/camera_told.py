"""Reads what a camera's process tells the agent: a stream may have taken that process over."""

import re
from collections.abc import Callable, Mapping

from edge_agent.adapters.camera_wire import (
    Failed,
    LivePacket,
    LumaReady,
    NetworkTold,
    SegmentClosed,
    SegmentDropped,
    Sighted,
    Signs,
    SoundHeard,
    SoundTold,
    StreamChanged,
    SubLost,
    ToAgent,
)
from edge_agent.adapters.message_fields import MOST_MS, Fields
from edge_agent.core.media import Packet, Segment
from edge_agent.core.sound import SoundInfo, SoundPacket
from shared.errors import Rejected
from shared.ids import CameraId

MOST_BYTES = 8_100_000
"""One live packet and what stands around it."""
_PACKET_BYTES = 8_000_000
_SOUND_BYTES = 1_000_000
_MOST_HZ, _MOST_CHANNELS = 1_000_000, 255
_NAME = re.compile(r"[0-9]{1,15}-[0-9a-f]{1,15}\.mp4")
_MUXER = re.compile(r"[0-9a-f]{1,15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CODEC = re.compile(r"[A-Za-z0-9.]{1,40}")


class CameraTold:
    """One camera's: it speaks for no other."""

    def __init__(self, camera: CameraId) -> None:
        self._camera = camera

    def __call__(self, data: bytes) -> ToAgent:
        """Raises `Rejected` for what no camera process says."""
        fields = Fields.of(data)
        read = _READERS.get(fields.text())
        if read is None:
            raise Rejected("message", "of no known kind")
        message = read(fields)
        fields.end()
        if isinstance(message, SegmentClosed) and message.segment.camera != self._camera:
            raise Rejected("message", "another camera's segment")
        return message


def _segment(part: Fields) -> Segment:
    """Of a name that leads nowhere else."""
    segment = Segment(
        CameraId(part.text()),
        part.text(_NAME),
        part.text(_MUXER),
        part.whole(MOST_MS),
        part.whole(MOST_MS),
        part.whole(),
        part.whole(),
        part.text(_SHA256),
        part.stream(),
        part.flag(),
    )
    part.end()
    if segment.start_ms > segment.end_ms or segment.init_bytes > segment.length_bytes:
        raise Rejected("message", "a segment that ends before it begins")
    return segment


def _signs(fields: Fields) -> Signs:
    return Signs(
        frame_age_ms=fields.whole_or_none(),
        frames=fields.whole(),
        bytes=fields.whole(),
        dropped_frames=fields.whole(),
        unsynced_ms=fields.whole(),
        recording_error=fields.text(),
        written_bytes=fields.whole(),
        recorder_turns=fields.whole(),
        media_ms=fields.whole(MOST_MS),
    )


def _packet(part: Fields) -> Packet:
    packet = Packet(part.data(_PACKET_BYTES), part.whole(MOST_MS), part.flag())
    part.end()
    return packet


def _sound(fields: Fields) -> SoundTold:
    value, fault = fields.take(), fields.text()
    if value is None:
        return SoundTold(None, fault)
    part = Fields(value)
    info = SoundInfo(part.text(_CODEC), part.whole(_MOST_HZ), part.whole(_MOST_CHANNELS), part.data(_SOUND_BYTES))
    part.end()
    return SoundTold(info, fault)


def _sound_packet(part: Fields) -> SoundPacket:
    packet = SoundPacket(part.data(_SOUND_BYTES), part.whole(MOST_MS))
    part.end()
    return packet


_READERS: Mapping[str, Callable[[Fields], ToAgent]] = {
    "Signs": _signs,
    "StreamChanged": lambda fields: StreamChanged(fields.quality(), fields.stream()),
    "SubLost": lambda fields: SubLost(fields.text(), fields.flag()),
    "SegmentClosed": lambda fields: SegmentClosed(_segment(fields.part())),
    "SegmentDropped": lambda fields: SegmentDropped(fields.text(_NAME)),
    "LumaReady": lambda _fields: LumaReady(),
    "LivePacket": lambda fields: LivePacket(fields.whole(), fields.stream(), _packet(fields.part())),
    "Failed": lambda fields: Failed(fields.text(), fields.flag()),
    "NetworkTold": lambda fields: NetworkTold(fields.text(), fields.text()),
    "Sighted": lambda fields: Sighted(fields.look()),
    "SoundTold": _sound,
    "SoundHeard": lambda fields: SoundHeard(_sound_packet(fields.part())),
}
