"""Wires exports: for the API, and for the command line straight to the database of a local site."""

import json
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from controller.adapters.checked_file import digest_of
from controller.adapters.database import Database
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_store import SqlExportStore
from controller.app.alarms import alarm_id
from controller.app.export_targets import export_targets
from controller.app.site import Site
from controller.core.export import OPEN, ExportForm
from controller.core.export_manifest import MANIFEST, Fault, Promised, faults, promised
from controller.core.export_words import Language
from controller.flows.manage_exports import Asker, ManageExports
from controller.ports import State
from shared.clock import Clock, SystemClock
from shared.errors import Rejected, Transient

_POLL_MS = 300


def export_folder(site: Site) -> ExportFolder:
    """Where a site's exports are."""
    export = site.settings.export
    return ExportFolder(site.settings.export_path, quota_bytes=export.quota_bytes, free_bytes_min=export.free_bytes_min)


def build_exports(site: Site, database: Database, clock: Clock) -> ManageExports:
    """Exports as people see them."""
    return ManageExports(
        SqlExportStore(database, clock), export_folder(site), clock, export_targets(site, database, clock)
    )


@asynccontextmanager
async def exports_of(site: Site) -> AsyncIterator[ManageExports]:
    """For one command."""
    database = Database(site.settings.database())
    try:
        yield build_exports(site, database, SystemClock())
    finally:
        await database.close()


async def make_export(
    site: Site,
    spans: Sequence[State],
    alarms: Sequence[str],
    why: str,
    who: str,
    key: str | None,
    destination: str | None = None,
    language: Language = "en",
    form: ExportForm = "films",
) -> State:
    """Ask for an export, as an admin; `alarms` by number or id."""
    database = Database(site.settings.database())
    try:
        ids = [await alarm_id(database, alarm) for alarm in alarms]
        exports = build_exports(site, database, SystemClock())
        return await exports.make(spans, ids, why, Asker(who, admin=True), key, destination, language, form)
    finally:
        await database.close()


async def show_export(site: Site, export: str) -> State:
    """ExportDetailOut."""
    async with exports_of(site) as exports:
        return await exports.book.one(export)


async def follow_export(site: Site, export: str, told: Callable[[State], None]) -> State:
    """ExportDetailOut once it is over; `told` hears of it until then."""
    clock = SystemClock()
    async with exports_of(site) as exports:
        while True:
            found = await exports.book.one(export)
            told(found["export"])
            if found["export"]["state"] not in OPEN:
                return found
            await clock.sleep_ms(_POLL_MS)


async def list_exports(site: Site, limit: int) -> State:
    """ExportPage of the newest."""
    async with exports_of(site) as exports:
        return await exports.book.page(cursor=None, limit=limit)


async def end_export(site: Site, export: str, who: str, *, delete: bool) -> State:
    """Cancel or delete; ExportOut."""
    async with exports_of(site) as exports:
        end = exports.delete if delete else exports.cancel
        return await end(export, Asker(who, admin=True))


async def copy_export(site: Site, export: str, into: Path, who: str) -> Path:
    """Copy a finished export into a new folder below `into`, and compare the copy with its manifest."""
    async with exports_of(site) as exports:
        source = (await exports.file(export, MANIFEST, Asker(who, admin=True))).parent
    target = into / f"export-{export}"
    if target.exists():
        raise Rejected(str(target), "is there already")
    if not source.is_dir():
        raise Rejected(str(source), "is not on this machine: the role export runs elsewhere")
    part = into / f".export-{export}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        shutil.copytree(source, part)
        wrong = verify_folder(part)[1]
        if wrong:
            raise Transient(f"{wrong[0].name}: the copy is not what its manifest says")
        part.rename(target)
    except OSError as fault:
        raise Rejected(str(into), f"takes no copy: {fault.strerror or fault}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def verify_folder(folder: Path) -> tuple[tuple[Promised, ...], tuple[Fault, ...]]:
    """Compare an export with its manifest: what was promised, and what differs. Needs nothing but the folder."""
    try:
        document = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise Rejected(str(folder), f"has no {MANIFEST}") from None
    except (OSError, ValueError) as fault:
        raise Rejected(str(folder / MANIFEST), f"cannot be read: {fault}") from None
    promises = promised(document)
    wrong: list[Fault] = []
    for one in promises:
        found = digest_of(folder / one.name)
        if found is None:
            wrong += faults(one, None, "", ())
        else:
            wrong += faults(one, found.length_bytes, found.sha256, found.blocks)
    return promises, tuple(wrong)
