"""A new folder of an exported set: filled beside its place and put there when it is whole."""

import re
import shutil
import tempfile
from pathlib import Path

import cv2
import numpy as np

from shared.errors import Rejected

_PATH = re.compile(r"(?:[a-z]+/)*[A-Za-z0-9_-]+\.(?:jpg|txt|json|yaml)")


class NewFolder:
    """`SetFolder` on this machine's disk. `out` must not be there, or be an empty folder."""

    def __init__(self, out: Path, field: str = "OUT") -> None:
        if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
            raise Rejected(field, f"{out} is there already: name a new folder")
        parent = out.absolute().parent
        if not parent.is_dir():
            raise Rejected(field, f"{parent} is not a folder")
        self._out = out
        try:
            self._part = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=parent))
        except OSError as fault:
            raise Rejected(field, f"{parent} cannot be written: {fault.strerror}") from None

    def write(self, path: str, data: bytes) -> None:
        """Write one file at a plain relative path; anything else raises `Rejected`."""
        if not _PATH.fullmatch(path):
            raise Rejected("path", f"{path[:100]!r} is not a plain path")
        file = self._part / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as out:
            out.write(data)

    def finish(self) -> None:
        """Put the folder in its place."""
        self._part.chmod(0o755)
        self._part.replace(self._out)

    def abandon(self) -> None:
        shutil.rmtree(self._part, ignore_errors=True)


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG in px; None when it is none."""
    if not data:
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if picture is None else (int(picture.shape[1]), int(picture.shape[0]))
