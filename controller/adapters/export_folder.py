"""Exports on a disk: a folder each, `.part` until it is whole, and a `.part` for each file in it."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from controller.adapters.blocking import blocking
from controller.adapters.checked_file import Digest, digest_of, sync_folder, told
from controller.adapters.growing_copy import GrowingCopy
from controller.adapters.growing_derived import GrowingDerived
from controller.adapters.growing_media import GrowingMedia
from controller.adapters.parcels import parcels_of
from controller.adapters.zip_stream import zipped
from controller.core.bundle import SIGNATURE
from controller.core.export import (
    ExportForm,
    Made,
    Plan,
    Record,
    Take,
    plan_from,
    record_document,
    record_from,
    to_document,
)
from controller.core.export_manifest import MANIFEST, SUMS, promised, sums
from controller.errors import NoRoom
from controller.ports import ObjectStore, Parcel
from shared.errors import Rejected, Transient

log = structlog.get_logger("export")

_PLAN = ".plan.json"
_SOURCE = ".source.part"


class ExportFolder:
    """The place of all exports. One process writes here at a time; anybody may read what has its final name."""

    def __init__(self, root: Path, *, quota_bytes: int | None, free_bytes_min: int) -> None:
        self._root = root
        self._quota_bytes = quota_bytes
        self._free_bytes_min = free_bytes_min

    def whole(self, export: str) -> Path:
        """Where a finished export is."""
        return self._root / export

    def zipped(self, export: str, names: Sequence[str]) -> Iterator[bytes]:
        """These files of one that is finished, as one ZIP that is made while it is read."""
        return zipped(self.whole(export), names, f"export-{export}")

    def _draft(self, export: str) -> Path:
        return self._root / f"{export}.part"

    async def begin(self, export: str) -> Plan | None:
        """Make its folder, remove what was being written, and tell the plan that was kept there."""
        return await blocking(lambda _: self._begin(export))

    async def keep_plan(self, export: str, plan: Plan) -> None:
        await blocking(lambda _: _put(self._draft(export) / _PLAN, _json(to_document(plan))))

    async def records(self, export: str, films: int) -> dict[int, Record]:
        """What is done, by the film's place in the plan: only where every file is what was noted of it."""
        return await blocking(lambda stop: self._records(export, films, stop))

    async def keep_record(self, export: str, index: int, record: Record) -> None:
        await blocking(lambda _: _put(_record(self._draft(export), index), _json(record_document(record))))

    async def write(self, export: str, name: str, data: bytes) -> Digest:
        """A small file, under its name once the disk gave it back."""
        return await blocking(lambda _: _written(self._draft(export) / name, data))

    async def room(self, needed_bytes: int) -> None:
        """Raise `NoRoom` where the disk or the quota would not take so much."""
        await blocking(lambda _: self._room(needed_bytes))

    async def fetch(self, export: str, objects: ObjectStore, take: Take) -> Path:
        """A run from the store, on this disk: `Rejected` when it is gone or not what its node announced."""
        path = self._draft(export) / _SOURCE
        try:
            await objects.fetch(take.key, path)
        except Transient as fault:
            if isinstance(fault.__cause__, OSError):
                with told():
                    raise fault.__cause__ from None
            raise
        found = await blocking(lambda stop: digest_of(path, stop))
        if found is None or (found.length_bytes, found.sha256) != (take.run_bytes, take.sha256):
            raise Rejected("run", f"{take.run} is not what its node announced")
        return path

    async def film(
        self, export: str, name: str, form: ExportForm = "films"
    ) -> GrowingCopy | GrowingDerived | GrowingMedia:
        """A new film, nameless until it is finished."""
        if form == "derived":
            return await GrowingDerived.open(self._draft(export), name)
        if form == "bundle":
            return await GrowingMedia.open(self._draft(export), name)
        return await GrowingCopy.open(self._draft(export), name)

    async def finish(
        self, export: str, document: Mapping[str, Any], sign: Callable[[bytes], bytes] | None = None
    ) -> str:
        """Write the manifest, signed where that is asked for, and give the folder its name; the manifest's SHA-256."""
        return await blocking(lambda _: self._finish(export, document, sign))

    async def finished(self, export: str) -> tuple[Mapping[str, Any], str] | None:
        """Manifest and its SHA-256 of an export that has its name; `Rejected` where a file is not as it says."""
        return await blocking(lambda stop: self._finished(export, stop))

    async def parcels(self, export: str, document: Mapping[str, Any]) -> tuple[Parcel, ...]:
        """The files of one that is finished, in the order in which they are sent."""
        return await blocking(lambda stop: parcels_of(self.whole(export), document, stop))

    async def remove(self, export: str) -> None:
        """All of it, finished or not. Idempotent."""
        await blocking(lambda _: self._remove(export))

    def _begin(self, export: str) -> Plan | None:
        draft = self._draft(export)
        with told():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.mkdir(mode=0o700, exist_ok=True)
            _forget_parts(draft)
            for paper in draft.iterdir():
                if not paper.name.startswith(".") and paper.suffix != ".mp4":
                    paper.unlink()  # they are small, and made anew
            kept = draft / _PLAN
            return plan_from(json.loads(kept.read_bytes())) if kept.exists() else None

    def _records(self, export: str, films: int, stop: Callable[[], bool]) -> dict[int, Record]:
        draft, found = self._draft(export), dict[int, Record]()
        for index in range(films):
            note = _record(draft, index)
            if not note.exists():
                continue
            record = record_from(json.loads(note.read_bytes()))
            if all(_as_noted(draft, one, stop) for one in record.made):
                found[index] = record
            else:
                log.warning("a file is not as it was noted: made anew", export=export, film=index)
                note.unlink()
        known = {one.name for record in found.values() for one in record.made}
        for path in draft.glob("*.mp4"):
            if path.name not in known:
                path.unlink()
        return found

    def _room(self, needed_bytes: int) -> None:
        with told():
            state = os.statvfs(self._root)
            free_bytes = state.f_bavail * state.f_frsize
            used_bytes = sum(one.stat().st_size for one in self._root.rglob("*") if one.is_file())
        if free_bytes < needed_bytes + self._free_bytes_min:
            raise NoRoom(f"needs {needed_bytes} bytes, {free_bytes} are free, {self._free_bytes_min} stay free")
        if self._quota_bytes is not None and used_bytes + needed_bytes > self._quota_bytes:
            raise NoRoom(f"needs {needed_bytes} bytes, {used_bytes} of {self._quota_bytes} are used")

    def _finish(self, export: str, document: Mapping[str, Any], sign: Callable[[bytes], bytes] | None) -> str:
        draft, text = self._draft(export), _json(document)
        _put(draft / MANIFEST, text)
        manifest = digest_of(draft / MANIFEST)
        if manifest is None:
            raise Transient(f"{MANIFEST} is not there any more")
        files = [(one.name, one.sha256) for one in promised(document)]
        last = [(MANIFEST, manifest.sha256)]
        if sign is not None:
            last.append((SIGNATURE, _written(draft / SIGNATURE, sign(text)).sha256))
        _put(draft / SUMS, sums([*files, *last]).encode())
        with told():
            _forget_parts(draft)
            sync_folder(draft)
            draft.rename(self.whole(export))
            sync_folder(self._root)
        _forget_notes(self.whole(export))
        return manifest.sha256

    def _finished(self, export: str, stop: Callable[[], bool]) -> tuple[Mapping[str, Any], str] | None:
        folder = self.whole(export)
        if not folder.is_dir():
            return None
        text = (folder / MANIFEST).read_bytes()
        document: Mapping[str, Any] = json.loads(text)
        for one in promised(document):
            found = digest_of(folder / one.name, stop)
            if found is None or (found.length_bytes, found.sha256) != (one.length_bytes, one.sha256):
                raise Rejected("export", f"{one.name} is not what its manifest says")
        _forget_notes(folder)
        return document, hashlib.sha256(text).hexdigest()

    def _remove(self, export: str) -> None:
        with told():
            for folder in (self._draft(export), self.whole(export)):
                if folder.exists():
                    gone = self._root / f"{export}.gone.part"
                    shutil.rmtree(gone, ignore_errors=True)
                    folder.rename(gone)
                    sync_folder(self._root)
                    shutil.rmtree(gone)
            shutil.rmtree(self._root / f"{export}.gone.part", ignore_errors=True)


def _record(draft: Path, index: int) -> Path:
    return draft / f".film-{index:05}.json"


def _as_noted(draft: Path, made: Made, stop: Callable[[], bool]) -> bool:
    found = digest_of(draft / made.name, stop)
    return found == Digest(made.length_bytes, made.sha256, made.blocks)


def _forget_parts(folder: Path) -> None:
    """What was being written, and the run that it was copied from."""
    for left in {*folder.glob("*.part"), *folder.glob(".*.part")}:
        left.unlink(missing_ok=True)


def _forget_notes(folder: Path) -> None:
    with told():
        for note in (*folder.glob(".film-*.json"), folder / _PLAN):
            note.unlink(missing_ok=True)


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _put(path: Path, data: bytes) -> None:
    """Under a name of its own, flushed, then renamed."""
    part = path.with_name(f".{path.name.lstrip('.')}.part")
    with told():
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        sync_folder(path.parent)


def _written(path: Path, data: bytes) -> Digest:
    _put(path, data)
    found = digest_of(path)
    if found is None or found.sha256 != hashlib.sha256(data).hexdigest():
        raise Transient(f"{path.name}: the disk gives back other bytes than it was given")
    return found
