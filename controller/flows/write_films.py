"""Writes the films of an export, one by one: without runs that cannot be read, as several where runs do not fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

from controller.core.bundle import laid_of
from controller.core.export import ExportForm, ExportJob, Film, Gap, Made, Record, Take, film_name
from controller.core.left_out import around
from controller.errors import NotDerived
from controller.ports import ObjectStore
from shared.errors import Rejected

log = structlog.get_logger("export")


class Growing(Protocol):
    """A film that is being written."""

    @property
    def init_sha256(self) -> str:
        """Of what its segments begin with; empty where they are told no more."""
        ...

    async def add(self, source: Path, take: Take) -> bool: ...

    async def finish(self) -> Any: ...

    async def drop(self) -> None: ...


class FilmFiles(Protocol):
    """The exports on their disk, as far as films are put there."""

    async def fetch(self, export: str, objects: ObjectStore, take: Take) -> Path: ...

    async def film(self, export: str, name: str, form: ExportForm) -> Growing: ...


@dataclass(frozen=True, slots=True)
class WriteFilms:
    """Part of making an export. `more` hears of source bytes that are written; of fewer than none: made anew."""

    files: FilmFiles
    objects: ObjectStore
    more: Callable[[int], None]

    async def run(self, job: ExportJob, film: Film, evidence: Mapping[str, Any] | None) -> Record:
        """Write a planned film; `evidence`: of a bundle."""
        made: list[Made] = []
        damaged: list[Gap] = []
        groups: list[Sequence[Take]] = [film.takes]
        while groups:
            takes = groups.pop(0)
            try:
                one, used = await self._file(job, film.camera, takes, evidence)
            except _Damaged as fault:
                bad = takes[fault.place]
                log.warning("footage left out of an export", export=job.id, run=bad.run, error=str(fault))
                damaged.append(fault.gap(film.camera, bad))
                before, after = fault.rest(bad)
                sides = ((*takes[: fault.place], *before), (*after, *takes[fault.place + 1 :]))
                groups[:0] = [part for part in sides if part]
                self.more(-sum(take.length_bytes for take in takes[: fault.place]))
                continue
            made.append(one)
            groups[:0] = [takes[used:]] if takes[used:] else []
        return Record(tuple(made), tuple(damaged))

    async def _file(
        self, job: ExportJob, camera: str, takes: Sequence[Take], evidence: Mapping[str, Any] | None
    ) -> tuple[Made, int]:
        """One file of the first takes that fit together, and how many."""
        name = film_name(camera, takes[0].start_ms, derived=job.form == "derived")
        film = await self.files.film(job.id, name, job.form)
        used: list[Take] = []
        try:
            for take in takes:
                try:
                    source = await self.files.fetch(job.id, self.objects, take)
                    if not await film.add(source, take):
                        break
                except NotDerived as fault:
                    raise _Damaged(len(used), str(fault), fault.place) from None
                except Rejected as fault:
                    raise _Damaged(len(used), str(fault)) from None
                used.append(take)
                self.more(take.length_bytes)
            try:
                found = await film.finish()
            except Rejected as fault:
                raise _Damaged(len(used) - 1, str(fault)) from None
        except BaseException:
            await film.drop()
            raise
        runs = tuple(
            {
                "run": take.run,
                "sha256": take.sha256,
                "bytes": take.run_bytes,
                "start_ms": take.start_ms,
                "end_ms": take.end_ms,
                "ranges": [list(span) for span in take.ranges],
            }
            for take in used
        )
        whole = Film(camera, tuple(used))
        laid = None if evidence is None else laid_of(whole, evidence, film.init_sha256)
        span = (whole.start_ms, whole.end_ms)
        return Made(name, camera, *span, found.length_bytes, found.sha256, found.blocks, runs, laid), len(used)


class _Damaged(Exception):
    """The take at `place` is gone, or its bytes are not what they were; or one `segment` of it cannot be derived."""

    def __init__(self, place: int, why: str, segment: int | None = None) -> None:
        super().__init__(why)
        self.place = place
        self.segment = segment

    def gap(self, camera: str, take: Take) -> Gap:
        """What is missing for it."""
        if self.segment is None:
            return Gap(camera, take.start_ms, take.end_ms, "damaged")
        one = take.segments[self.segment]
        return Gap(camera, one.start_ms, one.end_ms, "not derived")

    def rest(self, take: Take) -> tuple[tuple[Take, ...], tuple[Take, ...]]:
        """What of the take comes before and after that."""
        return ((), ()) if self.segment is None else around(take, self.segment)
