"""What a review asks and answers, and acts on several alarms at once."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from controller.api.alarm_schemas import Note, Rev
from controller.api.schemas import AlarmOut, EventOut, Model
from controller.api.system_schemas import SaidOut
from controller.api.whole import Flag
from controller.core.review import Of, ReviewWish
from shared.fields import UUID, CameraName, Uuid
from shared.kinds import AlarmState, Severity

_LAST_MS = 253_370_764_800_000  # its day has to be in the calendar
MOST = 200
Subject = Annotated[str, StringConstraints(pattern=UUID)]


class ReviewIn(Model):
    """What is looked through: the same for its pages and its days."""

    from_ms: int | None = Field(None, ge=0, le=_LAST_MS, description="a week before the end when left out")
    to_ms: int | None = Field(None, ge=0, le=_LAST_MS, description="now when left out")
    of: Of = "all"
    camera: list[CameraName] = Field(default_factory=list, max_length=64)
    severity: list[Severity] = Field(default_factory=list, max_length=4, description="of alarms: no events then")
    state: list[AlarmState] = Field(default_factory=list, max_length=4, description="of alarms: no events then")
    class_name: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        default_factory=list, alias="class", max_length=50, description="of events: no alarms then"
    )
    motion: bool = Field(False, description="with events in which nothing was recognised")
    left: bool = Field(False, description="only what the caller has not reviewed")

    def wish(self, who: str, span: tuple[int, int]) -> ReviewWish:
        """The same as the core asks it."""
        return ReviewWish(
            who,
            *span,
            self.of,
            tuple(self.camera),
            tuple(self.severity),
            tuple(self.state),
            tuple(self.class_name),
            motion=self.motion,
            left=self.left,
        )


class ReviewPageIn(ReviewIn):
    cursor: str | None = Field(None, max_length=80)
    limit: int = Field(50, ge=1, le=MOST)


class ReviewItem(Model):
    """An alarm, or an event that none came of."""

    id: Uuid
    at_ms: int  # when the alarm's condition was fulfilled, or the event began
    reviewed_at: AwareDatetime | None  # by the caller; an alarm that occurred again since is to be looked at again
    alarm: AlarmOut | None
    event: EventOut | None


class ReviewPage(Model):
    items: list[ReviewItem]
    next: str | None  # pass as `cursor` for the page after
    from_ms: int  # what was looked through
    to_ms: int


class ReviewDay(Model):
    from_ms: int
    to_ms: int
    alarms: int
    alarms_left: int  # that the caller has not reviewed
    events: int
    events_left: int


class ReviewDays(Model):
    days: list[ReviewDay]  # by the site's clock, oldest first


class ReviewMarkIn(Model):
    subjects: list[Subject] = Field(min_length=1, max_length=1000, description="ids of alarms and events")
    reviewed: Flag = True


class ReviewMarkedOut(Model):
    changed: list[Uuid]  # the others were so already, or are not known


class ManyIn(Model):
    """One alarm as the person saw it."""

    id: Subject
    rev: Rev = None


class AlarmActsIn(Model):
    """One deed on several alarms."""

    verb: Literal["acknowledge", "resolve"]
    assessment: Literal["true", "false", "nuisance"] | None = Field(None, description="needed to resolve")
    note: Note = ""
    alarms: list[ManyIn] = Field(min_length=1, max_length=MOST)


class AlarmOutcomeOut(Model):
    """What happened to one of them."""

    id: Uuid
    outcome: Literal["done", "changed", "refused", "missing", "busy"]  # changed: somebody else was first
    alarm: AlarmOut | None  # as it is now
    detail: str
    said: SaidOut | None  # `detail` by its code


class AlarmActsOut(Model):
    outcomes: list[AlarmOutcomeOut]  # in the order asked; each alarm once
