"""A film of an export that is being written: a confined process reads the runs and copies their packets."""

from pathlib import Path

from controller.adapters.checked_file import Digest
from controller.adapters.reel_process import ReelProcess
from controller.core.export import Take
from shared.errors import Rejected

_CHILD = "controller.adapters.copied_film"
_LEAST_S = 60
_SLOWEST_BYTES_PER_S = 500_000
_MORE_BYTES = 16_000_000
"""What a muxer may have kept of the take before, and what it adds."""


class GrowingCopy:
    """No byte of a run is looked into in this process."""

    def __init__(self, reel: ReelProcess) -> None:
        self._reel = reel
        self._begun = False

    @classmethod
    async def open(cls, folder: Path, name: str, program: str = _CHILD) -> "GrowingCopy":
        return cls(await ReelProcess.open(program, folder, name))

    @property
    def init_sha256(self) -> str:
        """A film has no segments."""
        return ""

    async def add(self, source: Path, take: Take) -> bool:
        """False: the take does not fit into this film. `Rejected`: it cannot be read, and the film is of no use."""
        order = {"source": str(source), "ranges": take.ranges, "start_ms": take.start_ms}
        most_s = _LEAST_S + take.length_bytes / _SLOWEST_BYTES_PER_S
        fits = await self._reel.add(order, take.length_bytes + _MORE_BYTES, most_s)
        if not fits and not self._begun:
            raise Rejected("run", "its reader takes no film")
        self._begun = True
        return fits

    async def finish(self) -> Digest:
        """Checked, and under its final name."""
        return await self._reel.finish()

    async def drop(self) -> None:
        """Remove it, and end who makes it."""
        await self._reel.drop()
