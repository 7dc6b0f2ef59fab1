"""The wire models of retention: how long what is kept, and what would go by a change."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.storage_schemas import ForecastOut
from controller.api.whole import Flag, Whole
from controller.core.keeping import LONGEST_DAYS
from shared.fields import CameraName
from shared.kinds import MediaClass


class RetentionIn(Model):
    """One rule. No camera: every one; no class: every purpose; no days: take the rule away."""

    camera: CameraName | None = None
    media_class: MediaClass | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS), Whole] | None
    confirm: Flag = False  # needed where something would be kept for less time than now


class KeepRuleOut(Model):
    camera: CameraName | None
    media_class: MediaClass | None
    days: int
    changed_by: str
    changed_at: AwareDatetime


class CameraKeptOut(Model):
    """How long a camera's footage is kept, days by purpose."""

    camera: CameraName
    days: dict[MediaClass, int]


class RetentionOut(Model):
    """The nearest rule counts: of a camera's purpose, of a camera, of a purpose, of all; else the settings' days."""

    default_days: int
    quota_bytes: int | None  # when the store holds more, the oldest goes first
    rules: list[KeepRuleOut]
    cameras: list[CameraKeptOut]
    forecast: ForecastOut | None  # of the whole store: none for who does not see every camera
    tag: str = ""  # for `If-Match` at `PUT`


class KeepGoingOut(Model):
    """What would go at once; what is held is not in it."""

    camera: CameraName
    media_class: MediaClass
    runs: int
    bytes: int
    from_ms: int
    to_ms: int


class RetentionPreviewOut(Model):
    shortens: bool  # something would be kept for less time
    going: list[KeepGoingOut]
    forecast: ForecastOut  # as it is
    forecast_then: ForecastOut
