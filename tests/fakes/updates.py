"""A machine that is updated, without Python environments and processes: what runs is what `current` points at."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from edge_agent.adapters.slots_folder import SlotsFolder
from edge_agent.core.update import Turn, Well
from edge_agent.flows.update import Updating
from shared.errors import CctvError
from shared.release_manifest import ReleaseManifest
from tests.fakes.edge import FakeClock
from tests.fakes.releases import ReleaseMaker


class PowerCutError(BaseException):
    """Nothing is done any more, by no handler either."""


class Machine:
    """Slots on a real disk; `bad`: versions that are not well; `cut_at`: the step at which the power goes."""

    platform = "trixie-arm64"

    def __init__(self, root: Path, maker: ReleaseMaker) -> None:
        self.root = root
        self.clock = FakeClock()
        self.bad: set[str] = set()
        self.broken: dict[str, CctvError] = {}
        self.cut_at: int | None = None
        self.steps = 0
        self.starts = 0
        self.said: list[str] = []
        self._runs = ""
        self._forgot = False
        _fill(root / "versions/1.0", "1.0")
        (root / "current").symlink_to("versions/1.0")
        (root / "release.pem").write_text(maker.public_pem)
        self.boot()

    def boot(self) -> None:
        """The power is back: the agent that `current` points at starts."""
        self.cut_at = None
        self._runs = self.installed("current")

    def installed(self, slot: str) -> str:
        return (self.root / slot / "version").read_text()

    def updating(self) -> Updating:
        return Updating(_Slots(self), self, self, self.clock, self.said.append)

    def step(self) -> None:
        """Before everything that changes something."""
        if self.cut_at is not None and self.steps >= self.cut_at:
            raise PowerCutError
        self.steps += 1

    async def version(self, slot: str) -> str:
        return self.installed(slot)

    async def install(self, file: BinaryIO, start: int, manifest: ReleaseManifest, slot: str) -> None:
        assert 0 < start < file.seek(0, 2)
        self.step()
        (self.root / slot / "version").unlink(missing_ok=True)
        self.step()
        if (fault := self.broken.get("install")) is not None:
            raise fault
        _fill(self.root / slot, manifest.version)

    async def prove(self, slot: str, version: str) -> None:
        if (fault := self.broken.get("prove")) is not None:
            raise fault
        assert self.installed(slot) == version

    async def begin_anew(self) -> None:
        self.step()
        if (fault := self.broken.get("start")) is not None:
            raise fault
        self.starts += 1
        self._runs = self.installed("current")

    def well(self) -> Well | None:
        cameras = () if self._runs in self.bad else ("n1.gate",)
        return Well(self._runs, self.starts, self.clock.now_ms, broker=True, live=cameras, ring=cameras)

    def forget(self) -> None:
        self.step()


class _Slots(SlotsFolder):
    """The real ones, where the power may go before each change."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.root)
        self._step: Callable[[], None] = machine.step

    def save(self, turn: Turn) -> None:
        self._step()
        super().save(turn)

    def point(self, to: str) -> None:
        self._step()
        super().point(to)

    def settle(self, to: str) -> None:
        self._step()
        super().settle(to)


def _fill(place: Path, version: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / "version").write_text(version)


def links(root: Path) -> dict[str, str]:
    """What the links point at."""
    return {name: str((root / name).readlink()) for name in ("current", "good") if (root / name).is_symlink()}
