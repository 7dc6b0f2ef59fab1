"""Several models that look at every picture, as one detector: what they find is merged by class."""

from collections.abc import Sequence

from controller.core.judge import merge_detections
from controller.core.records import Detection
from controller.ports import Detector, ModelInfo, Picture


class MergedDetector:
    """Asks one after the other. Its `info` joins theirs by `+`; the input is that of the model that sees largest."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._detectors = tuple(detectors)

    @property
    def info(self) -> ModelInfo:
        infos = [d.info for d in self._detectors]
        spelled: dict[str, str] = {}
        for name in (name for info in infos for name in info.classes):
            spelled.setdefault(name.casefold(), name)
        largest = max(infos, key=lambda info: info.input_width_px * info.input_height_px)
        return ModelInfo(
            name="+".join(dict.fromkeys(info.name for info in infos)),
            sha256="+".join(dict.fromkeys(info.sha256 for info in infos)),
            provider="+".join(dict.fromkeys(info.provider for info in infos)),
            classes=tuple(spelled.values()),
            input_width_px=largest.input_width_px,
            input_height_px=largest.input_height_px,
            head="+".join(dict.fromkeys(info.head for info in infos)),
        )

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        found = [d.detect(pictures) for d in self._detectors]
        return [merge_detections(of_models) for of_models in zip(*found, strict=True)]
