"""The H.264 encoders of picamera2, made for a board: x264 on one without a video encoder, the VC4's on the others."""

import fcntl
import importlib
from typing import Any

import av

from edge_agent.core.pi_board import EncoderKind
from shared.errors import Rejected
from shared.module_streams import EncodedStream

_GOP_S = 2
_THREADS = 2


def make_encoder(kind: EncoderKind, stream: EncodedStream, every: int = 1) -> Any:
    """The encoder of this board, for each `every`-th picture; `Rejected` where picamera2 mistook the board."""
    encoders = importlib.import_module("picamera2.encoders")
    platform = importlib.import_module("picamera2.platform")
    seen = "hardware" if platform.get_platform() == platform.Platform.VC4 else "software"
    fps = stream.fps
    if kind == "software":
        # picamera2 takes any board for an old one when it may not open /dev/video*: name the encoder ourselves.
        encoder = _software_encoder(encoders.LibavH264Encoder)(
            bitrate=stream.bitrate_bps, repeat=True, iperiod=_GOP_S * fps, framerate=fps
        )
        encoder.threads = _THREADS
    elif seen == kind:
        encoder = encoders.H264Encoder(bitrate=stream.bitrate_bps, repeat=True, iperiod=_GOP_S * fps)
    else:
        raise Rejected("source", "the video devices do not belong to this board: look at /dev/video* and group 'video'")
    encoder.frame_skip_count = every
    return encoder


def _software_encoder(parent: Any) -> Any:
    class CctvH264(parent):  # type: ignore[misc]  # from a package without types
        """x264 without delay, with a bounded rate and a fixed distance of keyframes."""

        def _start(self) -> None:
            super()._start()
            context = self._stream.codec_context
            # Frame threads would hold back a frame each.
            context.thread_type = av.codec.context.ThreadType.SLICE
            context.options.update({"maxrate": str(self.bitrate), "bufsize": str(self.bitrate), "sc_threshold": "0"})

    return CctvH264


def set_bitrate(encoder: Any, bitrate_bps: int) -> None:
    """Change the rate of a running encoder: neither a keyframe nor a restart. Raises `OSError` where it cannot."""
    encoder.bitrate = bitrate_bps
    if (stream := getattr(encoder, "_stream", None)) is not None:
        stream.codec_context.bit_rate = bitrate_bps
    elif (device := getattr(encoder, "vd", None)) is not None:
        videodev2 = importlib.import_module("videodev2")
        control = videodev2.v4l2_control()
        control.id, control.value = videodev2.V4L2_CID_MPEG_VIDEO_BITRATE, bitrate_bps
        fcntl.ioctl(device, videodev2.VIDIOC_S_CTRL, control)
