"""Makes a JPEG of a keyframe in a process of its own, from which a camera's bytes reach nothing; then it ends."""

import ctypes
import io
import os
import signal
from multiprocessing.connection import Connection

import av
import structlog
from PIL import Image

from edge_agent.adapters.still_wire import MADE, MOST_FAULT_BYTES, REFUSED
from edge_agent.core.codec import Codec
from shared.confine import confine
from shared.errors import Broken
from shared.logs import configure_logs

log = structlog.get_logger("pictures")

_MOST_MEMORY_BYTES = 2 * 1024**3
_MOST_S = 20
_WIDEST_PX = 1920
_QUALITY = 80
_PR_SET_PDEATHSIG = 1


class OddKeyframeError(Exception):
    """The bytes hold no picture; its text says why."""


def make_still(codec: Codec, data: bytes, answer: Connection) -> None:
    """Entry of the process."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the agent decides
    configure_logs()
    Image.init()
    try:
        confine(most_bytes=_MOST_MEMORY_BYTES, most_s=_MOST_S)
    except Broken as fault:  # as for what records: `cctv-edge check` tells of it
        log.warning("pictures are made unconfined", reason=str(fault))
    try:
        answer.send_bytes(MADE + jpeg(codec, data))
    except OddKeyframeError as fault:
        answer.send_bytes(REFUSED + str(fault).encode()[:MOST_FAULT_BYTES])
    os._exit(0)


def jpeg(codec: Codec, data: bytes) -> bytes:
    """Of the first picture that they hold."""
    try:
        context = av.CodecContext.create(codec, "r")
        context.thread_count = 1
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    except (av.error.FFmpegError, ValueError) as fault:
        raise OddKeyframeError(f"cannot be decoded: {fault}") from None
    if not frames or not isinstance(frames[0], av.VideoFrame):
        raise OddKeyframeError("holds no picture")
    frame = frames[0]
    width = min(frame.width, _WIDEST_PX) // 2 * 2
    frame = frame.reformat(width, max(2, round(frame.height * width / frame.width)), "rgb24")
    written = io.BytesIO()
    Image.fromarray(frame.to_ndarray()).save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
