"""Update: install a release beside what runs, let it run, and go back by itself when it is not as well."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import structlog

from edge_agent.core import update as life
from edge_agent.core.update import GATE_MS, Gate, Turn, Well
from shared.clock import Clock
from shared.errors import CctvError, Rejected
from shared.release_file import check_release, open_release
from shared.release_manifest import ReleaseManifest, check_step

log = structlog.get_logger("update")

_LOOK_MS = 500
_ASK_MS = 6_000


class Slots(Protocol):
    """Versions beside each other below one root, and the links to those that run and that are good. It blocks."""

    def load(self) -> Turn: ...

    def save(self, turn: Turn) -> None:
        """On disk when it returns; `Transient` when the disk does not take it."""
        ...

    def current(self) -> str:
        """What runs at the agent's next start."""
        ...

    def good(self) -> str:
        """What updates this machine."""
        ...

    def point(self, to: str) -> None:
        """Let another version run from the next start on: wholly, or not at all."""
        ...

    def settle(self, to: str) -> None:
        """Let it be the one that updates."""
        ...

    def keys(self) -> str:
        """Whose releases are installed; `Rejected` when nobody's are."""
        ...


class Installer(Protocol):
    """Makes a version's own environment in a slot."""

    platform: str

    async def version(self, slot: str) -> str:
        """What is there."""
        ...

    async def install(self, file: BinaryIO, start: int, manifest: ReleaseManifest, slot: str) -> None:
        """Fill a slot, on the disk when it returns; `Rejected` with what was said. Reads nothing of any network."""
        ...

    async def prove(self, slot: str, version: str) -> None:
        """Whether it starts, is that version, and reads the node's settings; `Rejected` when not."""
        ...


class Agents(Protocol):
    """The agent as its updater sees it."""

    async def begin_anew(self) -> None:
        """Ask the service manager to start what `current` points at; `Transient` when it does not take it."""
        ...

    def well(self) -> Well | None:
        """What the agent said last of itself."""
        ...

    def forget(self) -> None:
        """What it said before does not count any more."""
        ...


@dataclass(slots=True)
class Updating:
    """One machine's. `tell` hears what is done."""

    slots: Slots
    installer: Installer
    agents: Agents
    clock: Clock
    tell: Callable[[str], None]
    gate_ms: int = GATE_MS

    async def take(self, file: BinaryIO, *, downgrade: bool = False) -> Turn:
        """Install what the file holds and let it run; the turn says how it ended. `Rejected`: nothing was begun."""
        release = await asyncio.to_thread(open_release, file, self.slots.keys())
        manifest, current = release.manifest, self.slots.current()
        before = await self.installer.version(current)
        check_step(manifest, before, self.installer.platform, downgrade=downgrade)
        self.tell(f"checks {manifest.version}: {len(manifest.files)} files, {manifest.length_bytes} bytes")
        await asyncio.to_thread(check_release, file, release)
        slot = life.free_slot({current, self.slots.good()})
        turn = life.begin(manifest.version, before, slot, current)
        self.slots.save(turn)
        try:
            self.tell(f"installs {manifest.version} beside {before}")
            await self.installer.install(file, release.start, manifest, slot)
            await self.installer.prove(slot, manifest.version)
        except CctvError as fault:
            return self._end(life.fail(turn, str(fault)))
        except BaseException:
            self._end(life.fail(turn, "was stopped; nothing was changed"))
            raise
        turn = life.try_it(turn, await self._was())
        self.slots.save(turn)
        self.slots.point(turn.to)
        return await self._tried(turn, self.agents.begin_anew)

    async def take_fetched(self, version: str, file: BinaryIO, *, downgrade: bool) -> Turn:
        """The same for whoever asked from afar, who hears of it by the turn alone: it also says what was refused."""
        try:
            return await self.take(file, downgrade=downgrade)
        except Rejected as fault:
            return self._end(life.fail(life.begin(version, "", "", ""), str(fault)))

    async def go_on(self) -> Turn:
        """End what was cut off, if anything was."""
        turn = self.slots.load()
        found = life.after_cut(turn, self.slots.current())
        if found != turn:
            self.slots.save(found)
        match found.step:
            case "trying":
                said = self.agents.well()
                old = said is not None and said.version != found.version  # it was not the power that was cut
                return await self._tried(found, self.agents.begin_anew if old else None)
            case "returning":
                return await self._return(found)
            case _:
                return found

    async def _was(self) -> Well | None:
        """How the version that runs says it is; it says so while an update is installed."""
        until = self.clock.monotonic_ms() + _ASK_MS
        while (said := self.agents.well()) is None and self.clock.monotonic_ms() < until:
            await self.clock.sleep_ms(_LOOK_MS)
        return said

    async def _tried(self, turn: Turn, start: Callable[[], Awaitable[None]] | None) -> Turn:
        self.tell(f"runs {turn.version}: goes back to {turn.before} unless it is well within {self.gate_ms // 1000} s")
        try:
            self.agents.forget()
            if start is not None:
                await start()
            why = await self._watched(turn)
        except CctvError as fault:
            why = str(fault)
        except BaseException:
            await self._return(life.go_back(turn, "was stopped"))
            raise
        if why:
            return await self._return(life.go_back(turn, why))
        self.slots.settle(turn.to)
        return self._end(life.keep(turn))

    async def _watched(self, turn: Turn) -> str:
        """Why it does not count, or nothing."""
        gate = Gate(self.clock.monotonic_ms(), self.gate_ms)
        while True:
            well, now_ms = self.agents.well(), self.clock.monotonic_ms()
            lacks = life.lacking(turn, well, now_ms)
            gate, verdict = gate.look(now_ms, lacks, 0 if well is None else well.process)
            match verdict:
                case "keep":
                    return ""
                case "late":
                    return f"not well within {self.gate_ms // 1000} s: {lacks}"
                case "wait":
                    await self.clock.sleep_ms(_LOOK_MS)

    async def _return(self, turn: Turn) -> Turn:
        self.tell(f"goes back to {turn.before}: {turn.reason}")
        self.slots.save(turn)
        self.slots.point(turn.back)
        try:
            await self.agents.begin_anew()
        except CctvError as fault:  # the next start of the machine runs what `current` points at
            log.error("the agent was not started anew", error=str(fault))  # noqa: TRY400 - one line
        return self._end(life.gone_back(turn))

    def _end(self, turn: Turn) -> Turn:
        self.slots.save(turn)
        return turn


def told(turn: Turn) -> str:
    """One line on what became of it."""
    match turn.result:
        case "done":
            return f"{turn.version} runs (before: {turn.before})"
        case "failed":
            return f"{turn.version} was not installed: {turn.reason}"
        case "rolled-back":
            return f"{turn.version} was taken back, {turn.before} runs: {turn.reason}"
        case _:
            return "nothing was updated here yet"
