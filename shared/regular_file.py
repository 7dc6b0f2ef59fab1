"""Reads a file that somebody named: an ordinary one and no more of it than asked for, so no pipe or device holds us."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from shared.errors import Rejected


def open_regular(path: Path, field: str) -> BinaryIO:
    """Open it for reading; `Rejected` names the file and why it cannot be."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe nobody writes to opens at once
    except OSError as fault:
        raise Rejected(field, f"{path.name} cannot be read: {fault.strerror}") from None
    kind = os.fstat(number).st_mode
    if not stat.S_ISREG(kind):
        os.close(number)
        what = "is a folder" if stat.S_ISDIR(kind) else "is no ordinary file"
        raise Rejected(field, f"{path.name} cannot be read: it {what}")
    return os.fdopen(number, "rb")


def read_regular(path: Path, most_bytes: int, field: str) -> bytes:
    """All of it; `Rejected` when there is more than `most_bytes`."""
    with open_regular(path, field) as opened:
        try:
            data = opened.read(most_bytes + 1)
        except OSError as fault:
            raise Rejected(field, f"{path.name} cannot be read: {fault.strerror}") from None
    if len(data) > most_bytes:
        raise Rejected(field, f"{path.name} is larger than {most_bytes} bytes")
    return data
