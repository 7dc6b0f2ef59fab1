"""Makes exports, one at a time: waits for footage that is on nodes, writes films, tells of them in a manifest."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, Protocol

import structlog

from controller.core.export import ExportJob, Over, Plan, Reason, Record
from controller.core.export_manifest import kept, manifest
from controller.errors import AtTarget, NoRoom
from controller.flows.send_export import SendExport, Sent
from controller.flows.watch_objects import NOWHERE
from controller.flows.write_bundle import Notary, WriteBundle
from controller.flows.write_films import FilmFiles, WriteFilms
from controller.flows.write_records import WriteRecords
from controller.ports import ObjectStore, Parcel, State
from controller.ports.derived import StillMaker
from shared.clock import Clock
from shared.errors import Broken, Rejected, Transient

log = structlog.get_logger("export")

LOOK_MS = 250
"""How often an export that runs is asked for: a cancel is noticed within that."""
_IDLE_MS = 1_000
_RETRIEVING_MS = 5_000
_AWAY_MS = 10_000
_FULL_MS = 30_000
_TARGET_MS = 60_000


class ExportJobs(Protocol):
    """The database as this flow sees it; every write raises `Transient` once the lease is somebody else's."""

    async def next_job(self) -> ExportJob | None:
        """The oldest that is due; one that was begun too often without getting on is given up."""
        ...

    async def footage_there(self, job: ExportJob) -> bool:
        """Ask nodes for what they still have; False while it is worth waiting for."""
        ...

    async def plan(self, job: ExportJob) -> Plan:
        """What the store has of it now."""
        ...

    async def begun(self, job: ExportJob, bytes_total: int) -> None: ...

    async def wanted(self, job: ExportJob, bytes_done: int, bytes_sent: int) -> bool:
        """Tell how far it is; False once it was cancelled or deleted."""
        ...

    async def sending(self, job: ExportJob, bytes_to_send: int) -> None:
        """All of it is on this disk, and on its way to its destination: its footage may go."""
        ...

    async def wait(self, job: ExportJob, reason: Reason, for_ms: int) -> None:
        """Look at it again after `for_ms`."""
        ...

    async def got_on(self, job: ExportJob) -> None:
        """One more film is whole, or at its destination."""
        ...

    async def finish(self, job: ExportJob, found: State) -> None: ...

    async def fail(self, job: ExportJob, reason: Reason) -> None: ...

    async def to_remove(self) -> tuple[Over, ...]:
        """Exports that are over and whose files may still be there."""
        ...

    async def removed(self, export: str) -> None: ...


class ExportFiles(FilmFiles, Protocol):
    """The exports on their disk."""

    async def begin(self, export: str) -> Plan | None: ...

    async def keep_plan(self, export: str, plan: Plan) -> None: ...

    async def records(self, export: str, films: int) -> dict[int, Record]: ...

    async def keep_record(self, export: str, index: int, record: Record) -> None: ...

    async def room(self, needed_bytes: int) -> None: ...

    async def write(self, export: str, name: str, data: bytes) -> Any: ...

    async def finish(self, export: str, document: Mapping[str, Any], sign: Callable[[bytes], bytes] | None) -> str:
        """Write the manifest, `sign`ed where that is asked for; its SHA-256."""
        ...

    async def finished(self, export: str) -> tuple[Mapping[str, Any], str] | None:
        """Manifest and its SHA-256; `Rejected` where a file is not as it says."""
        ...

    async def parcels(self, export: str, document: Mapping[str, Any]) -> tuple[Parcel, ...]: ...

    async def remove(self, export: str) -> None: ...


@dataclass(slots=True)
class _Progress:
    done_bytes: int = 0
    sent: Sent = field(default_factory=Sent)

    def more(self, length_bytes: int) -> None:
        self.done_bytes += length_bytes


