"""Wires backups at a destination of exports, an S3 store too: sent, listed, fetched, by command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from controller.adapters.database import Database
from controller.app.backup import note
from controller.app.export_targets import export_targets
from controller.app.kept_backups import AHEAD, Kept
from controller.app.nightly import folder_at, send
from controller.app.site import Site
from controller.core.backup_names import SUFFIX, is_ahead, read_name
from controller.flows.send_export import Target
from shared.clock import SystemClock
from shared.errors import Rejected


async def send_backup(site: Site, destination: str, file: Path, who: str) -> None:
    """Copy a backup there, its bytes compared, and note it in the audit. `Rejected`: no backup's name; `AtTarget`."""
    if read_name(file.name) is None:
        raise Rejected("FILE", f"{file.name} is not named as backups are: SITE-TIME-ID{SUFFIX}")
    async with _open(site, destination) as target:
        await target.probe()  # a place that takes nothing is told of before the work
        length_bytes = await send(target, file)
    detail = {"file": file.name, "bytes": length_bytes, "destination": destination}
    await note(site.settings.database(), SystemClock(), who, "backup.send", detail)


async def kept_at(site: Site, destination: str, now: datetime) -> list[Kept]:
    """The backups there, the newest last, by their names: nothing of them is read."""
    async with _open(site, destination) as target:
        there = [(one, read_name(one.name)) for one in await target.files("")]
    found = [
        Kept(Path(one.name), one.length_bytes, named[0], named[1].isoformat(), AHEAD if is_ahead(named[1], now) else "")
        for one, named in there
        if named is not None
    ]
    return sorted(found, key=lambda one: (one.made_at, one.file.name))


def fetch_backup(site: Site, destination: str, name: str, into: Path) -> Path:
    """Copy one from there into a folder; under its name it is whole. Blocks. `Rejected`, `AtTarget`."""
    if read_name(name) is None:
        raise Rejected("NAME", f"{name!r} is not named as backups are: `cctv backup list --at {destination}`")
    if not into.is_dir():
        raise Rejected("--to", f"{into} is no directory")
    file, draft = into / name, into / f".{name}.part"
    if file.exists():
        raise Rejected("--to", f"{file} is there already")
    try:
        asyncio.run(_fetch(site, destination, name, draft))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file


async def _fetch(site: Site, destination: str, name: str, draft: Path) -> None:
    async with _open(site, destination) as target:
        await target.fetch(folder_at(name), name, draft)


@asynccontextmanager
async def _open(site: Site, destination: str) -> AsyncIterator[Target]:
    database = Database(site.settings.database())
    try:
        yield await export_targets(site, database, SystemClock()).open(destination)
    finally:
        await database.close()
