"""What a process of a camera's or the light detector's would say, once a stream has taken it over; for tests only."""

import contextlib
import time
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import msgpack

from edge_agent.adapters.camera_wire import LumaReady
from edge_agent.adapters.message_fields import pack_message


class Runs:
    """A pickle that does something where it is read."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self._place,)


def run_over(how: str, place: Path, connection: Connection) -> None:
    """Entry of such a process."""
    with contextlib.suppress(OSError):
        speak(connection, how, place)


def speak(connection: Connection, how: str, place: Path) -> None:
    """Say one odd thing, then live on."""
    match how:
        case "pickle":
            connection.send_bytes(ForkingPickler.dumps(Runs(place)))
        case "nonsense":
            connection.send_bytes(b"\xc1" * 1000)
        case "other":
            connection.send_bytes(msgpack.packb(["SegmentDropped", "../../../node.key"]))
        case "long":
            connection._send(b"\x7f\xff\xff\xff")  # type: ignore[attr-defined]
        case "half":
            connection._send(b"\x00\x00\x01\x00half")  # type: ignore[attr-defined]
        case "flood":
            message = pack_message(LumaReady())
            while True:
                connection.send_bytes(message)
    time.sleep(60)