@dataclass(frozen=True, slots=True)
class MakeExports:
    """The work of the role `export`."""

    jobs: ExportJobs
    files: ExportFiles
    objects: ObjectStore
    clock: Clock
    sender: SendExport | None = None
    zone: tzinfo = UTC
    notary: Callable[[], Notary] | None = None
    stills: StillMaker | None = None

    async def run(self) -> None:
        """Make what is asked for until cancelled."""
        while True:
            try:
                if not await self.once():
                    await self.clock.sleep_ms(_IDLE_MS)
            except Transient as fault:
                log.warning("exports wait, trying again", error=str(fault))
                await self.clock.sleep_ms(_IDLE_MS)

    async def once(self) -> bool:
        """Remove what is over, then look at one export; False when none is due."""
        for over in await self.jobs.to_remove():
            await self.files.remove(over.export)
            await self._drop(over)
            await self.jobs.removed(over.export)
        job = await self.jobs.next_job()
        if job is None:
            return False
        progress = _Progress()
        working = asyncio.ensure_future(self._make(job, progress))
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=LOOK_MS / 1000)
                if not working.done() and not await self.jobs.wanted(
                    job, progress.done_bytes, progress.sent.done_bytes
                ):
                    log.info("export is not wanted any more", export=job.id)
                    break
        finally:
            working.cancel()
            await asyncio.wait({working})
        if not working.cancelled():
            working.result()
        return True

    async def _make(self, job: ExportJob, progress: _Progress) -> None:
        try:
            await self._make_all(job, progress)
        except NoRoom as fault:
            log.warning("export waits for room", export=job.id, error=str(fault))
            await self.jobs.wait(job, "no_room", _FULL_MS)
        except AtTarget as fault:
            log.warning("export waits for its destination", export=job.id, target=job.target, error=str(fault))
            await self.jobs.wait(job, fault.reason, _TARGET_MS)
        except Transient as fault:
            log.warning("export waits", export=job.id, error=str(fault))
            await self.jobs.wait(job, "store_away", _AWAY_MS)

    async def _drop(self, over: Over) -> None:
        """Remove what was sent of one that is not wanted; where that cannot be, it stays, and nothing waits for it."""
        if over.half_sent_to is None or self.sender is None:
            return
        try:
            await self.sender.drop(over.export, over.half_sent_to)
        except (AtTarget, Rejected, Broken) as fault:
            log.warning("what was sent stays", export=over.export, target=over.half_sent_to, error=str(fault))

    async def _finish(self, job: ExportJob, progress: _Progress, document: Mapping[str, Any], sha256: str) -> None:
        """It is whole on this disk: send it where it is wanted, then tell."""
        if job.target is not None:
            if self.sender is None:
                raise AtTarget("target_unknown", job.target)
            parcels = await self.files.parcels(job.id, document)
            await self.jobs.sending(job, sum(one.sum.length_bytes for one in parcels))

            async def got_on() -> None:
                await self.jobs.got_on(job)

            await self.sender.run(job.id, job.target, parcels, progress.sent, got_on)
        await self.jobs.finish(job, kept(document, sha256))

    async def _make_all(self, job: ExportJob, progress: _Progress) -> None:
        try:
            done = await self.files.finished(job.id)
        except Rejected as fault:
            log.warning("export was changed before it was told of: made anew", export=job.id, error=str(fault))
            await self.files.remove(job.id)
            done = None
        if done is not None:
            await self._finish(job, progress, *done)
            return
        plan = await self.files.begin(job.id)
        if plan is None:
            if not await self.jobs.footage_there(job):
                await self.objects.head(NOWHERE)  # nothing comes from nodes while the store is away
                await self.jobs.wait(job, "on_node", _RETRIEVING_MS)
                return
            plan = await self.jobs.plan(job)
            if not plan.films and not plan.records:
                await self.jobs.fail(job, "no_footage")
                return
            await self.files.keep_plan(job.id, plan)
        await self.jobs.begun(job, plan.length_bytes)
        records = await self.files.records(job.id, len(plan.films))
        films = WriteFilms(self.files, self.objects, progress.more)
        for index, film in enumerate(plan.films):
            if index not in records:
                await self.files.room(film.length_bytes)
                records[index] = await films.run(job, film, plan.evidence)
                await self.files.keep_record(job.id, index, records[index])
                await self.jobs.got_on(job)
            progress.done_bytes = sum(one.length_bytes for one in plan.films[: index + 1])
        ordered = [records[index] for index in range(len(plan.films))]
        made = [one for record in ordered for one in record.made]
        if not made and not plan.records:
            await self.jobs.fail(job, "no_footage")
            return
        papers = await WriteRecords(self.files, self.objects, self.zone, self.stills).run(job, plan.records, made)
        document = manifest(job.about, plan, ordered, papers)
        sign = None
        if plan.evidence is not None:
            document, sign = await WriteBundle(self.files, self._notary()).run(job, document, plan.evidence, made)
        sha256 = await self.files.finish(job.id, document, sign)
        await self._finish(job, progress, document, sha256)

    def _notary(self) -> Notary:
        if self.notary is None:
            raise Transient("the site's key is not at hand")
        return self.notary()
