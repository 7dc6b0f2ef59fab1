"""Releases that this controller offers to its nodes: signed files in a folder, whose key somebody put beside them."""

import contextlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from controller.adapters.checked_file import sync_folder
from shared.errors import Rejected, Transient
from shared.fields import RELEASE
from shared.release_file import check_release, open_release, sha256_of
from shared.release_manifest import ReleaseManifest, release_keys
from shared.releases import release

_KEYS = "release.pem"
_KEY_BYTES = 16_384
_ENDING = ".release"


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

    def trust(self, key_file: Path) -> None:
        """Offer from now on what this key signed, or one of these."""
        try:
            text = key_file.read_text(encoding="ascii")[:_KEY_BYTES]
        except (OSError, UnicodeDecodeError) as fault:
            raise Rejected("FILE", f"{key_file} cannot be read: {fault}") from None
        release_keys(text)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self._folder / f".{_KEYS}"
        fresh.write_text(text, encoding="ascii")
        fresh.replace(self._folder / _KEYS)

    def add(self, file: Path) -> tuple[Offered, ReleaseManifest]:
        """Check a release wholly and offer it; one of the same name is replaced."""
        try:
            given = file.open("rb")
        except OSError as fault:
            raise Rejected("FILE", f"{file} cannot be read: {fault.strerror}") from None
        coming = self._folder / ".coming"
        try:
            with given as opened:
                found = open_release(opened, self._trusted())
                check_release(opened, found)
            shutil.copyfile(file, coming)
            with coming.open("rb") as copied:
                check_release(copied, open_release(copied, self._trusted()))
                os.fsync(copied.fileno())
            name = f"{found.manifest.version}-{found.manifest.platform}"
            place = self._folder / f"{name}{_ENDING}"
            coming.replace(place)
            sync_folder(self._folder)
        except OSError as fault:
            raise Transient(f"{fault.filename or file}: {fault.strerror}") from fault
        finally:
            with contextlib.suppress(OSError):
                coming.unlink()
        return Offered(name, found.manifest.version, found.manifest.platform, place.stat().st_size), found.manifest

    def remove(self, name: str) -> None:
        if (place := self.file(name)) is None:
            raise Rejected("NAME", f"there is no release {name[:80]}: cctv release list")
        place.unlink()

    def offered(self) -> list[Offered]:
        """The newest version first."""
        found = []
        for place in self._folder.glob(f"*{_ENDING}"):
            name = place.name.removesuffix(_ENDING)
            if re.match(RELEASE, name):
                version, _, platform = name.partition("-")
                found.append(Offered(name, version, platform, place.stat().st_size))
        return sorted(found, key=lambda one: (release(one.version) or (), one.platform), reverse=True)

    def file(self, name: str) -> Path | None:
        """What is offered under this name."""
        place = self._folder / f"{name}{_ENDING}"
        return place if re.match(RELEASE, name) and place.is_file() else None

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
