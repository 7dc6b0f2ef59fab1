"""Writes what an export holds of alarms besides their films: each record, its summary and its pictures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Protocol

import structlog

from controller.core.alarm_record import AlarmRecord, Paper, PaperKind, document
from controller.core.alarm_summary import summary
from controller.core.export import ExportJob, Made
from controller.ports import ObjectStore
from controller.ports.derived import StillMaker
from shared.errors import Rejected, Transient

log = structlog.get_logger("export")


class PaperFiles(Protocol):
    """The exports on their disk, as far as whole files are put there."""

    async def write(self, export: str, name: str, data: bytes) -> Any:
        """Under its final name once the disk gave it back; its `Digest`."""
        ...


@dataclass(frozen=True, slots=True)
class WriteRecords:
    """Part of making an export. `zone`: of the times that people read; `stills`: who makes derived pictures."""

    files: PaperFiles
    objects: ObjectStore
    zone: tzinfo = UTC
    stills: StillMaker | None = None

    async def run(self, job: ExportJob, records: Sequence[AlarmRecord], films: Sequence[Made]) -> tuple[Paper, ...]:
        """All files of all records, in order; a picture that is gone is told of as missing."""
        return tuple([paper for record in records for paper in await self._one(job, record, films)])

    async def _one(self, job: ExportJob, record: AlarmRecord, films: Sequence[Made]) -> list[Paper]:
        pictures: dict[str, str] = {}
        shown: list[Paper] = []
        for place, shot in enumerate(record.shots):
            try:
                jpeg = await self._shown(job, await self.objects.get(shot.key))
            except Rejected as fault:
                log.warning("picture left out of an export", export=job.id, key=shot.key, error=str(fault))
                continue
            name = pictures[shot.occurrence] = record.picture(place)
            shown.append(await self._write(job, record, "picture", name, jpeg))
        told = document(record, pictures, job.about)
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        page = summary(record, pictures, films, job.about, job.language, self.zone)
        return [
            await self._write(job, record, "record", f"{record.stem}.json", text.encode()),
            await self._write(job, record, "summary", f"{record.stem}.html", page.encode()),
            *shown,
        ]

    async def _shown(self, job: ExportJob, jpeg: bytes) -> bytes:
        """A picture as this export may hold it; `Rejected` where it cannot be derived."""
        if job.form != "derived":
            return jpeg
        if self.stills is None:
            raise Rejected("picture", "nobody makes derived ones here")
        try:
            return await self.stills.picture(jpeg, 1)
        except Transient as fault:
            raise Rejected("picture", f"ended who was to derive it: {fault}") from None

    async def _write(self, job: ExportJob, record: AlarmRecord, kind: PaperKind, name: str, data: bytes) -> Paper:
        found = await self.files.write(job.id, name, data)
        return Paper(name, record.alarm, kind, found.length_bytes, found.sha256, found.blocks)
