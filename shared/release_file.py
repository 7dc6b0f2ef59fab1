"""A release as one file: a line, the signed manifest, its files' bytes in their order; nothing names a place."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shared.errors import Rejected, Transient
from shared.release_manifest import ReleaseFile, ReleaseManifest, read_manifest

_HEAD = re.compile(rb"cctv-release-1 ([1-9][0-9]{0,6}) ([A-Za-z0-9+/]{86}==)\n")
_HEAD_BYTES = 128
_MANIFEST_BYTES = 262_144
_PIECE_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Release:
    """An opened release whose signature fits; `start`: where its files begin."""

    manifest: ReleaseManifest
    start: int


def write_release(out: BinaryIO, manifest: bytes, signature: str, folder: Path, files: tuple[ReleaseFile, ...]) -> None:
    """Make one of a folder's files."""
    out.write(b"cctv-release-1 %d %s\n" % (len(manifest), signature.encode()))
    out.write(manifest)
    for one in files:
        with (folder / one.name).open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                out.write(piece)


def open_release(file: BinaryIO, public_keys_pem: str) -> Release:
    """Read its beginning; `Rejected` when it is none, is not signed by these keys, or is cut or longer than it says."""
    file.seek(0)
    first = _HEAD.match(file.read(_HEAD_BYTES))
    if first is None:
        raise Rejected("release", "is no release of this project")
    length = int(first[1])
    if length > _MANIFEST_BYTES:
        raise Rejected("release", f"its manifest is larger than {_MANIFEST_BYTES} bytes")
    file.seek(first.end())
    raw = file.read(length)
    if len(raw) != length:
        raise Rejected("release", "is cut within its manifest: fetch it again")
    manifest = read_manifest(raw, first[2].decode(), public_keys_pem)
    found = Release(manifest, first.end() + length)
    expected, there = found.start + manifest.length_bytes, file.seek(0, os.SEEK_END)
    if there != expected:
        kind = "is cut" if there < expected else "has more than it says"
        raise Rejected("release", f"{kind}: {there} bytes instead of {expected}")
    return found


def check_release(file: BinaryIO, release: Release, far: Callable[[int], object] | None = None) -> None:
    """Compare every file with its hash, before anything is written; `Rejected` names the first that differs.

    `far` hears how many bytes more were compared.
    """
    file.seek(release.start)
    for one in release.manifest.files:
        for piece in _checked(file, one):
            if far is not None:
                far(len(piece))


def unpack_release(file: BinaryIO, release: Release, folder: Path) -> None:
    """Write its files into an empty folder, compared once more: what is written is what was signed."""
    file.seek(release.start)
    for one in release.manifest.files:
        place = folder / one.name
        try:
            place.parent.mkdir(mode=0o755, exist_ok=True)
            with place.open("xb") as out:
                for piece in _checked(file, one):
                    out.write(piece)
            place.chmod(0o644)
        except OSError as fault:
            raise Transient(f"{place}: {fault.strerror}") from fault


def sha256_of(file: BinaryIO) -> str:
    """Of all of it, hex."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def _checked(file: BinaryIO, one: ReleaseFile) -> Iterator[bytes]:
    digest, left = hashlib.sha256(), one.length_bytes
    while left:
        piece = file.read(min(left, _PIECE_BYTES))
        if not piece:
            raise Rejected(f"release.{one.name}", "is cut: fetch it again")
        digest.update(piece)
        left -= len(piece)
        yield piece
    if digest.hexdigest() != one.sha256:
        raise Rejected(f"release.{one.name}", "differs from what was signed: fetch it again")
