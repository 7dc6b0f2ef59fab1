"""A bundle in a ZIP, read where it lies."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

from controller.adapters.verify_bundle.reading import Unfit
from controller.adapters.verify_bundle.terms import INDEX_MOST, LINE_MOST, MANIFEST, PACKED_MOST


class Archive:
    """A bundle in a ZIP, read where it lies: nothing of it is unpacked to a disk.

    Refused by name: what leads out of it, stands twice, is a link, encrypted, packed beyond belief, or lies where
    another reader of ZIP files would find something else.
    """

    def __init__(self, path: Path) -> None:
        self.infos: dict[str, zipfile.ZipInfo] = {}
        self.file = path.open("rb")
        try:
            self._list()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as fault:
            self.file.close()
            raise Unfit(f"is no ZIP that can be read ({fault})") from None
        except Unfit:
            self.file.close()
            raise

    def _list(self) -> None:
        _small_index(self.file)
        self.zip = zipfile.ZipFile(self.file)
        found: dict[str, zipfile.ZipInfo] = {}
        alike = set[str]()  # where letters have no case, one of two would replace the other
        for info in self.zip.infolist():
            _sound(info)
            if info.filename.casefold() in alike:
                raise Unfit(f"{info.filename!r} stands twice in it")
            alike.add(info.filename.casefold())
            found[info.filename] = info
        _side_by_side(self.file, list(found.values()), self.zip.start_dir)
        tops = {name.partition("/")[0] for name in found}
        inside = f"{tops.pop()}/" if len(tops) == 1 and MANIFEST not in found else ""
        self.infos = {name[len(inside) :]: info for name, info in found.items() if name != inside}

    def names(self) -> list[str]:
        return sorted(self.infos)

    def open(self, name: str) -> tuple[Any, int]:
        """One of its files and its length."""
        if name not in self.infos:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        info = self.infos[name]
        if hasattr(info, "CRC"):
            del info.CRC  # what was changed is named by its hash, block by block, instead
        try:
            return io.BufferedReader(Unpacking(self.zip.open(info))), info.file_size
        except zipfile.BadZipFile as fault:
            raise Unfit(str(fault)) from None

    def close(self) -> None:
        self.file.close()


class Unpacking(io.RawIOBase):
    """What a ZIP unpacks; where its packing is broken, that is told as of a disk that cannot be read."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        try:
            data = self.inner.read(len(into))
        except (zlib.error, EOFError, zipfile.BadZipFile) as fault:
            raise OSError(errno.EIO, f"cannot be unpacked ({fault})") from None
        into[: len(data)] = data
        return len(data)


def _small_index(file: Any) -> None:
    """Its list of files is read into memory: how large it says that it is, in both places that say so."""
    length = file.seek(0, os.SEEK_END)
    at = file.seek(max(0, length - 65_557 - 20))
    tail = file.read()
    place = len(tail) - 22
    if place < 0 or tail[place : place + 4] != b"PK\5\6" or tail[-2:] != b"\0\0":
        place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < 22:
        raise Unfit("is neither a folder nor a ZIP")
    size = int.from_bytes(tail[place + 12 : place + 16], "little")
    locator = tail[max(0, place - 20) : place]
    if locator[:4] == b"PK\6\7":
        file.seek(min(int.from_bytes(locator[8:16], "little"), length))
        record = file.read(56)
        far = at + place - 76
        file.seek(max(0, far))
        size = max(int.from_bytes(one[40:48], "little") for one in (record, file.read(56)))
    if size > INDEX_MOST:
        raise Unfit("has a list of files that is too large")
    file.seek(0)


def _sound(info: zipfile.ZipInfo) -> None:
    name, mode = info.orig_filename, info.external_attr >> 16
    parts = name.rstrip("/").split("/")
    if (
        len(parts) > 2
        or any(part in ("", ".", "..") or not part.isprintable() for part in parts)
        or set(name) & set("\\:")
    ):
        raise Unfit(f"{name!r} has a name that could lead out of it")
    if info.flag_bits & 0x2041:
        raise Unfit(f"{name!r} is encrypted: unpack it, and check the folder")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) or (stat.S_ISDIR(mode) and not name.endswith("/")):
        raise Unfit(f"{name!r} is a link or a device")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unfit(f"{name!r} is packed in a way that this program does not read")
    if info.file_size > PACKED_MOST * info.compress_size + LINE_MOST or (name.endswith("/") and info.file_size):
        raise Unfit(f"{name!r} is packed beyond belief")


def _side_by_side(file: Any, infos: list[zipfile.ZipInfo], end: int) -> None:
    """Each begins where the one before ends, the first at the beginning: nothing is there that the list leaves out."""
    at = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        file.seek(info.header_offset)
        head = file.read(30)
        if len(head) < 30 or head[:4] != b"PK\3\4" or not 0 <= info.header_offset - at <= 24:
            raise Unfit(f"{info.filename!r} does not lie beside the others")
        extra = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        at = info.header_offset + 30 + extra + info.compress_size
    if not 0 <= end - at <= 24:
        raise Unfit("has something between its files and their list")
