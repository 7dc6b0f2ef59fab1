"""Runs a model once and tells what it is, as JSON: a process of its own, whose memory and time are bounded."""

import json
import resource
import sys
from pathlib import Path
from typing import Any

_MOST_BYTES = 12 * 1024**3
_MOST_S = 120


def main(asked: str) -> dict[str, Any]:
    """What the model is, or the fault that speaks against it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_S, _MOST_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from controller.adapters.model_file import ModelFile
    from controller.adapters.onnx_engine import CPU, open_engine
    from shared.errors import Broken, Rejected

    wanted = json.loads(asked)
    file = Path(wanted["file"])
    try:
        engine = open_engine(ModelFile(file.stem, file, ""), CPU, 1)
        found = _what_it_is(engine, file, tuple(wanted["classes"]))
    except Rejected as fault:
        return {"field": fault.field, "fault": fault.fault}
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


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
