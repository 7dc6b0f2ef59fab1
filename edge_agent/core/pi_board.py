"""Which encoder a Raspberry Pi has, by its model's name in the device tree. Pure."""

import re
from typing import Literal

from shared.errors import Rejected

EncoderKind = Literal["hardware", "software"]

_SOFTWARE = re.compile(r"Raspberry Pi (5|500\+?|Compute Module 5)\b")
_HARDWARE = re.compile(r"Raspberry Pi (4|400|3|2|Zero|Compute Module [34])\b")


def encoder_of(model: str, field: str = "source") -> EncoderKind:
    """A Pi 5 has no video encoder, boards before it have one for H.264; any other board raises `Rejected`."""
    name = model.rstrip("\x00\n")
    if _SOFTWARE.match(name):
        return "software"
    if _HARDWARE.match(name):
        return "hardware"
    raise Rejected(field, f"{name or 'this machine'!r} is no Raspberry Pi that is known to take a camera module")
