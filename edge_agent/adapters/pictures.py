"""The PictureMaker port: decodes a keyframe and writes a JPEG, in one thread of its own."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor

from edge_agent.core.media import Packet, StreamInfo
from shared.errors import Rejected

_WIDEST_PX = 1920
_QUALITY = 80


class KeyframePictures:
    """One picture at a time: whatever is asked for, one core at most is taken from the machine."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "pictures")

    async def jpeg(self, stream: StreamInfo, keyframe: Packet) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _jpeg, stream, keyframe.data)

    def close(self) -> None:
        """End the thread; what it works on is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _jpeg(stream: StreamInfo, data: bytes) -> bytes:
    import av  # tens of megabytes, for a node that is asked for pictures
    from PIL import Image

    try:
        context = av.CodecContext.create(stream.codec, "r")
        context.thread_count = 1
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    except (av.error.FFmpegError, ValueError) as fault:
        raise Rejected("keyframe", f"cannot be decoded: {fault}") from None
    if not frames or not isinstance(frames[0], av.VideoFrame):
        raise Rejected("keyframe", "holds no picture")
    frame = frames[0]
    width = min(frame.width, _WIDEST_PX) // 2 * 2
    frame = frame.reformat(width, max(2, round(frame.height * width / frame.width)), "rgb24")
    picture = Image.fromarray(frame.to_ndarray())
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
