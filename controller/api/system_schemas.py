"""Wire models of what the controller says of itself: its roles, its models, its sentences."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.english import Code


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SaidOut(Model):
    """A sentence by its code and parameters, so that a page says it in its own language; the English stands beside."""

    code: Code
    params: dict[str, str | int | float]


class RoleOut(Model):
    name: str
    state: Literal["running", "starting", "frozen", "down"]
    restarts: int


class BoundsOut(Model):
    """From where on a node's own figures are trouble."""

    disk_free_bytes_min: int
    held_share_max: float
    clock_offset_ms_max: float
    temperature_c_max: float
    certificate_days_min: float
    own_certificate_days_min: float
    unsent_s_max: float
    store_full_days_min: float = 7.0


class GpuOut(Model):
    name: str
    memory_used_bytes: int | None  # here and below, none: not known
    memory_total_bytes: int | None
    busy: float | None  # 0..1


class BrokerOut(Model):
    connected: bool
    clients: int | None
    received: int | None  # messages, since the broker's start
    sent: int | None
    retained: int | None


class StoreReachOut(Model):
    kind: str
    reachable: bool
    latency_ms: int | None
    free_bytes: int | None
    quota_bytes: int | None


class DatabaseOut(Model):
    reachable: bool
    latency_ms: int | None
    size_bytes: int | None
    slowest_ms: int | None  # of the statements of the role api, in ten minutes
    slowest: str  # its verb and its table


class ProcessOut(Model):
    """A process of this machine, with what it started."""

    name: str  # a role, or `supervisor`
    pid: int
    cpu: float | None  # of one processor, since the last look
    memory_bytes: int | None
    uptime_s: float | None


class MachineOut(Model):
    """The controller's machine, and what it leans on."""

    version: str
    gpus: list[GpuOut] | None  # empty: no GPU of NVIDIA's; none: not known
    judged_s: float | None  # pictures judged a second, over five minutes
    broker: BrokerOut | None
    store: StoreReachOut
    database: DatabaseOut
    processes: list[ProcessOut]


class JudgingModelOut(Model):
    name: str
    sha256: str
    provider: str
    head: str
    classes: list[str]  # as the site calls them
    fallback: str  # why a faster provider does not run it
    fallback_said: SaidOut | None
