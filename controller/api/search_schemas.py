"""What a search of the past asks and answers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from controller.api.schemas import AlarmOut, EventPage, Model
from controller.core.records import AlarmKind
from controller.core.search import AlarmSearch, EventSearch, Window
from shared.fields import CameraName, Uuid
from shared.kinds import AlarmState, Severity

HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
LAST_MS = 253_402_300_799_999
Names = list[Annotated[str, StringConstraints(min_length=1, max_length=200)]]


def hours_minutes(hours: str | None) -> tuple[int, int] | None:
    """Hours of the day that fit `HOURS`, in minutes since midnight."""
    if hours is None:
        return None
    begin, end = (int(text[:2]) * 60 + int(text[3:]) for text in hours.split("-"))
    return begin, end


class SearchIn(Model):
    """What both searches have."""

    camera: list[CameraName] = Field(default_factory=list, max_length=64)
    least_s: float = Field(0, ge=0, le=86_400, allow_inf_nan=False, description="how long it lasted at least, s")
    from_ms: int | None = Field(None, ge=0, le=LAST_MS, description="a month before the end when left out")
    to_ms: int | None = Field(None, ge=0, le=LAST_MS, description="now when left out")
    hours: str | None = Field(None, pattern=HOURS, description="22:00-06:00: hours of the day, by the site's clock")
    cursor: str | None = Field(None, max_length=80)
    limit: int = Field(50, ge=1, le=200)

    def minutes(self) -> tuple[int, int] | None:
        """Hours of the day in minutes since midnight."""
        return hours_minutes(self.hours)


class AlarmSearchIn(SearchIn):
    severity: list[Severity] = Field(default_factory=list, max_length=4)
    state: list[AlarmState] = Field(default_factory=list, max_length=4)
    kind: list[AlarmKind] = Field(default_factory=list, max_length=50)
    rule: Names = Field(default_factory=list, max_length=50, description="a rule's name as it was")
    zone: Names = Field(default_factory=list, max_length=50)
    assessment: list[Literal["true", "false", "nuisance"]] = Field(default_factory=list, max_length=3)
    text: str = Field("", max_length=100, description="in its number, names, notes and descriptions")

    def search(self, window: Window) -> AlarmSearch:
        """The same as the core asks it."""
        return AlarmSearch(
            window,
            self.camera,
            self.severity,
            self.state,
            self.kind,
            self.rule,
            self.zone,
            self.assessment,
            self.least_s,
            self.text.strip(),
        )


class EventSearchIn(SearchIn):
    class_name: Names = Field(default_factory=list, alias="class", max_length=50, description="one of them was seen")
    alarmed: bool | None = Field(None, description="whether an alarm came of it")

    def search(self, window: Window) -> EventSearch:
        """The same as the core asks it."""
        return EventSearch(window, self.camera, self.class_name, self.alarmed, self.least_s)


class FoundAlarms(Model):
    items: list[AlarmOut]
    next: str | None  # pass as `cursor` for the page after
    from_ms: int  # what was looked through
    to_ms: int


class FoundEvents(EventPage):
    from_ms: int
    to_ms: int


class SavedSearchIn(Model):
    """A search under a name; it takes the place of another of that name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    query: dict[
        Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=2_000)]
    ] = Field(max_length=20, description="as the address of the dashboard's page has it")


class SavedSearch(SavedSearchIn):
    id: Uuid


class SavedSearches(Model):
    items: list[SavedSearch]


class SearchChoices(Model):
    """Names to choose from."""

    rules: list[str]
    zones: list[str]
    classes: list[str]
