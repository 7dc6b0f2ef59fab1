"""Files of a folder as one ZIP, made while it is sent: nothing is packed, and nothing lies on a disk in between."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

_PIECE_BYTES = 1_048_576
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP knows: the same files are the same bytes


class _Sent(io.RawIOBase):
    """What was written since it was last taken; where a ZIP cannot go back, it says lengths behind its files."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # all that is written here is bytes
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        found, self._pieces = b"".join(self._pieces), []
        return found


def zipped(folder: Path, names: Sequence[str], called: str) -> Iterator[bytes]:
    """The bytes of a ZIP of these files, in a folder that is `called` so."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_STORED) as made:
        for name in names:
            with (folder / name).open("rb") as file:
                info = zipfile.ZipInfo(f"{called}/{name}", _DATE)
                info.external_attr = 0o100644 << 16
                info.file_size = (folder / name).stat().st_size
                with made.open(info, "w") as into:
                    while piece := file.read(_PIECE_BYTES):
                        into.write(piece)
                        yield sent.take()
            yield sent.take()
    yield sent.take()
