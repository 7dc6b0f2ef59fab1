"""Puts a site back from a backup: checked as a whole, filled in beside its place, compared, then in its place."""

import asyncio
import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from controller.adapters.alarm_numbers import leap_from
from controller.adapters.checked_file import sync_folder
from controller.adapters.database import Database, parse_database_url
from controller.adapters.directory_store import prepare_directory
from controller.adapters.filling import Filling, empty_again, filling, finish, prepare_empty
from controller.adapters.kept_heads import audit_standing, last_alarm, ledger_heads
from controller.adapters.lock_file import hold_lock
from controller.adapters.schema import knows, migrate
from controller.adapters.scratch import scratch_folder
from controller.adapters.sealed_stream import Opener
from controller.adapters.site_files import put_file
from controller.app.audit import build_check
from controller.app.backup import Tell, check_backup, note, open_parts, same_site
from controller.app.site import Site, open_site
from controller.core.backup import ALARM_NUMBER, MANIFEST, SETTINGS, SIGNATURE, TABLES, Manifest
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.mint import uuid7

_STAY = ("store", "exports", "backups")
"""Folders that no backup holds: they stay in the data directory when a site in it is put aside."""
_ROOM = 3
"""A database takes more room than its rows do as text."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. `faults`: what is wrong with the audit, and was at the time of the backup."""

    manifest: Manifest
    faults: Sequence[str] = field(default_factory=tuple)
    notes: Sequence[str] = field(default_factory=tuple)


def restore_backup(
    file: Path,
    opener: Opener,
    into: Path,
    clock: Clock,
    tell: Tell,
    *,
    who: str,
    fingerprint: str | None = None,
    database_url: str | None = None,
    replace: bool = False,
) -> Restored:
    """Put the site of a backup into a directory. Blocks. A fault on the way changes nothing that was there."""
    manifest = check_backup(file, opener, tell)
    same_site(manifest, fingerprint)
    if not knows(manifest.revision):
        raise Rejected("backup", f"was made by version {manifest.version}, which is newer: install that one")
    into = into.resolve()
    _room(into, manifest)
    with _its_place(into, replace=replace), _beside(into) as draft:
        url = _files(file, opener, draft, manifest, tell, database_url)
        at_home = url is None
        target = url or f"sqlite:///{draft / 'db.sqlite3'}"
        prepare_empty(target, manifest.revision)
        try:
            with filling(target) as work:
                _rows(file, opener, manifest, work, tell)
                leap_from(draft / ALARM_NUMBER, into / ALARM_NUMBER, last_alarm(work.connection))
            migrate(target, half_done=True)
            faults = asyncio.run(_proven(draft, target, clock))
            detail = {"backup": manifest.id, "made_at": manifest.made_at}
            asyncio.run(note(target, clock, who, "backup.restore", detail))
            finish(target)
            aside = _put_in_place(draft, into, clock, replace=replace)
        except BaseException:
            if not at_home:
                empty_again(target)
            raise
    notes = [*_notes(into, manifest, database_url), *([] if aside is None else [f"what was there is in {aside}"])]
    return Restored(manifest, faults, notes)


def try_backup(site: Site, file: Path, opener: Opener, clock: Clock, who: str, tell: Tell) -> Restored:
    """Put a backup back on trial, and into the audit what came of it. Blocks."""
    done = put_on_trial(site, file, opener, clock, tell)
    asyncio.run(note(site.settings.database(), clock, who, "backup.try", tried(file, done)))
    return done


def put_on_trial(site: Site, file: Path, opener: Opener, clock: Clock, tell: Tell) -> Restored:
    """Put a backup back where nobody sees it, compare every row, and remove it again. Blocks."""
    with scratch_folder(site.data_dir / "cache" / "backup-trials", "trial") as folder:
        url = f"sqlite:///{folder / 'trial.sqlite3'}"
        return restore_backup(file, opener, folder / "site", clock, tell, who="trial", database_url=url)


def tried(file: Path, done: Restored) -> dict[str, Any]:
    """What came of a trial, as the audit tells of it."""
    length = file.stat().st_size
    return {"file": file.name, "rows": done.manifest.rows, "bytes": length, "faults": len(done.faults)}


def _files(
    file: Path, opener: Opener, draft: Path, manifest: Manifest, tell: Tell, database_url: str | None
) -> str | None:
    """Put the files into `draft`; the database's address, None where it is a file there."""
    with open_parts(file, opener) as reader:
        for name, pieces in reader.parts():
            if not name.startswith(TABLES) and name not in {MANIFEST, SIGNATURE}:
                put_file(draft, name, pieces, manifest.parts[name].mode)
                tell(name, manifest.parts[name].length_bytes)
    if database_url is not None:
        return database_url
    settings = open_site(draft / SETTINGS).settings
    url = parse_database_url(settings.database())
    if url.get_backend_name() != "sqlite":
        return url.render_as_string(hide_password=False)
    if Path(str(url.database)) != draft / "db.sqlite3":
        raise Rejected("database_url", f"is {url.database}: give an empty one with --database-url-file")
    return None


