"""The wire models of the recording proof. Times are Unix milliseconds; days are the site's."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.fields import CameraName
from shared.kinds import GapCause


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProofCauseOut(Model):
    """What is missing of a day for one reason. Planned: by the camera's plan, or in maintenance."""

    cause: GapCause
    planned: bool
    ms: int
    gaps: int


class ProofDayOut(Model):
    """A camera's day: what was recorded, what was planned away, what is missing, and what its node did not tell yet."""

    counted_ms: int  # the sum of these four
    recorded_ms: int
    planned_ms: int
    missing_ms: int
    untold_ms: int
    due_ms: int  # counted and not planned away
    causes: list[ProofCauseOut]


class ProofCameraOut(Model):
    camera: CameraName
    recorded_ms: int
    due_ms: int
    days: list[ProofDayOut | None]  # as in the answer's `days`; none: before the camera's first word


class ProofDateOut(Model):
    date: date
    start_ms: int
    end_ms: int


class ProofOut(Model):
    """What cameras recorded, by their nodes' signed ledgers; whether it is still kept is another question."""

    time_zone: str
    days: list[ProofDateOut]
    cameras: list[ProofCameraOut]


class ProofGapOut(Model):
    """A stretch that was not recorded; `covered_ms` of its length really were not."""

    start_ms: int
    end_ms: int
    cause: GapCause
    planned: bool
    covered_ms: int


class ProofGapPage(Model):
    items: list[ProofGapOut]
    next: str | None
