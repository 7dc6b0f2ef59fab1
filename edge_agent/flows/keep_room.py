"""Keep room: footage that waits is let go when its budget or the disk is used up, and what became of it is told."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from edge_agent.core.held_room import Held, to_let_go
from edge_agent.core.upload_policy import Upload, UploadState, over_budget
from edge_agent.flows.facts import Facts
from edge_agent.ports import Ring, Uploads
from shared.errors import Transient
from shared.ids import CameraId, FactId, RunId

log = structlog.get_logger("room")

_SHORT_MS = 60_000
_BUDGET = "the budget for footage that waits was used up"
_DISK = "the disk was full, and recording goes first"


class Uncut(Protocol):
    """Segments that are held for a span and not in a run yet, each as a run of its own."""

    def uncut(self) -> tuple[Upload, ...]: ...

    def let_go(self, upload: Upload) -> bool:
        """Leave one out of every run from now on; False: it is in one, or about to be."""
        ...

    def told(self, upload: Upload) -> None:
        """What became of it is durable: from now on it is known as any upload is."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What must go: unsaid, for the store most likely has it; told, each with the reason."""

    unsaid: tuple[Upload, ...] = ()
    told: tuple[tuple[Upload, str], ...] = ()


class RoomKeeping:
    """A run of which the ring still has some is *released*: it may be asked for again, and is lost with the rest."""

    def __init__(self, ring: Ring, uploads: Uploads, facts: Facts, budget_bytes: int) -> None:
        self._ring = ring
        self._uploads = uploads
        self._facts = facts
        self._budget_bytes = budget_bytes
        self._owed: dict[RunId, str] = {}  # let go, and not told yet: the disk may be too full for that
        self._cuttings: list[Uncut] = []
        self._uncut: dict[RunId, tuple[Upload, Uncut]] = {}  # let go before a run was made of it, and not told yet
        self._bare: set[RunId] = set()  # uploaded, and without links already: there is nothing more to gain
        self._released: dict[RunId, Upload] | None = None
        self._short_ms: int | None = None  # when something had to go

    def consider(self, cutting: Uncut) -> None:
        """Ask of it too when the disk is full."""
        self._cuttings.append(cutting)

    async def choose(self, waiting: Iterable[Upload], busy: Collection[RunId]) -> Choice:
        """What must go now; `busy` uploads stay. What goes for the disk's sake has lost its links already."""
        uploads = tuple(waiting)
        idle = [upload for upload in uploads if upload.id not in busy]
        self._bare &= {upload.id for upload in uploads}
        self._owed = {run: why for run, why in self._owed.items() if any(upload.id == run for upload in idle)}
        unsaid: list[Upload] = []
        loose = {upload.id: (upload, cutting) for cutting in self._cuttings for upload in cutting.uncut()}
        for upload in await self._for_the_disk([*idle, *(upload for upload, _ in loose.values())]):
            if upload.id in loose:
                if loose[upload.id][1].let_go(upload):
                    self._uncut[upload.id] = loose[upload.id]
                    await self.release(upload)
                continue
            if upload.state == "uploaded":
                unsaid.append(upload)
                self._bare.add(upload.id)
                continue
            await self.release(upload)  # before it is told: the word of it needs room as well
            self._owed[upload.id] = _DISK
        told = [(upload, self._owed[upload.id]) for upload in idle if upload.id in self._owed]
        told += [(upload, _DISK) for upload, _ in self._uncut.values()]
        if not told:
            found = self._for_the_budget(uploads, busy)
            unsaid += [upload for upload in found.unsaid if upload not in unsaid]
            told = list(found.told)
        if told:
            self._short_ms = self._facts.clock.monotonic_ms()
        return Choice(tuple(unsaid), tuple(told))

    async def give_up(self, upload: Upload, reason: str) -> Upload:
        """Tell that an upload ends here: released while the ring has any of it, else lost."""
        state: UploadState = "released" if self._ring.ring_bytes(upload.run.segments) else "lost"
        ended = replace(upload, state=state, rev=upload.rev + 1, fact=FactId(self._facts.mint()), reason=reason)
        await asyncio.to_thread(self._uploads.keep, ended, [self._facts.run(ended)])
        self._owed.pop(upload.id, None)
        if upload.id in self._uncut:
            self._uncut.pop(upload.id)[1].told(upload)
        if state == "released":
            (await self._known())[ended.id] = ended
        self._facts.fresh.set()
        return ended

    async def release(self, upload: Upload) -> None:
        """Drop an upload's links."""
        for segment in upload.run.segments:
            await asyncio.to_thread(self._ring.release, segment)

    async def follow(self) -> int:
        """Tell as lost what was released and the ring has overwritten; how many runs that are."""
        known = await self._known()
        gone = [
            upload
            for upload in known.values()
            if self._ring.extent(upload.run.camera)[1] and not self._ring.ring_bytes(upload.run.segments)
        ]
        for upload in gone:
            lost = replace(upload, state="lost", rev=upload.rev + 1, fact=FactId(self._facts.mint()))
            await asyncio.to_thread(self._uploads.keep, lost, [self._facts.run(lost)])
            known.pop(upload.id, None)
            self._facts.fresh.set()
            log.error("footage lost", run=lost.id, camera=lost.run.camera, reason=lost.reason)
        return len(gone)

    async def take_again(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        """Let what was released of a span be cut anew; raises `Transient` while there is no room for it."""
        if self._short_ms is not None and self._facts.clock.monotonic_ms() - self._short_ms < _SHORT_MS:
            raise Transient("there is no room here for footage that waits")
        known = await self._known()
        for upload in [*known.values()]:
            if upload.run.camera == camera and upload.start_ms < end_ms and upload.end_ms > start_ms:
                await asyncio.to_thread(self._uploads.forget, upload.id)
                known.pop(upload.id, None)

    async def _known(self) -> dict[RunId, Upload]:
        if self._released is None:
            self._released = {upload.id: upload for upload in await asyncio.to_thread(self._uploads.released)}
        return self._released

    async def _for_the_disk(self, idle: Iterable[Upload]) -> tuple[Upload, ...]:
        room = await asyncio.to_thread(self._ring.room)
        if room.short_bytes <= 0:
            return ()
        held = [
            Held(upload, self._ring.beyond_bytes(upload.run.segments), self._ring.ring_bytes(upload.run.segments))
            for upload in idle
            if upload.id not in self._owed and upload.id not in self._bare
        ]
        return to_let_go(held, room)

    def _for_the_budget(self, uploads: Collection[Upload], busy: Collection[RunId]) -> Choice:
        cameras = {upload.run.camera for upload in uploads}
        if sum(map(self._ring.held_bytes, cameras)) <= self._budget_bytes:
            return Choice()
        left_bytes = self._budget_bytes
        announced: list[tuple[Upload, int]] = []
        uploaded: list[tuple[Upload, int]] = []
        for upload in uploads:
            beyond_bytes = self._ring.beyond_bytes(upload.run.segments)
            if upload.id in busy:
                left_bytes -= beyond_bytes
            else:
                (uploaded if upload.state == "uploaded" else announced).append((upload, beyond_bytes))
        # What the store most likely has goes first, and unsaid: should it want it again, that is when it is lost.
        unsaid = over_budget(uploaded, left_bytes - sum(beyond_bytes for _, beyond_bytes in announced))
        left_bytes -= sum(beyond_bytes for upload, beyond_bytes in uploaded if upload not in unsaid)
        return Choice(unsaid, tuple((upload, _BUDGET) for upload in over_budget(announced, left_bytes)))
