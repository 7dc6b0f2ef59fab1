"""The PictureMaker port: each JPEG is made of its keyframe by a confined process of its own."""

import asyncio
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from edge_agent.adapters.camera_spawn import PRELOAD
from edge_agent.adapters.still_wire import MADE, MOST_BYTES, MOST_FAULT_BYTES
from edge_agent.core.codec import Codec
from edge_agent.core.media import Packet, StreamInfo
from shared.errors import Rejected, Transient

_MOST_S = 20.0

Making = Callable[[Codec, bytes, Connection], None]


def _make(codec: Codec, data: bytes, answer: Connection) -> None:
    from edge_agent.adapters.still_child import make_still  # the agent itself needs nothing of FFmpeg

    make_still(codec, data, answer)


class KeyframePictures:
    """One picture at a time: whatever is asked for, one core at most is taken from the machine.

    No process sees the pictures of two cameras. It comes from the fork server, which has FFmpeg loaded, and ends at
    once, so that none takes up memory between two pictures.
    """

    def __init__(self, make: Making = _make, most_s: float = _MOST_S) -> None:
        self._make = make
        self._most_s = most_s
        self._thread = ThreadPoolExecutor(1, "pictures")

    async def jpeg(self, stream: StreamInfo, keyframe: Packet) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._made, stream.codec, keyframe.data)

    def close(self) -> None:
        """End the thread; what it works on is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _made(self, codec: Codec, data: bytes) -> bytes:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOAD)  # the server is the cameras' too, whoever starts it
        ours, theirs = multiprocessing.Pipe(duplex=False)
        with ours:
            with theirs:
                process = context.Process(target=self._make, args=(codec, data, theirs), name="picture", daemon=True)
                try:
                    process.start()
                except (OSError, EOFError) as fault:
                    raise Transient(f"no process can be started for a picture: {fault}") from None
            late = threading.Timer(self._most_s, process.kill)
            late.start()
            try:
                answer = ours.recv_bytes(MOST_BYTES)
            except (EOFError, OSError):
                raise Rejected("keyframe", "its reader ended over it") from None
            finally:
                late.cancel()
                late.join()
                process.kill()
                process.join()
                process.close()
        if answer[:1] == MADE:
            return answer[1:]
        raise Rejected("keyframe", answer[1 : 1 + MOST_FAULT_BYTES].decode("utf-8", "replace"))
