"""Lists that were always told whole, a page at a time for who asks for a limit."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from controller.api.schemas import CameraOut, Model, NodeOut

After = Annotated[str | None, Query(max_length=80, description="`next` of the page before")]
Most = Annotated[int | None, Query(ge=1, le=200, description="answer a page of so many; without it, the whole list")]

T = TypeVar("T", CameraOut, NodeOut)


class CameraPage(Model):
    """Cameras by id; `next`: the cursor of what follows, none at the end."""

    items: list[CameraOut]
    next: str | None


class NodePage(Model):
    """Nodes by id; `next`: the cursor of what follows, none at the end."""

    items: list[NodeOut]
    next: str | None


def page_of(found: Sequence[T], limit: int, cursor: str | None) -> tuple[list[T], str | None]:
    """What comes after `cursor`, an id that need not exist any more, and the cursor of what follows."""
    rest = [one for one in found if cursor is None or one.id > cursor]
    items = rest[:limit]
    return items, items[-1].id if len(rest) > limit else None
