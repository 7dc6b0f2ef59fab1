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
    from controller.adapters.model_card import ModelCard
    from controller.adapters.model_detector import ModelDetector
    from controller.adapters.model_file import ModelFile
    from controller.adapters.onnx_engine import CPU, open_engine
    from shared.errors import Broken, Rejected

    wanted = json.loads(asked)
    file = Path(wanted["file"])
    try:
        engine = open_engine(ModelFile(file.stem, file, ""), CPU, 1)
        card = ModelCard(classes=tuple(wanted["classes"]))
        detector = ModelDetector(engine, ModelFile(file.stem, file, "", card), 0.1)
    except Rejected as fault:
        return {"field": fault.field, "fault": fault.fault}
    except Broken as fault:
        return {"field": "model", "fault": str(fault)}
    info = detector.info
    metadata = {str(key)[:100]: str(value)[:500] for key, value in list(engine.metadata.items())[:50]}
    size = [info.input_width_px, info.input_height_px]
    return {"head": info.head, "input": size, "classes": list(detector.own_classes), "metadata": metadata}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
