"""Reads a CPIO archive ("newc") from where a descriptor stands, as picamera2's IMX500 has it done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD_BYTES = 110
_END = "TRAILER!!!"


class Entry:
    """One file."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name = name
        self._data = data

    def __str__(self) -> str:
        return self._name

    def get_blocks(self) -> Iterator[bytes]:
        yield self._data


@contextmanager
def fd_reader(descriptor: int) -> Iterator[Iterator[Entry]]:
    """The files of the archive that begins there."""
    data = b""
    while part := os.read(descriptor, 65536):
        data += part
    yield iter(_entries(data))


def _entries(data: bytes) -> list[Entry]:
    found: list[Entry] = []
    at = 0
    while True:
        head = data[at : at + _HEAD_BYTES]
        size, name_bytes = int(head[54:62], 16), int(head[94:102], 16)
        begin = at + _HEAD_BYTES
        name = data[begin : begin + name_bytes - 1].decode()
        if name == _END:
            return found
        begin += name_bytes + -(begin + name_bytes - at) % 4
        found.append(Entry(name, data[begin : begin + size]))
        at = begin + size + -size % 4
