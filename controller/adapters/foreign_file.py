"""Reads another recorder's configuration as what a stranger wrote: bounded, and nothing of it is run or unpacked."""

import gzip
import io
import re
import tarfile
import zlib
from pathlib import Path
from typing import BinaryIO

import yaml

from shared.errors import Rejected
from shared.regular_file import open_regular, read_regular

_MAX_BYTES = 1_000_000
_MAX_ALL_BYTES = 8_000_000
_MAX_MEMBERS = 2_000
_MAX_ALIASES = 200
_MAX_DEPTH = 32
_MAX_TOKENS = 100_000
_MAX_KEYS = 10_000
_TWICE = "a key stands twice here: which of them counts?"
_MERGED = f"more than {_MAX_KEYS} keys are merged here"
_OPENS = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken,
          yaml.BlockMappingStartToken)  # fmt: skip
_CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
_CONF = re.compile(r"(?:camera|thread)-\d{1,6}\.conf|motion\.conf")


class _Loader(yaml.SafeLoader):
    """Refuses what merges to more than a configuration has, and a key that stands twice, which would be lost."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._flat: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if id(node) in self._flat:  # by now it has what it merges too, and a key that is overridden stands twice
            return
        self._flat.add(id(node))
        seen = set()
        for key, _ in node.value:
            if (key.tag, str(key.value)) in seen:
                raise yaml.constructor.ConstructorError(None, None, _TWICE, key.start_mark)
            seen.add((key.tag, str(key.value)))
        super().flatten_mapping(node)
        if len(node.value) > _MAX_KEYS:
            raise yaml.constructor.ConstructorError(None, None, _MERGED, node.start_mark)


def read_frigate_file(path: Path) -> object:
    """A YAML document without tags and with few aliases; what is wrong is told by its line alone, never quoted."""
    if path.is_dir():
        raise Rejected("frigate", f"{path.resolve().name} is a folder: give its config.yml")
    text = read_regular(path, _MAX_BYTES, "frigate").decode("utf-8-sig", errors="replace")
    try:
        _check_tokens(path, text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        if fault.problem in {_TWICE, _MERGED}:
            raise Rejected("frigate", f"{path.name}{line}: {fault.problem}") from None
        raise Rejected("frigate", f"{path.name} is no plain YAML{line} (tags like !secret are not followed)") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Rejected("frigate", f"{path.name} is no YAML that can be read") from None


def _check_tokens(path: Path, text: str) -> None:
    """Before anything is made of them: each level costs the scanner more than the one before."""
    depth = aliases = 0
    for count, token in enumerate(yaml.scan(text, Loader=yaml.SafeLoader)):
        aliases += isinstance(token, yaml.AliasToken)
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if aliases > _MAX_ALIASES:
            raise Rejected("frigate", f"{path.name} uses more than {_MAX_ALIASES} YAML aliases")
        if depth > _MAX_DEPTH:
            raise Rejected("frigate", f"{path.name} is nested more than {_MAX_DEPTH} deep")
        if count > _MAX_TOKENS:
            raise Rejected("frigate", f"{path.name} holds more than the configuration of a recorder")


def read_motioneye_files(path: Path) -> dict[str, str]:
    """File name -> text, of a folder, one camera's file or a backup (tar.gz)."""
    try:
        if path.is_dir():
            return {file.name: _text(file) for file in sorted(path.iterdir()) if _CONF.fullmatch(file.name)}
        if path.name.endswith(".conf"):
            return {path.name: _text(path)}
        return _backup(path)
    except (tarfile.ReadError, gzip.BadGzipFile):
        wanted = "a folder with camera-1.conf, one such file, or a backup (tar.gz)"
        raise Rejected("motioneye", f"{path.name} is not what is read: {wanted}") from None
    except OSError as fault:
        raise Rejected("motioneye", f"{path.name} cannot be read: {fault.strerror or 'it is damaged'}") from None
    except (EOFError, tarfile.TarError, zlib.error, ValueError):
        raise Rejected("motioneye", f"{path.name} cannot be read: it is damaged, or not whole") from None


def _text(file: Path) -> str:
    return read_regular(file, _MAX_BYTES, "motioneye").decode("utf-8", errors="replace")


class _Bounded(io.RawIOBase):
    """What is unpacked, up to a size: a header of an archive may say that it is as large as it likes."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        super().__init__()
        self._unpacked = gzip.GzipFile(fileobj=packed)
        self._left = _MAX_ALL_BYTES
        self._name = name

    def read(self, size: int = -1) -> bytes:
        """At most what is left; `Rejected` once nothing is."""
        data = self._unpacked.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        if not self._left:
            raise Rejected("motioneye", f"{self._name} holds more than a configuration")
        return data


def _backup(path: Path) -> dict[str, str]:
    """What is wanted of a backup, read as a stream: it ends where it is packed beyond belief."""
    files: dict[str, str] = {}
    with (
        open_regular(path, "motioneye") as packed,
        tarfile.open(fileobj=_Bounded(packed, path.name), mode="r|") as archive,
    ):
        for number, member in enumerate(archive):
            if number >= _MAX_MEMBERS or member.size > _MAX_ALL_BYTES:
                raise Rejected("motioneye", f"{path.name} holds more than a configuration")
            name = member.name.rpartition("/")[2]
            if not member.isreg() or not _CONF.fullmatch(name):
                continue
            opened = archive.extractfile(member)
            if opened is not None:
                data = opened.read(_MAX_BYTES + 1)
                if len(data) > _MAX_BYTES:
                    raise Rejected("motioneye", f"{name[:80]} is larger than {_MAX_BYTES} bytes")
                files[name] = data.decode("utf-8", errors="replace")
    return files
