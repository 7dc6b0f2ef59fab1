"""Scores pictures in a process of its own: pictures come in on standard input, a line of JSON goes out for each."""

import json
import os
import struct
import sys
from pathlib import Path
from typing import IO, Any

from shared.confine import confine

SIZE = struct.Struct("<II")
"""Width and height of the picture that follows, px; then its bytes, BGR, row by row."""

_MOST_BYTES = 12 * 1024**3
_GIVES_WAY = 10


def main(asked: str, pictures: IO[bytes], answers: IO[bytes]) -> None:
    """Load the model that is asked for, say what it is, and answer picture by picture until the input ends."""
    wanted = json.loads(asked)
    named = Path(wanted["model"])
    confine(reads=[Path(wanted["folder"]), *([named.parent] if named.is_file() else [])], most_bytes=_MOST_BYTES)
    os.nice(_GIVES_WAY)  # what judges and records goes first
    import cv2
    import numpy as np

    from controller.adapters.anomaly_model import AnomalyModel
    from controller.adapters.detector import check_format
    from controller.adapters.model_file import find_model
    from controller.adapters.onnx_engine import CPU, open_engine
    from shared.errors import Broken, Rejected

    def tell(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    cv2.setNumThreads(1)
    try:
        file = find_model(wanted["model"], [Path(wanted["folder"])])
        check_format(file)
        model = AnomalyModel(open_engine(file, CPU, wanted["threads"]), file)
    except (Rejected, Broken) as fault:
        tell({"fault": str(fault)})
        return
    placing = file.card.placing or "stretch"
    tell({"name": file.name, "sha256": file.sha256, "size": list(model.size), "placing": placing})
    while len(header := pictures.read(SIZE.size)) == SIZE.size:
        width, height = SIZE.unpack(header)
        data = pictures.read(width * height * 3)
        if len(data) != width * height * 3:
            return
        try:
            tell({"score": model.score(np.frombuffer(data, np.uint8).reshape(height, width, 3))})
        except (Rejected, Broken) as fault:
            tell({"fault": str(fault)})


if __name__ == "__main__":
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    main(sys.argv[1], sys.stdin.buffer, own)
