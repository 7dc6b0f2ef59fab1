"""Makes a backup of a running site, and checks one: all of it before any of it is believed."""

import asyncio
import base64
import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy.engine import Connection

from controller.adapters.audit_key import open_audit_key, signed_backup
from controller.adapters.audit_store import SqlAudit
from controller.adapters.backup_parts import PartReader, end_parts, write_part
from controller.adapters.checked_file import sync_folder
from controller.adapters.database import Database
from controller.adapters.kept_heads import audit_standing, ledger_heads, revision_of
from controller.adapters.schema import newest_revision
from controller.adapters.scratch import remove_leftovers
from controller.adapters.sealed_stream import Opener, SealedReader, SealedWriter, Sealer
from controller.adapters.site_files import Small, model_files, pieces_of, small_files, unchanged
from controller.adapters.table_rows import (
    columns_of,
    head_line,
    last_number,
    one_instant,
    read_rows,
    table_names,
)
from controller.app.site import Site
from controller.core.backup import (
    MANIFEST,
    SETTINGS,
    SIGNATURE,
    TABLES,
    Manifest,
    Part,
    RowSum,
    TableSum,
    manifest_bytes,
    read_manifest,
)
from controller.core.backup_names import SUFFIX, name_of
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ledger_signature import fingerprint
from shared.mint import uuid7

_DRAFT = ".part"
_MANIFEST_MAX = 64 * 1_048_576
_PUBLIC = "secrets/audit-key.pub.pem"
Tell = Callable[[str, int], None]
"""Hears of which part, and how many bytes or rows more."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    file: Path
    length_bytes: int
    manifest: Manifest
    manifest_sha256: str

    @property
    def told(self) -> dict[str, Any]:
        """As the audit tells of it."""
        return {
            "file": self.file.name, "rows": self.manifest.rows, "bytes": self.length_bytes,
            "sha256": self.manifest_sha256,
        }  # fmt: skip


def make_backup(
    site: Site, folder: Path, sealer: Sealer, clock: Clock, tell: Tell, *, who: str, models: bool = True
) -> Made:
    """Write a backup, and that it was made into the audit. Blocks."""
    made = write_backup(site, folder, sealer, clock, tell, models=models)
    asyncio.run(note(site.settings.database(), clock, who, "backup.create", made.told))
    return made


def write_backup(site: Site, folder: Path, sealer: Sealer, clock: Clock, tell: Tell, *, models: bool = True) -> Made:
    """Write a backup of the site as it is now into `folder`. Blocks. The file has its name only when it is whole."""
    made_at = clock.now()
    # The key is made before the files are read: the backup must hold the one that signs it.
    key = open_audit_key(site.audit_key_file, site.settings.site)
    name = name_of(site.settings.site, made_at, uuid7()[-6:])
    with _draft(folder, name, clock) as file, ExitStack() as stack:
        connection, small = _instant(site, stack)
        revision = revision_of(connection)
        if revision != newest_revision():
            raise Rejected("database", f"its schema is at {revision}: `cctv migrate` first")
        out = SealedWriter(file, sealer, {"site": site.settings.site, "made_at": made_at.isoformat()})
        parts: dict[str, Part] = {}
        for part, (data, mode) in small.items():
            parts[part] = write_part(out, part, [data], mode)
        for part, path in model_files(site.data_dir) if models else ():
            parts[part] = write_part(out, part, _told(pieces_of(path), part, tell))
        tables: dict[str, TableSum] = {}
        for table in table_names():
            part, total = f"{TABLES}{table}", RowSum()
            parts[part] = write_part(out, part, _told(_table_lines(connection, table, total), part, tell))
            tables[table] = total.total(last_number(connection, table))
        seq, chain = audit_standing(connection)
        manifest = Manifest(
            id=uuid7(), site=site.settings.site, made_at=made_at.isoformat(), version=version("sht-cctv"),
            revision=revision, parts=parts, tables=tables, audit_seq=seq, audit_chain=chain,
            ledgers=ledger_heads(connection), outside=tuple(_outside(site, {*parts})),
            public_key_pem=key.public_pem(),
        )  # fmt: skip
        data = manifest_bytes(manifest)
        write_part(out, MANIFEST, [data])
        write_part(out, SIGNATURE, [base64.b64encode(key.backup(hashlib.sha256(data).digest()))])
        end_parts(out)
    whole = folder / name
    return Made(whole, whole.stat().st_size, manifest, hashlib.sha256(data).hexdigest())


async def note(url: str, clock: Clock, who: str, what: str, detail: dict[str, Any]) -> None:
    """An entry of the audit."""
    database = Database(url)
    try:
        await SqlAudit(database, clock).note(who, what, detail=detail)
    finally:
        await database.close()


def check_backup(file: Path, opener: Opener, tell: Tell) -> Manifest:
    """Read all of it; `Rejected` names what is wrong. Blocks."""
    kept: dict[str, bytes] = {}
    rows: dict[str, int] = {}
    with open_parts(file, opener) as reader:
        for name, pieces in reader.parts():
            keep = name in {MANIFEST, SIGNATURE, _PUBLIC}
            data, lines = [], 0
            for piece in pieces:
                lines += piece.count(b"\n") if name.startswith(TABLES) else 0
                if keep:
                    data.append(piece)
                    _bounded(name, data)
                tell(name, len(piece))
            kept |= {name: b"".join(data)} if keep else {}
            rows |= {name.removeprefix(TABLES): lines - 1} if name.startswith(TABLES) else {}
        found = dict(reader.found)
    if MANIFEST not in kept or SIGNATURE not in kept:
        raise Rejected("backup", "has no signed manifest")
    manifest = read_manifest(kept[MANIFEST])
    _signed(manifest, kept)
    _parts_agree(manifest, found)
    if rows != {name: one.rows for name, one in manifest.tables.items()}:
        raise Rejected("backup", "holds other rows than its manifest says")
    return manifest


def _signed(manifest: Manifest, kept: dict[str, bytes]) -> None:
    try:
        signature = base64.b64decode(kept[SIGNATURE], validate=True)
    except ValueError:
        signature = b""
    digest = hashlib.sha256(kept[MANIFEST]).digest()
    if not signed_backup(manifest.public_key_pem, digest, signature):
        raise Rejected("backup", "is not signed by the site that it names")
    if kept.get(_PUBLIC, b"").strip() != manifest.public_key_pem.strip().encode():
        raise Rejected("backup", "is signed by another key than the site's own")


def _parts_agree(manifest: Manifest, found: dict[str, tuple[int, str]]) -> None:
    wanted = {name: (one.length_bytes, one.sha256) for name, one in manifest.parts.items()}
    held = {name: one for name, one in found.items() if name not in {MANIFEST, SIGNATURE}}
    if SETTINGS not in wanted:
        raise Rejected("backup", f"holds no {SETTINGS}")
    if wanted != held:
        name = min(one for one in {*wanted, *held} if wanted.get(one) != held.get(one))
        raise Rejected("backup", f"{name} is not what the manifest says")


@contextmanager
def open_parts(file: Path, opener: Opener) -> Iterator[PartReader]:
    """The parts of a backup."""
    try:
        with file.open("rb") as opened:
            yield PartReader(SealedReader(cast("BinaryIO", opened), opener))
    except OSError as fault:
        raise Rejected(str(file), f"cannot be read: {fault.strerror}") from None


def signer_of(manifest: Manifest) -> str:
    """The fingerprint of the site's key, as bundles and the audit tell it."""
    return fingerprint(manifest.public_key_pem)


