"""What a saved layout of the live wall may be: how many tiles, which camera on which of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import Rejected
from shared.ids import parse_camera
from shared.texts import say

TILES = (1, 4, 6, 9, 12, 16)
MOST_PLACES = 512
MOST_OWN = 50
"""Layouts that a person, or the site, may have."""
_NAME = (1, 60)
_TURN_S = (5, 600)


@dataclass(frozen=True, slots=True)
class Layout:
    """Cameras by place, `tiles` on a page; None is a free tile. `turn_s`: pages turn by themselves; 0: they do not."""

    name: str
    tiles: int
    cameras: tuple[str | None, ...]
    turn_s: int = 0


def checked(name: str, tiles: int, cameras: Sequence[str | None], turn_s: int) -> Layout:
    """A layout without spaces around its name and free places at its end; `Rejected` names what it cannot be."""
    name = " ".join(name.split())
    if not _NAME[0] <= len(name) <= _NAME[1]:
        raise Rejected("name", say("text_length", length=len(name), least=_NAME[0], most=_NAME[1]))
    if tiles not in TILES:
        raise Rejected("tiles", say("not_one_of", value=tiles, choices=", ".join(map(str, TILES))))
    if turn_s != 0 and not _TURN_S[0] <= turn_s <= _TURN_S[1]:
        raise Rejected("turn_s", say("out_of_range", value=turn_s, least=_TURN_S[0], most=_TURN_S[1]))
    places = [None if camera is None else parse_camera(camera) for camera in cameras]
    while places and places[-1] is None:
        places.pop()
    if len(places) > MOST_PLACES:
        raise Rejected("cameras", say("too_many", count=len(places), most=MOST_PLACES))
    return Layout(name, tiles, tuple(places), turn_s)
