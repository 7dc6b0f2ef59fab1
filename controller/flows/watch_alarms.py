"""Watches what nodes tell of troubles and how verification goes, and makes alarms of it, one per situation."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from controller.core.conditions import Bounds, look
from controller.core.footage import AROUND_ALARM_MS
from controller.core.losses import Missed
from controller.core.records import SystemKind
from controller.core.watch import Begin, End, Lost, Memory, Policy, Sighting, Tampering, step
from controller.flows.see_signs import Complains, Housekeeping, Storage, see_signs
from controller.ports import Bell
from shared.clock import Clock
from shared.errors import Transient
from shared.ids import CameraId

log = structlog.get_logger("watch")

_PAUSE_MS = 2_000
_PROMOTIONS = 100
_WORTH_MS = 1_800_000
"""A ring reaches no further back for certain: footage from before is not asked for."""


class WatchStore(Protocol):
    """The database as the watch sees it; a writer that has lost its lease gets `Transient`."""

    async def sight(self) -> Sighting: ...

    async def save(
        self,
        changes: Sequence[Begin | End],
        tampers: Sequence[Tampering],
        lost: Sequence[Lost],
        missed: Sequence[Missed] = (),
    ) -> tuple[str, ...]:
        """Write changes, alarms and feed rows in one transaction; the ids of alarms that are new."""
        ...


class Promotes(Protocol):
    """Tells a node that a span is due before all else; `Transient` when it cannot be told now."""

    async def promote(self, camera: CameraId, start_ms: int, end_ms: int) -> None: ...


@dataclass(slots=True)
class WatchAlarms:
    """One per site at a time (see `lead`). `connected`: the broker is reached; without it nobody is heard."""

    store: WatchStore
    verification: Complains
    commands: Promotes
    bell: Bell
    clock: Clock
    policies: Mapping[SystemKind, Policy]
    bounds: Bounds
    connected: Callable[[], bool]
    storage: Storage | None = None
    objects: Complains | None = None
    own: Sequence[Housekeeping] = ()
    _memory: Memory = field(default_factory=Memory)
    _due: deque[Tampering] = field(default_factory=lambda: deque(maxlen=_PROMOTIONS))

    async def run(self) -> None:
        """Look every two seconds until cancelled; a database that is away is tried again."""
        self._memory = Memory()  # another one may have led meanwhile
        failing = False
        while True:
            try:
                await self.look()
                failing = False
            except Transient as fault:
                if not failing:
                    log.warning("cannot watch for the moment", error=str(fault))
                failing = True
            await self.clock.sleep_ms(_PAUSE_MS)

    async def look(self) -> tuple[str, ...]:
        """One look; returns the ids of alarms that are new."""
        sighting = await self.store.sight()
        now_ms = self.clock.unix_ms()
        parts = (self.verification, self.storage, self.objects, self.own)
        signs = await see_signs(sighting, *parts, connected=self.connected())
        seen = look(signs, sighting.standing, self.bounds, now_ms)
        self._memory, changes = step(self._memory, seen, sighting.standing, self.policies, now_ms)
        raised: tuple[str, ...] = ()
        if changes or sighting.tampers or sighting.lost or sighting.missed:
            raised = await self.store.save(changes, sighting.tampers, sighting.lost, sighting.missed)
            await self.bell.ring("feed")
            if self.policies["tamper"].on:
                self._due.extend(one for one in sighting.tampers if now_ms - one.start_ms < _WORTH_MS)
        await self._promote()
        return raised

    async def _promote(self) -> None:
        """What a camera saw before it was tampered with is worth keeping."""
        while self._due:
            one = self._due[0]
            try:
                await self.commands.promote(one.camera, one.start_ms - AROUND_ALARM_MS, one.start_ms + AROUND_ALARM_MS)
            except Transient:
                return
            self._due.popleft()