def _rows(file: Path, opener: Opener, manifest: Manifest, work: Filling, tell: Tell) -> None:
    with open_parts(file, opener) as reader:
        for name, pieces in reader.parts():
            if name.startswith(TABLES):
                work.put(name.removeprefix(TABLES), pieces, lambda rows, part=name: tell(part, rows))  # type: ignore[misc]
    work.end(manifest.tables)
    if audit_standing(work.connection) != (manifest.audit_seq, manifest.audit_chain):
        raise Rejected("backup", "its audit ends elsewhere than its manifest says")
    if ledger_heads(work.connection) != manifest.ledgers:
        raise Rejected("backup", "its ledgers end elsewhere than its manifest says")
    # Who was logged out since would be in again.
    for table in ("login_session", "one_time_code", "lease"):
        work.connection.execute(sa.delete(sa.table(table)))


async def _proven(draft: Path, url: str, clock: Clock) -> list[str]:
    """What is wrong with the audit's chain."""
    database = Database(url)
    try:
        parts = build_check(open_site(draft / SETTINGS), database, clock).whole()
        told = [f"audit, place {fault.seq}: {fault.kind}" async for part in parts for fault in part.faults]
        return list(dict.fromkeys(told))
    finally:
        await database.close()


def _put_in_place(draft: Path, into: Path, clock: Clock, *, replace: bool) -> Path | None:
    """The draft gets the name; what had it, another, and footage stays where it was. Where the site went, if it did."""
    aside = None
    if replace and _used(into):
        aside = into.with_name(f"{into.name}.before-{clock.now():%Y%m%dT%H%M%S}")
        into.rename(aside)
    else:
        (into / "lock").unlink(missing_ok=True)
    _take_name(draft, into)
    for stays in [] if aside is None else [aside / name for name in _STAY]:
        if stays.exists():
            stays.rename(into / stays.name)
    site = open_site(into / SETTINGS)
    store = site.settings.store_path
    if site.settings.store.kind == "directory" and store.is_relative_to(into) and not store.exists():
        prepare_directory(store)
    sync_folder(into)
    sync_folder(into.parent)
    return aside


def _take_name(draft: Path, into: Path) -> None:
    try:
        draft.rename(into)  # an empty folder gives its name up, any other keeps it
    except OSError as fault:
        if fault.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        raise Rejected("--into", f"{into} is not empty any more: something was put there meanwhile") from None


@contextmanager
def _its_place(into: Path, *, replace: bool) -> Iterator[None]:
    """Nobody else runs it or puts a site there meanwhile; a place that was not there goes again where none was put."""
    try:
        into.mkdir(mode=0o700, parents=True)
        ours = True
    except FileExistsError:
        ours = False
    except OSError as fault:
        raise Rejected("--into", f"{into} cannot be made: {fault.strerror}") from None
    if not into.is_dir():
        raise Rejected("--into", f"{into} is no directory")
    if _used(into) and not replace:
        raise Rejected("--into", f"{into} is not empty: --replace puts what is there aside and keeps its footage")
    with hold_lock(into / "lock", "cctv backup restore"):
        try:
            yield
        except BaseException:
            if ours and not _used(into):
                (into / "lock").unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # somebody else's by now
                    into.rmdir()
            raise


def _used(into: Path) -> bool:
    return into.is_dir() and any(one.name != "lock" for one in into.iterdir())


@contextmanager
def _beside(into: Path) -> Iterator[Path]:
    """A folder on the same disk, removed where it did not get its place."""
    draft = into.with_name(f".{into.name}.restoring-{uuid7()[-12:]}")
    try:
        draft.mkdir(mode=0o700)
        yield draft
    except OSError as fault:
        raise Transient(f"{into}: {fault.strerror or fault}") from fault
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _room(into: Path, manifest: Manifest) -> None:
    there = next(one for one in (into, *into.parents) if one.exists())
    if not there.is_dir():
        raise Rejected("--into", f"{there} is no directory")
    needed = sum(one.length_bytes * (_ROOM if name.startswith(TABLES) else 1) for name, one in manifest.parts.items())
    if (free := shutil.disk_usage(there).free) < needed:
        raise Rejected("--into", f"needs {needed} bytes, and {there} has {free}")


def _notes(into: Path, manifest: Manifest, database_url: str | None) -> Iterator[str]:
    yield f"footage is in no backup: `cctv fsck --data {into}` compares the store with what was put back"
    if database_url is not None:
        yield f"name this database in {into / SETTINGS}: database_url_file"
    for path in manifest.outside:
        if not os.access(path, os.R_OK):
            yield f"its settings name {path}, which is not in the backup: put it back"
