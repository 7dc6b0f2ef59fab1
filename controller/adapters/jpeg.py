"""Pictures as JPEG."""

import cv2

from controller.ports import Picture
from shared.errors import Broken

_QUALITY = 85


def encode_jpeg(picture: Picture) -> bytes:
    """A picture as JPEG."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise Broken("a picture could not be encoded as JPEG")
    return data.tobytes()
