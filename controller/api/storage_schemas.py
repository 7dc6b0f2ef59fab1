"""The wire models of storage: what is used, and when it will be full."""

from pydantic import BaseModel, ConfigDict

from controller.core.nightly import Fault
from controller.core.storage import Outlook
from controller.core.tiers import Fault as MoveFault
from shared.fields import CameraName, NodeName


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ForecastOut(Model):
    """What will become of the store at the pace of the last days, at most seven.

    young: less than a day was measured; levels: it stays below its bound; fills: its disk will be full; shortens: the
    quota will take footage before its retention; unbounded: no bound is known.
    """

    outlook: Outlook
    measured_days: float
    day_bytes: int | None  # that come in a day
    limit_bytes: int | None
    full_in_days: float | None
    level_bytes: int | None  # what retention by age leaves in the end
    keeps_days: float | None  # how far back the store will reach in the end


class CameraBytesOut(Model):
    camera: CameraName
    held_bytes: int
    day_bytes: int | None  # none: less than a day was measured
    oldest_ms: int | None


class RingOut(Model):
    """A camera's ring on its node: once it is full, its oldest goes."""

    camera: CameraName
    ring_s: float
    ring_bytes: int
    day_bytes: int  # at the bit rate of now
    reach_s: float | None  # once it is full; none: its node cannot say yet
    full_in_s: float | None  # 0: it is full
    short: bool  # reaches back less far than it must


class NodeStorageOut(Model):
    node: NodeName
    online: bool  # else these are its last figures
    disk_free_bytes: int | None
    written_bytes_day: int | None
    rings: list[RingOut]


class SiteBackupOut(Model):
    """The backups of the whole site, as the audit of the last month tells of them."""

    nightly: bool  # the settings want one every night
    late: bool  # they do, and no good one is of the last 26 hours
    good_ms: int | None  # the newest that was put back on trial, and was right
    good_bytes: int | None
    failed_ms: int | None  # what failed after that
    failed_why: Fault | None


class ScrubOut(Model):
    """The slow reading of everything stored, compared with what nodes announced."""

    on: bool
    switched_off: bool  # by the flag `scrub`: it rests
    runs: int  # read in this round; 0: none is on its way
    whole_ms: int | None  # when the last round was through; none: none was yet
    whole_runs: int
    wrong: int  # that stand: missing, or with other bytes
    asked: int  # of them: asked of their nodes again
    stopped: bool  # so many are wrong that nothing more is read


class SecondStoreOut(Model):
    """The second store, where what is old, or held, moves to."""

    kind: str | None  # directory | s3; none: the settings name none any more, and what lies there is out of reach
    runs: int
    used_bytes: int
    waiting_runs: int  # that are to move now
    waiting_bytes: int
    moved_ms: int | None  # when the last ones were moved
    fault: MoveFault | None  # why nothing is moved
    since_ms: int | None


class StorageOut(Model):
    """The store of the site, its database, and the nodes' own disks."""

    kind: str  # directory | s3
    used_bytes: int | None  # of the first store; none: not known, for it is away
    runs: int
    oldest_ms: int | None
    free_bytes: int | None  # on the store's disk; none: nobody knows
    quota_bytes: int | None
    retention_days: int
    forecast: ForecastOut
    cameras: list[CameraBytesOut]
    database_bytes: int
    nodes: list[NodeStorageOut]
    backup: SiteBackupOut
    scrub: ScrubOut
    second: SecondStoreOut | None  # none: there is none
