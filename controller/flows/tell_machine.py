"""Tells how the controller's machine and what it leans on are: GPU, broker, store, database, processes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from controller.core.grants import EVERYTHING
from controller.ports import State
from controller.ports.looking import looking
from shared.clock import Clock
from shared.errors import CctvError, Rejected

KEPT_MS = 4_000
"""Figures are this old at most, however many ask."""
_PATIENCE_S = 3.0

R = TypeVar("R")


class Broker(Protocol):
    """The broker, as far as it tells of itself."""

    @property
    def connected(self) -> bool: ...

    def figure(self, name: str) -> int | None:
        """`clients`, `received`, `sent` or `retained`; None: not known."""
        ...


class StoreHead(Protocol):
    """The store, asked for something that is not there."""

    async def head(self, key: str) -> tuple[int, str] | None: ...


class Room(Protocol):
    """The disk of the store."""

    async def free_bytes(self) -> int | None: ...


class DatabaseReads(Protocol):
    """The database in figures."""

    async def ping(self) -> None: ...

    async def database_bytes(self) -> int: ...

    async def judged_s(self, over_ms: int) -> float:
        """Pictures judged a second, over that time."""
        ...


class Statements(Protocol):
    """How long statements take."""

    def slowest(self) -> tuple[int, str] | None: ...


class Gpus(Protocol):
    """The machine's GPUs."""

    async def figures(self) -> Sequence[Any]: ...


class Processes(Protocol):
    """The processes of this machine."""

    def figures(self, named: Mapping[str, int]) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What the settings say of the store."""

    kind: str
    quota_bytes: int | None


_JUDGED_OVER_MS = 300_000


@dataclass(slots=True)
class TellMachine:
    """One per process. Everything is asked at once, nothing is waited for longer than three seconds."""

    gpus: Gpus
    broker: Broker | None
    store: StoreHead
    room: Room
    facts: StoreFacts
    database: DatabaseReads
    statements: Statements | None
    processes: Processes
    pids: Callable[[], Mapping[str, int]]
    clock: Clock
    version: str
    _taken: tuple[int, State] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def state(self) -> State:
        """MachineOut. What nobody knows is None."""
        async with self._turn:
            now_ms = self.clock.monotonic_ms()
            if self._taken is None or now_ms - self._taken[0] >= KEPT_MS:
                with looking(EVERYTHING):  # it is kept for who asks next
                    self._taken = now_ms, await self._take()
            return self._taken[1]

    async def _take(self) -> State:
        gpus, store, database, judged_s = await asyncio.gather(
            _known(self.gpus.figures()),
            self._store(),
            self._database(),
            _known(self.database.judged_s(_JUDGED_OVER_MS)),
        )
        processes = await asyncio.to_thread(self.processes.figures, self.pids())
        return {
            "version": self.version,
            "gpus": None if gpus is None else [_plain(one) for one in gpus],
            "judged_s": judged_s,
            "broker": self._broker(),
            "store": store,
            "database": database,
            "processes": [_plain(one) for one in processes],
        }

    def _broker(self) -> State | None:
        if self.broker is None:
            return None
        names = ("clients", "received", "sent", "retained")
        return {"connected": self.broker.connected, **{name: self.broker.figure(name) for name in names}}

    async def _store(self) -> State:
        latency_ms = await self._timed(self.store.head("probe/nothing"))
        free_bytes = await _known(self.room.free_bytes())
        there = latency_ms is not None and (self.facts.kind != "directory" or free_bytes is not None)
        return {
            "kind": self.facts.kind,
            "reachable": there,
            "latency_ms": latency_ms if there else None,
            "free_bytes": free_bytes,
            "quota_bytes": self.facts.quota_bytes,
        }

    async def _database(self) -> State:
        latency_ms = await self._timed(self.database.ping())
        size = None if latency_ms is None else await _known(self.database.database_bytes())
        slowest = None if self.statements is None else self.statements.slowest()
        return {
            "reachable": latency_ms is not None,
            "latency_ms": latency_ms,
            "size_bytes": size,
            "slowest_ms": None if slowest is None else slowest[0],
            "slowest": "" if slowest is None else slowest[1],
        }

    async def _timed(self, work: Awaitable[object]) -> int | None:
        """How long it took, ms; None when it failed or did not end in time."""
        began_ms = self.clock.monotonic_ms()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await work
        except Rejected:
            pass  # it answers, and says no
        except (CctvError, TimeoutError, OSError):
            return None
        return self.clock.monotonic_ms() - began_ms


async def _known(work: Awaitable[R]) -> R | None:
    with contextlib.suppress(CctvError, TimeoutError, OSError):
        async with asyncio.timeout(_PATIENCE_S):
            return await work
    return None


def _plain(figures: Any) -> State:
    return {name: getattr(figures, name) for name in type(figures).__slots__}
