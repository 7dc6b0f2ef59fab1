"""The wire models of retention: how long what is kept, and what would go by a change."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.storage_schemas import ForecastOut
from controller.api.whole import Flag, Whole
from controller.core.keeping import LONGEST_DAYS
from controller.core.tiers import Subject
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


class SweepShareOut(Model):
    """What is stored of a purpose (or of pictures, whose bytes nobody counts), and what of it would go."""

    kind: str  # a purpose, or `pictures`
    count: int
    length_bytes: int
    due: int
    due_bytes: int


class SweepWaitingOut(Model):
    """A run of retention that would take more than half of something: nothing goes until it is confirmed."""

    token: str  # of exactly this
    since_ms: int
    as_of_ms: int  # what was due then goes, and no more
    leapt: bool  # the clock may have leapt before it
    confirmed: bool  # it goes within a minute or two
    due: int
    due_bytes: int
    stored_bytes: int
    shares: list[SweepShareOut]


class SweepConfirmIn(Model):
    token: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]  # of what was shown


class RetentionOut(Model):
    """The nearest rule counts: of a camera's purpose, of a camera, of a purpose, of all; else the settings' days."""

    default_days: int
    quota_bytes: int | None  # when the store holds more, the oldest goes first
    rules: list[KeepRuleOut]
    cameras: list[CameraKeptOut]
    forecast: ForecastOut | None  # of the whole store: none for who does not see every camera
    waiting: SweepWaitingOut | None  # none: nothing waits, or one does not see every camera
    tag: str = ""  # for `If-Match` at `PUT`


class MoveIn(Model):
    """One rule. Held footage (`evidence`) takes 0 days; no days: take the rule away."""

    subject: Subject
    days: Annotated[int, Field(ge=0, le=LONGEST_DAYS), Whole] | None


class MoveRuleOut(Model):
    """A purpose, or `evidence` (what somebody holds), moves to the second store after so many days."""

    subject: Subject
    days: int  # 0: soon
    changed_by: str
    changed_at: AwareDatetime


class MovesOut(Model):
    """What moves to the second store; without a rule it stays in the first."""

    second: bool  # the settings name a second store
    rules: list[MoveRuleOut]
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
