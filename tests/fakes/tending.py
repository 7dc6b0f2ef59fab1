"""Fakes of what an administrator's commands touch: machine, package index, pictures, diagnostics, the config book."""

from collections.abc import Callable

from edge_agent.core.media import Packet, StreamInfo
from edge_agent.core.reconfigure import Book
from edge_agent.flows.diagnose import Diagnosis
from edge_agent.flows.observe import Observation
from edge_agent.flows.take_snapshot import Snapshots
from edge_agent.flows.tend import Tending
from shared.errors import CctvError, Transient
from tests.fakes.host import FakeHost
from tests.fakes.node import FakeNode


class FakeMachine:
    """Counts how often it was rebooted; `fault` is raised instead."""

    def __init__(self) -> None:
        self.reboots = 0
        self.fault: CctvError | None = None

    async def reboot(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.reboots += 1


class FakePackages:
    """An index with `offered`; away when None."""

    def __init__(self, *offered: str) -> None:
        self.offered: tuple[str, ...] | None = offered

    async def versions(self) -> tuple[str, ...]:
        if self.offered is None:
            raise Transient("package index: away")
        return self.offered


class FakePictures:
    """A picture is its keyframe's bytes."""

    async def jpeg(self, _stream: StreamInfo, keyframe: Packet) -> bytes:
        return keyframe.data


class MemoryBook:
    """The config book without a disk; `full` refuses writes."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book()
        self.full = False

    def load(self) -> Book:
        return self.book

    def save(self, book: Book) -> None:
        if self.full:
            raise Transient("config.json: no space left")
        self.book = book


def tending(
    node: FakeNode,
    machine: FakeMachine | None = None,
    packages: FakePackages | None = None,
    settings: dict[str, str] | None = None,
    secrets: tuple[str, ...] = (),
    log: tuple[str, ...] = (),
    begin_anew: Callable[[], None] | None = None,
) -> Tending:
    """The flow over one fake node."""
    feeds = {node.feed.camera: node.feed}
    observation = Observation(
        "n1",
        "site",
        "0.1.0",
        (),
        {},
        node.ring,
        node.outbox,
        node.delivery,
        node.publishing,
        FakeHost(),
        node.wire,
        node.clock,
    )
    diagnosis = Diagnosis(
        observation,
        lambda: settings or {},
        lambda: secrets,
        lambda: {"agent": "0.1.0"},
        lambda: log,
        Book,
        node.clock,
        lambda number: (len(log), log[number:]),
    )
    snapshots = Snapshots(feeds, FakePictures(), node.clock)
    return Tending(feeds, snapshots, diagnosis, machine, packages, "0.1.0", begin_anew)
