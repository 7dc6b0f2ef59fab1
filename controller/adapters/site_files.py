"""The files of a site that a backup holds: read as they are at one moment, put back with their modes."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from controller.core.backup import FILES, FOLDERS, SETTINGS, check_name
from shared.errors import Rejected, Transient

_PIECE_BYTES = 1_048_576
_SMALL_MAX = 16 * 1_048_576
_MODELS = "models"
_TRIES = 5
Small = dict[str, tuple[bytes, int]]


def small_files(data_dir: Path, settings: Path) -> Small:
    """What changes while a site runs, with its mode: settings, secrets, certificates, the broker's accounts, heads."""
    found = {SETTINGS: _read(settings)}
    for name in FILES:
        if (data_dir / name).is_file():
            found[name] = _read(data_dir / name)
    for folder in FOLDERS:
        if folder != _MODELS:
            found |= {name: _read(path) for name, path in _plain_files(data_dir, folder)}
    return found


def unchanged(read: Callable[[], Small], instant: Callable[[], None]) -> Small:
    """The files as they were when `instant` was: the same before and after it. `Transient` where they never are."""
    before = read()
    for _ in range(_TRIES):
        instant()
        after = read()
        if after == before:
            return after
        before = after
    raise Transient("the site's files change too often to be read together")


def model_files(data_dir: Path) -> list[tuple[str, Path]]:
    """Installed models: they are never changed in place."""
    return list(_plain_files(data_dir, _MODELS))


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
    except OSError as fault:
        raise Rejected(str(path), f"cannot be read: {fault.strerror}") from None


def put_file(folder: Path, name: str, pieces: Iterable[bytes], mode: int) -> None:
    """Write a part below `folder`, for its owner and never writable by others; durable."""
    path = folder / check_name(name)
    for parent in reversed(path.relative_to(folder).parents):
        (folder / parent).mkdir(mode=0o700, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fchmod(file.fileno(), (mode & 0o755) | 0o600)
        os.fsync(file.fileno())


def _plain_files(data_dir: Path, folder: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((data_dir / folder).rglob("*")):
        name = path.relative_to(data_dir).as_posix()
        if path.is_symlink() or not path.is_file() or path.name.startswith(".") or path.suffix == ".lock":
            continue
        yield check_name(name), path


def _read(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            data = file.read(_SMALL_MAX + 1)
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except OSError as fault:
        raise Rejected(str(path), f"cannot be read: {fault.strerror}") from None
    if len(data) > _SMALL_MAX:
        raise Rejected(str(path), f"has more than {_SMALL_MAX} bytes, and is none of the site's own files")
    return data, mode
