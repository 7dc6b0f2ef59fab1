"""The wire models of one alarm, of what people do to it, of maintenance and of the alarm load."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from controller.api.judging_schemas import VerdictOut
from controller.api.schemas import AlarmOut, MaintenanceOut, Model, OccurrenceOut
from controller.api.whole import Seen, Whole, WholeCounted
from controller.core.alarm_load import Band
from controller.core.lifecycle import SHELVE_MINUTES_MAX
from controller.core.maintenance import MINUTES_MAX
from shared.kinds import Severity

Note = Annotated[str, Field(max_length=2000)]
Rev = WholeCounted | None
"""The alarm's `rev` as the person saw it: what another person did since answers 409, with the alarm as it is now."""


class HistoryOut(Model):
    at: AwareDatetime
    who: str
    what: str
    note: str = ""
    detail: dict[str, str | int] = Field(
        default_factory=dict
    )  # to, until, minutes, level, assessment, camera: as it fits


class AlarmPage(Model):
    items: list[AlarmOut]
    next: str | None  # pass as `cursor` for the page after
    open_total: int


class AlarmDetailOut(Model):
    alarm: AlarmOut
    occurrences: list[OccurrenceOut]
    verdicts: list[VerdictOut]
    clip_start_ms: int
    clip_end_ms: int
    clip_missing_ms: int  # how much of that span the store does not have (yet)
    history: list[HistoryOut]


class OccurrenceDetailOut(Model):
    """One occurrence with its own clip, as its own camera saw it."""

    occurrence: OccurrenceOut
    verdicts: list[VerdictOut]
    clip_start_ms: int
    clip_end_ms: int
    clip_missing_ms: int


class AcknowledgeIn(Model):
    note: Note = ""
    rev: Rev = None


class AssignIn(Model):
    to: Annotated[str, Field(max_length=64)] | None  # none: to nobody
    note: Note = ""
    rev: Rev = None


class NoteIn(Model):
    note: Annotated[str, Field(min_length=1, max_length=2000)]


class ResolveIn(Model):
    assessment: Literal["true", "false", "nuisance"]
    note: Note = ""
    rev: Rev = None


class ShelveIn(Model):
    minutes: Annotated[int, Field(ge=1, le=SHELVE_MINUTES_MAX), Whole]
    note: Note = ""
    rev: Rev = None


class AssigneesOut(Model):
    """Who may be given alarms; where one is named, who sees a camera of it."""

    names: list[str]


class MaintenanceIn(Model):
    scope: Literal["camera", "node", "site"]
    target: Annotated[str, Field(max_length=80)] = ""  # camera or node id; empty: the site
    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX), Whole]
    why: Annotated[str, Field(min_length=1, max_length=500), Seen]


class MaintenanceListOut(Model):
    items: list[MaintenanceOut]  # in force now


class SourceOut(Model):
    """Where alarms come from: a rule at a camera or place."""

    rule_name: str
    where: str  # camera, place or node; empty: the site
    zone_name: str | None
    alarms: int
    share: float  # 0..1 of all


class ChatteringOut(Model):
    rule_name: str
    where: str
    zone_name: str | None
    most_in_a_minute: int


class FloodOut(Model):
    start_ms: int
    end_ms: int
    alarms: int


class TogetherOut(Model):
    """Two cameras without a common place that alarm at the same time again and again."""

    rule_name: str
    cameras: tuple[str, str]
    alarms: int  # of the rarer camera
    together: int  # how many of these within `cooldown` of one of the other camera


class AlarmLoadOut(Model):
    """How much alarms ask of people: the figures of EEMUA 191 and ANSI/ISA-18.2 over a span."""

    from_ms: int
    to_ms: int
    operators: int
    alarms: int  # told to somebody: the suppressed are not among them
    suppressed: int
    shelved: int
    per_10_min: float  # for each operator, on average
    per_day: float
    peak_10_min: int  # the most in any ten minutes, for each operator
    band: Band
    flood_percent: float  # of ten-minute stretches with more than ten alarms for each operator
    flooding: bool  # now
    floods: list[FloodOut]
    chattering: list[ChatteringOut]  # three times in a minute, or more often
    stale: list[int]  # numbers of alarms that are open for more than a day
    contributors: list[SourceOut]  # the ten that alarm most
    contributors_percent: float  # their share
    severities: dict[Severity, int]
    assessments: dict[str, int]
    acknowledge_median_s: float | None
    acknowledge_p95_s: float | None
    resolve_median_s: float | None
    escalated: int
    together: list[TogetherOut]
