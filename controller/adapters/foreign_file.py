"""Reads another recorder's configuration as what a stranger wrote: bounded, and nothing of it is run or unpacked."""

import re
import tarfile
from pathlib import Path

import yaml

from shared.errors import Rejected

_MAX_BYTES = 1_000_000
_MAX_ALL_BYTES = 8_000_000
_MAX_MEMBERS = 2_000
_MAX_ALIASES = 200
_MAX_DEPTH = 32
_CONF = re.compile(r"(?:camera|thread)-\d{1,6}\.conf|motion\.conf")


def read_frigate_file(path: Path) -> object:
    """A YAML document without tags and with few aliases; what is wrong is told by its line alone, never quoted."""
    try:
        with path.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
    except IsADirectoryError:
        raise Rejected("frigate", f"{path.resolve().name} is a folder: give its config.yml") from None
    except OSError as fault:
        raise Rejected("frigate", f"{path.name} cannot be read: {type(fault).__name__}") from None
    if len(data) > _MAX_BYTES:
        raise Rejected("frigate", f"{path.name} is larger than {_MAX_BYTES} bytes")
    text = data.decode("utf-8-sig", errors="replace")
    if _deepest(text) > _MAX_DEPTH:  # each level costs the scanner more than the one before
        raise Rejected("frigate", f"{path.name} has brackets more than {_MAX_DEPTH} deep")
    try:
        aliases = sum(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader))
        if aliases > _MAX_ALIASES:
            raise Rejected("frigate", f"{path.name} uses {aliases} YAML aliases (at most {_MAX_ALIASES})")
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise Rejected("frigate", f"{path.name} is no plain YAML{line} (tags like !secret are not followed)") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Rejected("frigate", f"{path.name} is no YAML that can be read") from None


def _deepest(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest


def read_motioneye_files(path: Path) -> dict[str, str]:
    """File name -> text, of a folder, one camera's file or a backup (tar.gz)."""
    try:
        if path.is_dir():
            return {file.name: _text(file) for file in sorted(path.iterdir()) if _CONF.fullmatch(file.name)}
        if path.name.endswith(".conf"):
            return {path.name: _text(path)}
        return _backup(path)
    except tarfile.ReadError:
        wanted = "a folder with camera-1.conf, one such file, or a backup (tar.gz)"
        raise Rejected("motioneye", f"{path.name} is not what is read: {wanted}") from None
    except (OSError, EOFError, tarfile.TarError, ValueError) as fault:
        raise Rejected("motioneye", f"{path.name} cannot be read: {type(fault).__name__}") from None


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        return _decoded(file.name, opened.read(_MAX_BYTES + 1))


def _decoded(name: str, data: bytes) -> str:
    if len(data) > _MAX_BYTES:
        raise Rejected("motioneye", f"{name[:80]} is larger than {_MAX_BYTES} bytes")
    return data.decode("utf-8", errors="replace")


def _backup(path: Path) -> dict[str, str]:
    """What is wanted of a backup, read as a stream: it ends where it is packed beyond belief."""
    files: dict[str, str] = {}
    passed = 0
    with tarfile.open(path, "r|gz") as archive:
        for number, member in enumerate(archive):
            passed += member.size
            if number >= _MAX_MEMBERS or passed > _MAX_ALL_BYTES:
                raise Rejected("motioneye", f"{path.name} holds more than a configuration")
            name = member.name.rpartition("/")[2]
            if not member.isreg() or not _CONF.fullmatch(name):
                continue
            opened = archive.extractfile(member)
            if opened is not None:
                files[name] = _decoded(name, opened.read(_MAX_BYTES + 1))
    return files
