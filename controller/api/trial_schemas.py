"""The wire models of trials of rules. Media times are Unix milliseconds, wall times ISO 8601 UTC."""

from typing import Any, Literal

from pydantic import AwareDatetime

from controller.api.schemas import Model, NoticeOut
from controller.api.whole import WholeMs
from controller.core.records import RuleKind
from controller.core.trial import Change
from controller.core.trial_wish import Source, TrialState
from shared.fields import CameraName, Uuid
from shared.kinds import Severity


class TrialIn(Model):
    """A rule file, {"rules": […]}, to be tried over [from_ms, to_ms) of one camera: at most 24 hours."""

    document: dict[str, Any]
    camera: CameraName
    from_ms: WholeMs
    to_ms: WholeMs
    source: Source = "auto"


class TrialOut(Model):
    id: Uuid
    camera: CameraName
    start_ms: int
    end_ms: int
    source: Source
    who: str
    state: TrialState
    progress: float  # 0..1
    reason: str  # why it failed
    created_at: AwareDatetime
    changed_at: AwareDatetime


class TrialPage(Model):
    items: list[TrialOut]
    next: str | None


class TriedAlarmOut(Model):
    """An alarm that would have been raised, or (`gone`) was by the rules in force and would not have been."""

    change: Change
    rule: str
    kind: RuleKind
    camera: CameraName
    zone_name: str | None
    severity: Severity
    start_ms: int  # its condition began
    raised_ms: int
    end_ms: int
    occurrences: int
    confidence: float
    numbers: dict[str, float]  # why it fired


class TrialResultOut(Model):
    source: Literal["tracks", "clips", "video"]
    rules_version: int | None  # of the rules in force that it was compared with
    judged_ms: int  # how much of the span there was to look at
    new: int
    gone: int
    same: int
    alarms: list[TriedAlarmOut]  # by their time; the first thousand
    unanswered: list[NoticeOut]  # rules that stored tracks cannot tell of
    warnings: list[NoticeOut]


class TrialDetailOut(Model):
    trial: TrialOut
    result: TrialResultOut | None


class RulesCheckOut(Model):
    """A rule file that is right, and what of it would not come true as things are now."""

    rules: int
    warnings: list[NoticeOut]
