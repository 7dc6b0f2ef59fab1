"""Reads films in a confined process of its own: orders come by standard input, answers go by standard output."""

import json
import os
import struct
import sys
from pathlib import Path
from typing import IO, Any

from shared.confine import confine

ORDER = struct.Struct("<I")
"""Length of the order, JSON, that follows, bytes; the films that it tells the lengths of come behind it."""

_MOST_BYTES = 4 * 1024**3


def main(folder: str, orders: IO[bytes], answers: IO[bytes]) -> None:
    """Work order by order until the input ends; files are read and written in `folder` alone."""
    confine(writes=[Path(folder)], most_bytes=_MOST_BYTES)
    import cv2

    cv2.setNumThreads(1)
    while len(header := orders.read(ORDER.size)) == ORDER.size:
        order = json.loads(orders.read(ORDER.unpack(header)[0]))
        told, picture = _strip(order, orders) if order["what"] == "strip" else (_clip(order), b"")
        answers.write(json.dumps({**told, "bytes": len(picture)}).encode() + b"\n" + picture)
        answers.flush()


def _strip(order: dict[str, Any], orders: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    from controller.adapters.preview_strips import make_strip

    films = [(orders.read(one["bytes"]), one["start_ms"], tuple(one["moments"])) for one in order["films"]]
    return {}, make_strip(films) or b""


def _clip(order: dict[str, Any]) -> dict[str, Any]:
    from controller.adapters.clips import remux
    from controller.errors import Missing
    from shared.errors import Rejected
    from shared.texts import Text

    sources = [(Path(place), start_ms) for place, start_ms in order["sources"]]
    try:
        return {"first_ms": remux(sources, order["start_ms"], order["end_ms"], Path(order["into"]))}
    except Missing:
        return {"fault": "missing"}
    except Rejected as fault:
        return {"fault": fault.fault.params["why"] if isinstance(fault.fault, Text) else fault.fault}


if __name__ == "__main__":
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    main(sys.argv[1], sys.stdin.buffer, own)
