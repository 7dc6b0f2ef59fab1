"""The wire models of saved layouts of the live wall."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model, Point
from controller.api.whole import Flag, Whole
from controller.core.wall_layout import MOST_PLACES
from shared.fields import CameraName, Uuid


class LayoutIn(Model):
    """Cameras by place, `tiles` on a page; null is a free tile."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    tiles: Annotated[Literal[1, 4, 6, 9, 12, 16], Whole]
    cameras: Annotated[list[CameraName | None], Field(max_length=MOST_PLACES)]
    turn_s: Annotated[int, Field(ge=0, le=600), Whole] = 0  # pages turn by themselves; 0: they do not, else at least 5


class NewLayoutIn(LayoutIn):
    """`shared`: for everybody of the site, by an administrator."""

    shared: Flag = False


class LayoutOut(Model):
    id: Uuid
    name: str
    tiles: Literal[1, 4, 6, 9, 12, 16]
    cameras: list[CameraName | None]
    turn_s: int
    shared: bool  # the site's; otherwise one's own
    changed_at: AwareDatetime
    changed_by: str
    tag: str = ""  # for `If-Match` at `PUT`


class ViewersOut(Model):
    """How many browsers have a stream open."""

    camera: CameraName
    quality: Literal["main", "sub", "sound", "derived"]
    viewers: int


class MasksOut(Model):
    """Parts of a camera's picture, as set from the controller and run by its node."""

    camera: CameraName
    motion: list[list[Point]]  # where motion does not count
    privacy: list[list[Point]]  # what is black in the picture
