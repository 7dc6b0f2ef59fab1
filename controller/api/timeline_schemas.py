"""The wire models of the timeline. Times are Unix milliseconds, half-open ranges."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from controller.core.records import RuleKind, SystemKind
from controller.core.timeline import State
from shared.fields import CameraName, Uuid
from shared.kinds import AlarmState, GapCause, Severity


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TimelineBandOut(Model):
    """Footage; `covered_ms` of the band's length really are there."""

    start_ms: int
    end_ms: int
    state: State  # in the store, on its way, on the node only
    covered_ms: int


class TimelineGapOut(Model):
    """No playable footage, and why.

    expired: it was there as long as it had to be kept; node away: what the node recorded meanwhile it tells when it
    is back.
    """

    start_ms: int
    end_ms: int
    cause: GapCause | Literal["expired", "node away"]
    covered_ms: int


class TimelineEventOut(Model):
    id: Uuid
    start_ms: int
    end_ms: int | None  # none: it runs


class TimelineAlarmOut(Model):
    """One occurrence of an alarm."""

    id: Uuid  # of the alarm
    number: int
    kind: RuleKind | SystemKind
    severity: Severity
    rule_name: str
    state: AlarmState
    withdrawn: bool
    start_ms: int
    condition_ms: int
    end_ms: int | None


class TimelineCountOut(Model):
    """How many occurrences begin in a bucket, and the worst of them."""

    bucket: int
    count: int
    severity: Severity


class TimelineCameraOut(Model):
    camera: CameraName
    bands: list[TimelineBandOut]
    gaps: list[TimelineGapOut]
    heat: list[int]  # ms of events in each bucket
    event_counts: list[int]  # that begin in each bucket
    events: list[TimelineEventOut] | None  # none: too many to tell one by one
    alarm_counts: list[TimelineCountOut]
    alarms: list[TimelineAlarmOut] | None  # none: too many to tell one by one


class TimelineOut(Model):
    """`exact`: bands and gaps to the ms, else to a bucket."""

    from_ms: int
    to_ms: int
    bucket_ms: int
    exact: bool
    cameras: list[TimelineCameraOut]