def _bounded(name: str, data: list[bytes]) -> None:
    if sum(len(one) for one in data) > _MANIFEST_MAX:
        raise Rejected("backup", f"{name} is larger than {_MANIFEST_MAX} bytes")


def _instant(site: Site, stack: ExitStack) -> tuple[Connection, Small]:
    """The database and the small files as they were at the same moment."""
    opened: list[Connection] = []

    def begin() -> None:
        stack.close()
        opened[:] = [stack.enter_context(one_instant(site.settings.database()))]

    small = unchanged(lambda: small_files(site.data_dir, site.config_file), begin)
    return opened[0], small


def _table_lines(connection: Connection, table: str, total: RowSum) -> Iterator[bytes]:
    columns = columns_of(table)
    yield head_line(columns)
    yield from read_rows(connection, table, columns, total)


def _told(pieces: Iterator[bytes], name: str, tell: Tell) -> Iterator[bytes]:
    for piece in pieces:
        tell(name, len(piece))
        yield piece


def _outside(site: Site, held: set[str]) -> Iterator[str]:
    """Files that the settings name and the backup does not hold: whoever runs the site keeps them."""

    def paths(value: object) -> Iterator[Path]:
        if isinstance(value, Path):
            yield value
        elif isinstance(value, dict):
            for one in value.values():
                yield from paths(one)
        elif isinstance(value, list | tuple):
            for one in value:
                yield from paths(one)

    for path in sorted(set(paths(site.settings.model_dump()))):
        inside = path.is_relative_to(site.data_dir) and path.relative_to(site.data_dir).as_posix() in held
        if path.is_file() and not inside:
            yield str(path)


@contextmanager
def _draft(folder: Path, name: str, clock: Clock) -> Iterator[BinaryIO]:
    """A file that gets its name when all of it is on the disk, and is removed otherwise."""
    draft = folder / f".{name}{_DRAFT}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Rejected(str(folder), "is no directory") from None
    except OSError as fault:
        raise Transient(f"{folder}: {fault.strerror or fault}") from fault
    try:
        remove_leftovers(folder, f".*{SUFFIX}{_DRAFT}", clock.unix_ms() / 1000)
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(number, "wb") as file:
            yield cast("BinaryIO", file)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(folder / name)
        sync_folder(folder)
    except OSError as fault:
        raise Transient(f"{folder}: {fault.strerror or fault}") from fault
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()


def same_site(manifest: Manifest, pinned: str | None) -> None:
    """`Rejected` where the backup is not signed by the key that was expected."""
    if pinned is not None and signer_of(manifest) != pinned.lower():
        raise Rejected("--fingerprint", f"this backup is signed by {signer_of(manifest)}")
