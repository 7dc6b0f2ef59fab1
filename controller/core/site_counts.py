"""The site in numbers at one moment, as a monitor is told of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from controller.core.alarm_load import Load
from controller.core.queues import JobLoad
from controller.core.records import Watched
from controller.core.verification import Health


@dataclass(frozen=True, slots=True)
class CameraCount:
    """A camera as its node told at its last word."""

    camera: str
    live: bool
    frame_age_s: float | None
    ring_s: float
    ring_short: bool
    tampered: str = ""  # covered | blurred | moved | frozen | black, while it lasts


@dataclass(frozen=True, slots=True)
class NodeCount:
    """A node as it was heard last. None: it has told no health since it started, or was never heard."""

    node: str
    state: Literal["online", "away", "disabled"]
    silent_s: float | None = None
    facts: int | None = None
    oldest_s: float | None = None
    uploads: int | None = None
    uploads_bytes: int | None = None
    certificate_left_s: float | None = None  # none: it has none
    disk_free_bytes: int | None = None
    clock_off_s: float | None = None  # how far its clock is off at most, either way
    temperature_c: float | None = None
    throttled: bool | None = None  # its board is slowed down now: heat, or too little voltage
    cameras: tuple[CameraCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What the database counts; `day` is of the last 24 hours."""

    raised: int = 0  # alarms ever
    open: Mapping[tuple[str, str], int] = field(default_factory=dict)  # severity, state
    suppressed: int = 0
    shelved: int = 0
    nodes: tuple[NodeCount, ...] = ()
    cameras: Mapping[str, int] = field(default_factory=dict)  # state
    runs: Mapping[str, int] = field(default_factory=dict)  # state
    channels: Mapping[str, Literal["well", "dead", "off"]] = field(default_factory=dict)  # name
    messages: Mapping[str, int] = field(default_factory=dict)  # state
    messages_oldest_s: float = 0.0
    messages_day: Mapping[str, int] = field(default_factory=dict)  # outcome
    questions_day: Mapping[tuple[str, str], int] = field(default_factory=dict)  # kind, state
    led: Mapping[str, bool] = field(default_factory=dict)  # task
    workers: int = 0
    backup_age_s: float | None = None  # none: no backup of the last 31 days
    tried_age_s: float | None = None  # of the newest that was put back on trial, with nothing wrong
    scrub_wrong: int = 0  # stored recordings that are missing, or have other bytes
    scrub_age_s: float | None = None  # since everything stored was read; none: it was not yet
    audit_waits_s: float = 0.0  # the oldest entry without a seal
    audit_head_s: float | None = None  # since the newest signed day was over; none: no day was signed yet


@dataclass(frozen=True, slots=True)
class RoleCount:
    """A role of this machine, as its supervisor knows it."""

    name: str
    state: str
    restarts: int


@dataclass(frozen=True, slots=True)
class SiteCounts:
    """Everything that figures are read from."""

    site: str
    version: str
    now_ms: int
    counts: Counts
    load: Load  # of the last 24 hours
    jobs: JobLoad
    verification: Health
    watched: Sequence[Watched] = ()
    roles: Sequence[RoleCount] = ()
    models: Sequence[tuple[str, str, str]] = ()  # name, SHA-256, provider
    viewers: Mapping[str, int] = field(default_factory=dict)  # quality
    certificates: Mapping[str, float] = field(default_factory=dict)  # of this server: seconds left, by use
    free_bytes: Mapping[str, int] = field(default_factory=dict)  # on disks of this machine, by what lies there
