"""`cctv backup`: everything of a site but its footage in one sealed file, checked, and put back."""

import asyncio
import getpass
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

import typer

from controller.adapters.sealed_stream import Opener, Sealer, by_passphrase, by_private_key, for_recipient, make_pair
from controller.adapters.secret_files import write_private
from controller.app.backup import check_backup, make_backup, same_site, signer_of
from controller.app.backup_places import kept_at
from controller.app.kept_backups import Kept, forget_older, is_newer, last_good, list_backups
from controller.app.restore import restore_backup, try_backup
from controller.cli import AsJson, app, print_json, told, warn
from controller.cli.export import Data, site_of
from controller.cli.storage import size
from controller.core.backup import Manifest
from controller.core.foreign import printable
from controller.settings import read_secret
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.exits import FAILED

backup = typer.Typer(no_args_is_help=True, help="Everything of a site but its footage, in one sealed file.")
app.add_typer(backup, name="backup")

_EVERY_S = 0.5
Passphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File of mode 0600 with the passphrase; 12 characters or more.")
]
PrivateKey = Annotated[
    Path | None, typer.Option("--key-file", help="Private key (cctv backup key) that it was sealed for.")
]
Fingerprint = Annotated[
    str | None, typer.Option("--fingerprint", help="Of the site's key: refuse a backup that another site signed.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", exists=True, dir_okay=False)]


