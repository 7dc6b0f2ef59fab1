"""The settings of what the system watches of itself: which troubles become alarms, how soon and how loudly."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.kinds import Severity

GraceS = Annotated[float, Field(ge=0, le=86_400)]
_ON = "Whether it is told as an alarm."
_GRACE = "How long it must last, s."
_SEVERITY = "Severity of its alarms."


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    on: bool = Field(True, description=_ON)


class Tamper(_Kind):
    """A camera's view was covered, blurred or moved, or its picture froze or went black."""

    severity: Severity = Field("high", description=_SEVERITY)


class FootageLost(_Kind):
    """Footage that was due for upload is gone."""

    severity: Severity = Field("high", description=_SEVERITY)


class NodeAway(_Kind):
    """A node does not answer, nor do its cameras."""

    grace_s: GraceS = Field(30.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class CameraStalled(_Kind):
    """A camera of a node that answers is not live."""

    grace_s: GraceS = Field(30.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class NodeTrouble(_Kind):
    """A node's disk or held footage is near its bound, its ring too short, its power weak or its clock off."""

    grace_s: GraceS = Field(60.0, description=_GRACE)
    severity: Severity = Field("medium", description=_SEVERITY)
    disk_free_bytes_min: Annotated[int, Field(ge=0, le=2**50)] = Field(
        2**30, description="Less free storage than this is trouble."
    )
    held_share_max: Annotated[float, Field(gt=0, le=1)] = Field(
        0.8, description="More of a node's `held_bytes_max` in use than this share is trouble."
    )
    clock_offset_ms_max: Annotated[float, Field(ge=10, le=3_600_000)] = Field(
        1000.0, description="A clock further off than this is trouble."
    )


class VerificationDegraded(_Kind):
    """Nobody verifies, or verification is behind."""

    grace_s: GraceS = Field(15.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class Unwatched(_Kind):
    """A camera that a rule wants judged all the time is not, or the anomaly scores that a rule needs do not come."""

    grace_s: GraceS = Field(30.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class ChannelDead(_Kind):
    """Messages to a destination failed three times in a row."""

    grace_s: GraceS = Field(0.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class StoreFilling(_Kind):
    """The disk of a directory store will be full soon, at the pace of the last days and with what retention takes."""

    grace_s: GraceS = Field(600.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)
    full_days_min: Annotated[float, Field(ge=0, le=365)] = Field(
        7.0, description="Full in fewer days than this is trouble."
    )


class StoreAway(_Kind):
    """The object store takes and gives nothing: its disk is not mounted, or its server does not answer."""

    grace_s: GraceS = Field(30.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class BackupFailing(_Kind):
    """A run of an archive failed, its destination takes nothing, or it is overdue."""

    grace_s: GraceS = Field(600.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class UpkeepTrouble(_Kind):
    """Retention would take too much at once and waits for leave, or stored footage is not what it was."""

    grace_s: GraceS = Field(0.0, description=_GRACE)
    severity: Severity = Field("high", description=_SEVERITY)


class Watch(BaseModel):
    """Alarms about the system itself, one table for each kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tamper: Tamper = Tamper()
    footage_lost: FootageLost = FootageLost()
    node_away: NodeAway = NodeAway()
    camera_stalled: CameraStalled = CameraStalled()
    node_trouble: NodeTrouble = NodeTrouble()
    verification_degraded: VerificationDegraded = VerificationDegraded()
    unwatched: Unwatched = Unwatched()
    channel_dead: ChannelDead = ChannelDead()
    store_filling: StoreFilling = StoreFilling()
    store_away: StoreAway = StoreAway()
    backup_failing: BackupFailing = BackupFailing()
    upkeep_trouble: UpkeepTrouble = UpkeepTrouble()
