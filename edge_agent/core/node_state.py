"""How a node is at one instant, as its own server tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.media import CameraSigns
from edge_agent.core.reconfigure import Book
from edge_agent.core.shedding import ShedReport
from edge_agent.core.uplink_share import UplinkReport
from shared.kinds import MediaClass


@dataclass(frozen=True, slots=True)
class CameraReport:
    """One camera: its signs of life and what there is of it on disk."""

    signs: CameraSigns
    ring_s: float
    ring_bytes: int
    held_bytes: int
    motion: float
    tamper: str = ""  # the kind that is open now


@dataclass(frozen=True, slots=True)
class MachineReport:
    """The machine that the node runs on."""

    uptime_s: float
    cpu_percent: float
    memory_used_bytes: int
    memory_total_bytes: int
    disk_free_bytes: int
    temperature_c: float | None
    throttled_now: tuple[str, ...]
    throttled_ever: tuple[str, ...]
    clock_off_ms: float | None = None  # at most so far from its time server; None: it follows none
    certificate_days: float | None = None  # until the first CA certificate that the node holds ends
    own_certificate_days: float | None = None  # until its own ends, by which the broker knows it


@dataclass(frozen=True, slots=True)
class NodeState:
    """The whole node."""

    node: str
    site: str
    version: str
    at_ms: int
    broker_connected: bool
    controller_online: bool
    facts_waiting: Mapping[str, int]  # by kind
    facts_oldest_s: float
    uploads_waiting: Mapping[MediaClass, tuple[int, int]]  # runs and their bytes
    machine: MachineReport
    cameras: tuple[CameraReport, ...]
    uplink: UplinkReport = field(default_factory=UplinkReport)
    detector: DetectorHealth = field(default_factory=DetectorHealth)
    shed: ShedReport = field(default_factory=ShedReport)
    book: Book = field(default_factory=Book)  # the settings that the controller wants and what became of them
