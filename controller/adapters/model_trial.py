"""Runs a model once and tells what it is or sees, as JSON: a process of its own, of bounded memory and time."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from shared.confine import confine

_MOST_BYTES = 12 * 1024**3
_MOST_S = 120
_LEAST_SHOWN = 0.25
_MOST_SHOWN = 300


def main(asked: str) -> dict[str, Any]:
    """What the model is, or what it sees in a picture; or the fault that speaks against it."""
    wanted = json.loads(asked)
    file = Path(wanted["file"])
    places = [file.parent, *(Path(wanted[key]) for key in ("folder", "picture") if wanted.get(key))]
    confine(reads=places, most_bytes=_MOST_BYTES, most_s=_MOST_S)
    from controller.adapters.model_file import ModelFile
    from controller.adapters.onnx_engine import CPU, open_engine
    from controller.adapters.onnx_file import check_onnx_file
    from shared.errors import Broken, Rejected
    from shared.texts import said

    try:
        if wanted.get("picture"):
            return _what_it_sees(file, Path(wanted["folder"]), Path(wanted["picture"]))
        precision = check_onnx_file(file)
        engine = open_engine(ModelFile(file.stem, file, ""), CPU, 1)
        found = {**_what_it_is(engine, file, tuple(wanted["classes"])), "precision": precision}
    except Rejected as fault:
        return {"field": fault.field, "fault": fault.fault, "said": said(fault.fault)}
    except Broken as fault:
        return {"field": "model", "fault": str(fault)}
    metadata = {str(key)[:100]: str(value)[:500] for key, value in list(engine.metadata.items())[:50]}
    return {**found, "metadata": metadata}


def _what_it_is(engine: Any, file: Path, classes: tuple[str, ...]) -> dict[str, Any]:
    """A detector, or else a model that scores pictures; `Rejected` says why it is neither."""
    from controller.adapters.anomaly_model import AnomalyModel
    from controller.adapters.model_card import ModelCard
    from controller.adapters.model_detector import ModelDetector
    from controller.adapters.model_file import ModelFile
    from shared.errors import Rejected

    model = ModelFile(file.stem, file, "", ModelCard(classes=classes))
    try:
        detector = ModelDetector(engine, model, 0.1)
    except Rejected as no_detector:
        try:
            scorer = AnomalyModel(engine, model, trial=True)
        except Rejected as fault:
            raise (fault if fault.field == "score" else no_detector) from None
        return {"head": scorer.head.kind, "input": list(scorer.size), "classes": [], "task": "anomaly"}
    info = detector.info
    size = [info.input_width_px, info.input_height_px]
    return {"head": info.head, "input": size, "classes": list(detector.own_classes), "task": "detect"}


def _what_it_sees(file: Path, folder: Path, picture: Path) -> dict[str, Any]:
    """The boxes that a model in its folder finds in a picture file, and how long it took: the second look, warm."""
    import cv2
    import numpy as np

    from controller.adapters.model_detector import ModelDetector
    from controller.adapters.model_file import find_model
    from controller.adapters.onnx_engine import CPU, open_engine
    from shared.errors import Rejected
    from shared.texts import say

    read = cv2.imread(str(picture), cv2.IMREAD_COLOR)
    if read is None:
        raise Rejected("body", say("model_picture"))
    shown = np.asarray(read, np.uint8)
    model = find_model(str(file), [folder])
    detector = ModelDetector(open_engine(model, CPU, 1), model, _LEAST_SHOWN)
    detector.detect([shown])
    began = time.perf_counter()
    (found,) = detector.detect([shown])
    took_ms = (time.perf_counter() - began) * 1000
    boxes = [
        {
            "class_name": one.class_name,
            "confidence": round(one.confidence, 3),
            **{side: round(getattr(one.box, side), 4) for side in ("x1", "y1", "x2", "y2")},
        }
        for one in found[:_MOST_SHOWN]
    ]
    return {"width_px": shown.shape[1], "height_px": shown.shape[0], "took_ms": round(took_ms, 1), "boxes": boxes}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
