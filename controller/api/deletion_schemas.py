"""The wire models of deletions by hand. Media times are Unix milliseconds, wall times ISO 8601 UTC."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.whole import Seen, WholeMs
from controller.core.deletion import MOST_CAMERAS
from shared.fields import CameraName, Uuid


class DeletionSpan(Model):
    """[start_ms, end_ms) of some cameras; it has to be over for an hour."""

    cameras: Annotated[list[CameraName], Field(min_length=1, max_length=MOST_CAMERAS)]
    start_ms: WholeMs
    end_ms: WholeMs


class DeletionIn(DeletionSpan):
    why: Annotated[str, Field(min_length=1, max_length=500), Seen]
    confirm: str = Field(max_length=80, description="the site's id, typed by who asks")


class DeletionCamera(Model):
    """What would go of a camera: runs go whole, also what of them lies before and after the span."""

    camera: str
    runs: int
    bytes: int
    from_ms: int
    to_ms: int


class DeletionPreview(Model):
    cameras: list[DeletionCamera]
    held_runs: int  # stay: somebody holds them
    held_bytes: int
    pictures: int  # of alarms
    events: int  # stay as rows, without footage; so do alarms
    alarms: int
    coming: int  # runs that are announced and not stored: they stay
    exports: list[Uuid]  # have some of it, and stay


class DeletionOut(Model):
    id: Uuid
    cameras: list[str]
    start_ms: int
    end_ms: int
    why: str
    who: str
    created_at: AwareDatetime
    done_at: AwareDatetime | None
    gone_runs: int
    gone_bytes: int
    left_runs: int
    held_runs: int


class DeletionPage(Model):
    items: list[DeletionOut]
    next: str | None
