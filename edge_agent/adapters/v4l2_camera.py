"""A USB camera through the kernel's video interface: its H.264 passed through, its other formats encoded here."""

import stat
import threading
from pathlib import Path

import av

from edge_agent.adapters.arrival import deliver_live
from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.packet_stream import PacketStream
from edge_agent.core.media import Quality
from edge_agent.core.picture_rules import PictureRules
from shared.errors import Rejected, Transient
from shared.video_device import VideoDevice

_DEMUXER = "video4linux2"


def check_device(path: str) -> None:
    """Raises `Rejected` for what is no device: neither a file nor anything else is opened in its place."""
    try:
        place = Path(path).resolve(strict=True)
        mode = place.stat().st_mode
    except OSError as fault:
        raise Rejected("source", f"{path}: {fault.strerror or fault}") from None
    if not stat.S_ISCHR(mode) or Path("/dev") not in place.parents:
        raise Rejected("source", f"{path}: is no video device")


class V4l2Camera:
    """Raises `Rejected` for what is no device, `Transient` when it gives nothing (any more)."""

    def __init__(self, device: VideoDevice, clock: MediaClock, luma_per_s: float, rules: PictureRules) -> None:
        self._device = device
        self._clock = clock
        self._luma_per_s = luma_per_s
        self._rules = rules
        self._packets: PacketStream | None = None
        self._share = 1.0

    def limit(self, quality: Quality, share: float) -> None:
        """Encode with this share of the bitrate from now on, where it is encoded here."""
        if quality == "main":
            self._share = share
            if self._packets is not None:
                self._packets.limit(share)

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        check_device(self._device.path)
        try:
            with av.open(self._device.path, format=_DEMUXER, options=self._device.options) as container:
                self.follow(container, sink, stop)
        except (av.error.FFmpegError, OSError) as fault:
            raise Transient(f"{self._device.path}: {getattr(fault, 'strerror', None) or fault}") from None

    def follow(self, container: av.container.InputContainer, sink: CameraSink, stop: threading.Event) -> None:
        """Deliver what an open device gives until `stop`; raises `Transient` when it ends."""
        video = container.streams.video[0]
        asked, given = self._device.size_px, (video.codec_context.width, video.codec_context.height)
        if given != asked:
            raise Rejected("source", f"{self._device.path}: size: it gives {given[0]}x{given[1]}")
        self._packets = PacketStream(video, sink, self._luma_per_s, rules=self._rules)
        self._packets.limit(self._share)
        for _lived_ms in deliver_live(container.demux(video), self._packets, self._clock.now_ms, stop):
            pass
        if not stop.is_set():
            raise Transient(f"{self._device.path}: gives no more pictures")
