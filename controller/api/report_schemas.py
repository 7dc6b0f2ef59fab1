"""What a report asks and answers. Times are Unix milliseconds; days and hours are the site's."""

from datetime import date
from typing import Annotated

from pydantic import Field

from controller.api.schemas import Model
from controller.core.alarm_load import Band
from controller.core.records import AlarmKind, RuleKind
from controller.core.report import FIRST_DAY, LAST_DAY, TREND, Asked, Period, asked
from shared.kinds import Severity

_HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"


class ReportIn(Model):
    period: Period = "day"
    day: Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None = Field(
        None, description="its first day, or any of its week; the last one that is over when left out"
    )
    hours: str | None = Field(None, pattern=_HOURS, description="22:00-06:00: a shift, each day of the period")
    names: bool = Field(False, description="also who answered alarms: for an administrator")

    def wanted(self, today: date) -> Asked:
        """The same as the core asks it."""
        hours = None
        if self.hours is not None:
            begin, end = (int(text[:2]) * 60 + int(text[3:]) for text in self.hours.split("-"))
            hours = (begin, end)
        return asked(self.period, self.day, hours, today)


class ReportTotals(Model):
    alarms: int  # told to somebody: those under maintenance are not among them
    true_alarms: int
    false_alarms: int
    nuisance: int
    unassessed: int  # nobody has said
    nuisance_rate: float | None  # false and nuisance, of those that were assessed
    escalated: int
    open: int
    suppressed: int


class ReportSafety(Model):
    """All rules together, by the time of the people whom they are about; none: nothing was judged."""

    rate: float | None  # of the time that could be told, the share without a breach
    exposure_ms: int | None  # against a rule, or where nobody may be
    present_ms: int | None


class ReportPoint(ReportTotals, ReportSafety):
    """The main figures of a period."""

    acknowledge_median_s: float | None
    resolve_median_s: float | None


class ReportTrendPoint(ReportPoint):
    day: date


class ReportTrend(Model):
    period: Period
    points: list[ReportTrendPoint] = Field(max_length=TREND)  # oldest first; the last one is the one asked for


class ReportPresence(Model):
    """What a rule made of everybody in its zone; a person there for a minute is a minute."""

    zone_name: str | None
    rule_name: str
    kind: RuleKind
    cameras: int
    judged_ms: int  # in force and judged, whoever was there
    judged_share: float | None  # of the period, over its cameras
    present_ms: int
    breach_ms: int
    unknown_ms: int  # nobody could tell: in no rate
    exposure_ms: int  # the breach; where nobody may be at all, all of the presence
    tracks: int  # that came into the zone; one person may be several
    rate: float | None  # none: nothing could be told, or nobody may be there at all


class ReportCause(Model):
    rule_name: str
    kind: AlarmKind
    severity: Severity
    alarms: int
    true_alarms: int
    false_alarms: int
    nuisance: int
    escalated: int
    open: int
    suppressed: int
    hours_of_week: list[list[int]]  # Monday first, 24 each


class ReportResponse(Model):
    """From raising; what is not answered yet is counted, and in no median."""

    acknowledged: int
    unacknowledged: int
    resolved: int
    unresolved: int
    acknowledge_median_s: float | None
    acknowledge_p95_s: float | None
    resolve_median_s: float | None
    resolve_p95_s: float | None


class ReportLoad(Model):
    operators: int
    per_10_min: float
    peak_10_min: int
    flood_percent: float
    band: Band


class ReportExposure(Model):
    """For how long the condition of rules held in a zone, what lasts up to now."""

    zone_name: str | None
    kind: AlarmKind
    held_ms: int
    occurrences: int


class ReportWorn(Model):
    """For how long equipment was worn, missing, or could not be told, over all people in view."""

    camera: str
    item: str
    compliant_ms: int
    missing_ms: int
    unknown_ms: int
    rate: float | None  # compliant of what could be told; none: nothing could


class ReportDay(Model):
    day: date
    alarms: int


class ReportPerson(Model):
    who: str
    acknowledged: int
    acknowledge_median_s: float | None


class ReportOut(Model):
    period: Period
    day: date
    hours: tuple[int, int] | None  # minutes since midnight
    from_ms: int
    to_ms: int
    until_ms: int  # what is counted: a period that runs is counted up to now
    minutes: int  # of it; with hours, of these hours
    timezone: str
    alarms: ReportTotals
    before: ReportPoint
    safety: ReportSafety
    presence: list[ReportPresence]
    causes: list[ReportCause]
    response: ReportResponse
    load: ReportLoad
    exposure: list[ReportExposure]
    worn: list[ReportWorn]
    days: list[ReportDay]
    hours_of_week: list[list[int]]  # Monday first, 24 each
    people: list[ReportPerson] | None  # none: not asked for
