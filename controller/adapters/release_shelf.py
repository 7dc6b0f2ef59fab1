"""Releases that this controller offers to its nodes: signed files in a folder, whose key somebody put beside them."""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from controller.adapters.checked_file import sync_folder
from shared.errors import Rejected, Transient
from shared.fields import RELEASE
from shared.regular_file import open_regular, read_regular
from shared.release_file import check_release, open_release, sha256_of
from shared.release_manifest import ReleaseManifest, release_keys
from shared.releases import release

_KEYS = "release.pem"
_KEY_BYTES = 16_384
_ENDING = ".release"
_COMING = ".coming"
_LEFT_S = 86_400
_PIECE_BYTES = 1_048_576

Far = Callable[[str, int], object]


def _unseen(_step: str, _more: int) -> None:
    """Nobody looks how far it is."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One that nodes of its platform can be told to fetch."""

    name: str
    version: str
    platform: str
    length_bytes: int


class ReleaseShelf:
    """`releases/` in the data directory. All of it blocks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def trust(self, key_file: Path) -> list[str]:
        """Offer from now on only what this key signed, or one of these; the names of what is offered no more."""
        try:
            text = read_regular(key_file, _KEY_BYTES, "FILE").decode("ascii")
        except UnicodeDecodeError as fault:
            raise Rejected("FILE", f"{key_file} cannot be read: {fault}") from None
        release_keys(text)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        before = [one.name for one in self.offered()]
        with self._coming() as out:
            out.write(text.encode("ascii"))
            self._put(out, self._folder / _KEYS)
        return [name for name in before if self.file(name) is None]

    def add(self, file: Path, far: Far = _unseen) -> tuple[Offered, ReleaseManifest]:
        """Check a release wholly and offer it; one of the same name is replaced. `far`: a step and its further bytes.

        All that is read and offered is this call's own copy: whoever changes the file meanwhile, or adds another one
        at the same time, changes nothing of it.
        """
        keys = self._trusted()
        try:
            with open_regular(file, "FILE") as given, self._coming() as out:
                expected = open_release(given, keys)
                _copy(given, out, expected.start + expected.manifest.length_bytes, far)
                found = open_release(out, keys)
                check_release(out, found, lambda more: far("checking", more))
                name = f"{found.manifest.version}-{found.manifest.platform}"
                length = out.seek(0, os.SEEK_END)
                self._put(out, self._folder / f"{name}{_ENDING}")
        except OSError as fault:
            raise Transient(f"{fault.filename or file}: {fault.strerror}") from fault
        return Offered(name, found.manifest.version, found.manifest.platform, length), found.manifest

    def remove(self, name: str) -> None:
        """Of whatever key it is."""
        if (place := self._place(name)) is None:
            raise Rejected("NAME", f"there is no release {name[:80]}: cctv release list")
        place.unlink()

    def offered(self) -> list[Offered]:
        """What a trusted key signed, the newest version first."""
        found = []
        for place in self._folder.glob(f"*{_ENDING}"):
            name = place.name.removesuffix(_ENDING)
            if self.file(name) is not None:
                version, _, platform = name.partition("-")
                found.append(Offered(name, version, platform, place.stat().st_size))
        return sorted(found, key=lambda one: (release(one.version) or (), one.platform), reverse=True)

    def file(self, name: str) -> Path | None:
        """What is offered under this name: it is there, and says so itself, signed by a key that is trusted now."""
        place = self._place(name)
        if place is None:
            return None
        try:
            with place.open("rb") as opened:
                said = open_release(opened, self._trusted()).manifest
        except (OSError, Rejected):
            return None
        return place if f"{said.version}-{said.platform}" == name else None

    def sha256(self, name: str) -> str:
        """Of what is offered under this name."""
        if (place := self.file(name)) is None:
            raise Rejected("NAME", f"there is no release {name[:80]}: cctv release list")
        with place.open("rb") as opened:
            return sha256_of(opened)

    def _trusted(self) -> str:
        try:
            return (self._folder / _KEYS).read_text(encoding="ascii")
        except OSError:
            raise Rejected("release key", "is not known here: cctv release trust FILE, with the public key") from None

    def _place(self, name: str) -> Path | None:
        place = self._folder / f"{name}{_ENDING}"
        return place if re.match(RELEASE, name) and place.is_file() else None

    @contextlib.contextmanager
    def _coming(self) -> Iterator[BinaryIO]:
        """A file of this call alone; what a killed one left a day ago or earlier goes with it."""
        number, made = tempfile.mkstemp(dir=self._folder, prefix=f"{_COMING}-")
        try:
            now = os.fstat(number).st_mtime
            os.close(number)
            for left in self._folder.glob(f"{_COMING}*"):
                with contextlib.suppress(OSError):
                    if now - left.stat().st_mtime > _LEFT_S:
                        left.unlink()
            with Path(made).open("r+b") as out:
                yield out
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(made).unlink()

    def _put(self, out: BinaryIO, place: Path) -> None:
        out.flush()
        os.fsync(out.fileno())
        Path(out.name).replace(place)
        sync_folder(self._folder)


def _copy(given: BinaryIO, out: BinaryIO, length: int, far: Far) -> None:
    """No more of it than was said, and one byte by which a longer one is seen."""
    given.seek(0)
    left = length + 1
    while piece := given.read(min(left, _PIECE_BYTES)):
        out.write(piece)
        left -= len(piece)
        far("copying", len(piece))
