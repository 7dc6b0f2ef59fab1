"""A keyframe becomes a JPEG that shows it."""

import io
import os
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_agent.adapters.pictures import KeyframePictures
from edge_agent.adapters.still_child import make_still
from edge_agent.core.codec import Codec
from edge_agent.core.media import Packet
from shared.errors import Rejected
from tests.fakes.footage import HEIGHT, STREAM, WIDTH, packets, pictures


async def test_the_picture_is_the_keyframes() -> None:
    maker = KeyframePictures()
    key = packets(21)[20]
    jpeg = await maker.jpeg(STREAM, Packet(key.data, key.pts_ms, key=True))
    shown = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"), np.float32)
    assert shown.shape == (HEIGHT, WIDTH)
    true = pictures(21)[20].to_ndarray(format="gray").astype(np.float32)
    assert np.abs(shown - true).mean() < 6
    maker.close()


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\x01", b"nonsense" * 40])
async def test_bytes_without_a_picture_are_refused(data: bytes) -> None:
    maker = KeyframePictures()
    with pytest.raises(Rejected, match="keyframe"):
        await maker.jpeg(STREAM, Packet(data, 0, key=True))
    maker.close()


def run_over(_codec: str, data: bytes, answer: Connection) -> None:
    """What a keyframe that took its reader over would do."""
    match data:
        case b"ends":
            os._exit(1)
        case b"hangs":
            answer._send(b"\0\0\1\0half")  # type: ignore[attr-defined]
            time.sleep(60)
        case b"floods":
            answer._send(b"\x7f\xff\xff\xff" + b"x" * 1000)  # type: ignore[attr-defined]
            time.sleep(60)
        case b"lies":
            answer.send_bytes(b"f" + b"\xff" * 10_000)


def tells_its_state(codec: Codec, data: bytes, answer: Connection) -> None:
    """The real one, asked how it stands before the kernel when it answers."""

    class Asked:
        def send_bytes(self, _made: bytes) -> None:
            answer.send_bytes(b"j" + Path("/proc/self/status").read_bytes())

    make_still(codec, data, Asked())  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["ends", "hangs", "floods", "lies"])
async def test_a_keyframe_that_takes_its_reader_over_is_refused(how: str) -> None:
    maker = KeyframePictures(run_over, most_s=5.0)
    with pytest.raises(Rejected, match="its reader ended over it" if how != "lies" else "keyframe: \ufffd{300}$"):
        await maker.jpeg(STREAM, Packet(how.encode(), 0, key=True))
    maker.close()


async def test_what_decodes_is_confined_before_it_does() -> None:
    maker = KeyframePictures(tells_its_state)
    key = packets(21)[20]
    status = (await maker.jpeg(STREAM, Packet(key.data, key.pts_ms, key=True))).decode()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    maker.close()
