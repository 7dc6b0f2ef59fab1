"""The parts of a backup, one after the other in one sealed stream: packed in pieces of a bounded size."""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator

from controller.adapters.sealed_stream import SealedReader, SealedWriter
from controller.core.backup import MOST_PARTS, Part, check_name
from shared.errors import Rejected

PIECE_BYTES = 1_048_576
_PACKED_MAX = PIECE_BYTES + 65_536
_PART, _END = b"P", b"E"


def write_part(out: SealedWriter, name: str, data: Iterable[bytes], mode: int = 0o600) -> Part:
    """Add a part; how long it is nobody needs to know before."""
    encoded = check_name(name).encode()
    out.write(_PART + struct.pack(">H", len(encoded)) + encoded)
    digest, length = hashlib.sha256(), 0
    for given in data:
        for start in range(0, len(given), PIECE_BYTES):
            piece = given[start : start + PIECE_BYTES]
            digest.update(piece)
            length += len(piece)
            packed = zlib.compress(piece, 3)
            out.write(struct.pack(">I", len(packed)) + packed)
    out.write(struct.pack(">I", 0))
    return Part(length, digest.hexdigest(), mode)


def end_parts(out: SealedWriter) -> None:
    """There are no more."""
    out.write(_END)
    out.end()


class PartReader:
    """The parts in their order. Each is read to its end before the next."""

    def __init__(self, stream: SealedReader) -> None:
        self._stream = stream
        self.found: dict[str, tuple[int, str]] = {}

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Name and content of each; `found` has its length and SHA-256 once it was read."""
        while (kind := self._stream.read(1)) == _PART:
            name = self._name()
            if name in self.found or len(self.found) >= MOST_PARTS:
                raise Rejected("backup", f"holds {name} twice, or more than {MOST_PARTS} parts")
            pieces = self._pieces(name)
            yield name, pieces
            for _ in pieces:
                pass
        if kind != _END or not self._stream.at_end():
            raise Rejected("backup", "does not end where it should")

    def _name(self) -> str:
        raw = self._stream.read(struct.unpack(">H", self._stream.read(2))[0])
        try:
            return check_name(raw.decode())
        except UnicodeDecodeError:
            raise Rejected("backup", "holds a name that is no text") from None

    def _pieces(self, name: str) -> Iterator[bytes]:
        digest, length = hashlib.sha256(), 0
        self.found[name] = (0, digest.hexdigest())
        while packed := struct.unpack(">I", self._stream.read(4))[0]:
            if packed > _PACKED_MAX:
                raise Rejected("backup", f"{name} has a piece of {packed} bytes")
            piece = _unpacked(name, self._stream.read(packed))
            digest.update(piece)
            length += len(piece)
            yield piece
        self.found[name] = (length, digest.hexdigest())


def _unpacked(name: str, data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(data, PIECE_BYTES + 1)
    except zlib.error:
        raise Rejected("backup", f"{name} cannot be unpacked") from None
    if len(piece) > PIECE_BYTES or not unpacker.eof:
        raise Rejected("backup", f"{name} unpacks to more than a piece may hold")
    return piece
