"""A keyframe becomes a JPEG that shows it."""

import io

import numpy as np
import pytest
from PIL import Image

from edge_agent.adapters.pictures import KeyframePictures
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
