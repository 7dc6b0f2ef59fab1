"""Footage that a person wants gone: what may be asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.retention import YOUNGEST_MS
from shared.errors import Rejected
from shared.ids import parse_camera
from shared.texts import say

MOST_CAMERAS = 64


@dataclass(frozen=True, slots=True)
class Deletion:
    """[start_ms, end_ms) of some cameras."""

    id: str
    cameras: tuple[str, ...]
    start_ms: int
    end_ms: int


def checked(cameras: Sequence[str], start_ms: int, end_ms: int, now_ms: int) -> tuple[str, ...]:
    """The cameras, each once. `Rejected`: none or too many, a span that is none or not over for an hour.

    What is younger may still be on its way into the store, and would come back.
    """
    known = tuple(dict.fromkeys(parse_camera(camera) for camera in cameras))
    if not known:
        raise Rejected("cameras", say("missing"))
    if len(known) > MOST_CAMERAS:
        raise Rejected("cameras", say("too_many", count=len(known), most=MOST_CAMERAS))
    most = now_ms - YOUNGEST_MS
    if not start_ms < end_ms <= most:
        raise Rejected("to_ms", say("out_of_range", value=end_ms, least=start_ms + 1, most=most))
    return known