@backup.command("create")
@told
def create(
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to write it into; backups/ in the data directory when left out.")
    ] = None,
    passphrase_file: Passphrase = None,
    recipient: Annotated[
        Path | None, typer.Option("--recipient", help="Public key (cctv backup key): only its other half opens it.")
    ] = None,
    models: Annotated[bool, typer.Option(help="With the models that were installed.")] = True,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, max=1000, help="Then remove this site's older ones but so many.")
    ] = None,
    tried: Annotated[
        bool, typer.Option("--try", help="Put it back on trial into an empty database, and compare every row.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Write a backup of the site, which may go on running: settings, keys, accounts, the database. Not the footage."""
    site = site_of(data)
    sealer = _sealer(passphrase_file, recipient)
    if tried and passphrase_file is None:
        raise Rejected("--try", "needs --passphrase-file: who has only the public key cannot open it")
    with Progress() as far:
        made = make_backup(
            site, to or site.data_dir / "backups", sealer, SystemClock(), far, who=getpass.getuser(), models=models
        )
        faults: Sequence[str] = ()
        if tried:
            opener = _opener(passphrase_file, None)
            faults = try_backup(site, made.file, opener, SystemClock(), getpass.getuser(), far).faults
    clock = SystemClock()
    gone = [] if keep is None else forget_older(made, keep, clock.now(), asyncio.run(last_good(site, clock)))
    if as_json:
        print_json({"file": made.file, "bytes": made.length_bytes, "tried": tried, "faults": faults, "removed": gone,
                    **_document(made.manifest)})  # fmt: skip
    else:
        sys.stdout.write(f"{made.file} {size(made.length_bytes)}\n{_line(made.manifest)}")
        sys.stdout.write("put back on trial: every row is the same\n" if tried else "")
        sys.stdout.writelines(f"removed: {path.name}\n" for path in gone)
        warn([*faults, *(f"not in it, keep it yourself: {path}" for path in made.manifest.outside)])
    if faults:
        raise typer.Exit(FAILED)


@backup.command("list")
@told
def list_kept(
    where: Annotated[
        Path | None, typer.Option("--in", help="A folder; backups/ in the data directory when left out.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="A destination of exports, in place of a folder.")] = None,
    within_h: Annotated[
        int | None,
        typer.Option("--within-h", min=1, max=100_000, help="Exit code 1 where none is that new: a monitor's."),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show what a folder holds, the newest last, as each file says of itself: `verify` checks one.

    At a destination each is known by its name.
    """
    now = SystemClock().now()
    found = _found(where, at, data, now)
    late = within_h is not None and not any(is_newer(one, now, within_h) for one in found)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            columns = (one.file.name, size(one.length_bytes), one.site, one.made_at, one.fault)
            sys.stdout.write(" ".join(printable(text) for text in columns if text) + "\n")
        if not found:
            sys.stdout.write("no backup here\n")
    if late:
        sys.stderr.write(f"no backup of the last {within_h} h\n")
        raise typer.Exit(FAILED)


@backup.command("verify")
@told
def verify(
    file: File,
    passphrase_file: Passphrase = None,
    key_file: PrivateKey = None,
    fingerprint: Fingerprint = None,
    as_json: AsJson = False,
) -> None:
    """Read all of a backup: sealed, whole, signed, every part by its SHA-256; exit code 2 where it is not."""
    with Progress() as far:
        manifest = check_backup(file, _opener(passphrase_file, key_file), far)
    same_site(manifest, fingerprint)
    if as_json:
        print_json({"ok": True, **_document(manifest)})
        return
    sys.stdout.write(f"whole: {_line(manifest)}signed by {signer_of(manifest)}\n")


@backup.command("restore")
@told
def restore(
    file: File,
    into: Annotated[Path, typer.Option("--into", help="Data directory of the site; new or empty.")],
    passphrase_file: Passphrase = None,
    key_file: PrivateKey = None,
    fingerprint: Fingerprint = None,
    database_url_file: Annotated[
        Path | None,
        typer.Option("--database-url-file", help="File with the address of an empty database, in place of its own."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where a site is: it is put aside, its footage stays in place.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a site back. All of the backup is checked before anything is written; exit code 1 where its audit is broken.

    What is there already is never deleted. Everybody logs in again.
    """
    url = None if database_url_file is None else read_secret(database_url_file, "--database-url-file")
    with Progress() as far:
        done = restore_backup(
            file, _opener(passphrase_file, key_file), into, SystemClock(), far,
            who=getpass.getuser(), fingerprint=fingerprint, database_url=url, replace=replace,
        )  # fmt: skip
    if as_json:
        print_json({"ok": not done.faults, **_document(done.manifest), "faults": done.faults, "notes": done.notes})
    else:
        sys.stdout.write(f"{into}: {_line(done.manifest)}")
        sys.stdout.writelines(f"{one}\n" for one in done.faults)
        warn(done.notes)
    if done.faults:
        raise typer.Exit(FAILED)


@backup.command("key")
@told
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key goes; it must not exist.")],
) -> None:
    """Make a pair of keys: FILE opens backups and belongs far from the site, FILE.pub seals them."""
    private, public = make_pair()
    write_private(file, private)
    write_private(file.with_name(f"{file.name}.pub"), public)
    sys.stdout.write(f"{file} opens: keep it elsewhere\n{file}.pub seals: leave it at the site\n")


def _found(where: Path | None, at: str | None, data: Path | None, now: datetime) -> list[Kept]:
    if at is not None and where is not None:
        raise Rejected("--at", "and --in name two places: give one")
    if at is not None:
        return asyncio.run(kept_at(site_of(data), at, now))
    if where is not None:
        return list_backups(where, now)
    own = site_of(data).data_dir / "backups"
    return list_backups(own, now) if own.exists() else []


def _sealer(passphrase_file: Path | None, recipient: Path | None) -> Sealer:
    _one_of(passphrase_file, recipient, "--recipient")
    if recipient is not None:
        return for_recipient(_bytes(recipient, "--recipient"), "--recipient")
    return _by_passphrase(passphrase_file)[0]


def _opener(passphrase_file: Path | None, key_file: Path | None) -> Opener:
    _one_of(passphrase_file, key_file, "--key-file")
    if key_file is not None:
        return by_private_key(_bytes(key_file, "--key-file"), "--key-file")
    return _by_passphrase(passphrase_file)[1]


def _one_of(passphrase_file: Path | None, other: Path | None, option: str) -> None:
    if passphrase_file is None and other is None:
        raise Rejected("--passphrase-file", f"give it, or {option}")
    if passphrase_file is not None and other is not None:
        raise Rejected("--passphrase-file", f"and {option}: give one, not both")


def _by_passphrase(file: Path | None) -> tuple[Sealer, Opener]:
    return by_passphrase(read_secret(file or Path(), "--passphrase-file"))


def _bytes(file: Path, field: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise Rejected(field, f"{file} cannot be read: {fault.strerror}") from None


def _document(manifest: Manifest) -> dict[str, object]:
    return {
        "id": manifest.id, "site": manifest.site, "made_at": manifest.made_at, "version": manifest.version,
        "revision": manifest.revision, "rows": manifest.rows,
        "tables": {name: one.rows for name, one in manifest.tables.items()},
        "audit_seq": manifest.audit_seq, "ledgers": len(manifest.ledgers), "outside": manifest.outside,
        "signer": signer_of(manifest),
    }  # fmt: skip


def _line(manifest: Manifest) -> str:
    return (
        f"site {manifest.site} as of {manifest.made_at}, {manifest.rows} rows in {len(manifest.tables)} tables, "
        f"audit to place {manifest.audit_seq}, {len(manifest.ledgers)} cameras' ledgers\n"
    )


class Progress:
    """A line on a terminal; silent for a file or a pipe."""

    def __init__(self, unit: str = "MB", timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._unit = unit
        self._due = timer() + 1
        self._far = 0
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._written:
            sys.stderr.write("\r\x1b[K")

    def __call__(self, part: str, more: int) -> None:
        self._far += more
        if self._timer() < self._due or not sys.stderr.isatty():
            return
        self._due, self._written = self._timer() + _EVERY_S, True
        far = self._far // 1_000_000 if self._unit == "MB" else self._far
        sys.stderr.write(f"\r\x1b[K{part[:60]} {far} {self._unit}")
        sys.stderr.flush()
