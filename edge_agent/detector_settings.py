"""What is set for the optional light detector: what it runs on, its model, what its sightings mean."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.adapters.detector_wire import DetectorOrder
from edge_agent.camera_settings import PRINTABLE, Section
from edge_agent.core.sightings import SightingRules
from shared.geometry import Polygon

ClassName = Annotated[str, Field(pattern=PRINTABLE, max_length=64)]
_SIGHTINGS = SightingRules()


class DetectorSettings(Section):
    """The optional light detector: what it sees raises an event's class, and a standing person holds it open."""

    kind: Literal["none", "litert", "hailo", "imx500"] = Field(
        "none",
        description="What it runs on; imx500: on the sensors of the cameras themselves, which must all be picamera://. "
        "hailo and imx500 are untested on hardware.",
    )
    model: Path | None = Field(None, description="The model: a .tflite file, for Hailo a .hef, for the IMX500 a .rpk.")
    labels: Path | None = Field(None, description="Names of its classes, one per line, where the model has none.")
    min_confidence: Annotated[float, Field(ge=0.05, le=0.99)] = Field(0.5, description="Less sure is not seen.")
    classes: Annotated[tuple[ClassName, ...], Field(max_length=100)] = Field(
        _SIGHTINGS.raising, description="What makes an event worth more: its footage goes before others'."
    )
    hold_classes: Annotated[tuple[ClassName, ...], Field(max_length=100)] = Field(
        _SIGHTINGS.holding, description="What holds an event open while it stands still."
    )
    still_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        _SIGHTINGS.still_ms / 1000, description="For how long at most after the last motion."
    )
    rate: Annotated[float, Field(ge=0.2, le=2)] = Field(
        2.0, description="Looks per second at a camera whose event runs, at most."
    )

    @model_validator(mode="after")
    def _has_model(self) -> Self:
        if self.kind != "none" and self.model is None:
            raise ValueError(f'kind = "{self.kind}" needs model, a file')
        if self.kind == "imx500" and self.model is not None and self.model.suffix != ".rpk":
            raise ValueError(f'kind = "imx500" needs as model a network of that sensor, a .rpk file: not {self.model}')
        return self

    def order(self) -> DetectorOrder | None:
        """What its process is started with; None where there is none."""
        match self.kind:
            case "litert" | "hailo" as kind if self.model is not None:
                return DetectorOrder(kind, self.model, self.labels, self.min_confidence, self.rate)
            case _:
                return None

    def network(self) -> NetworkOrder | None:
        """What the cameras' own sensors run; None where they only give pictures."""
        if self.kind != "imx500" or self.model is None:
            return None
        return NetworkOrder(self.model, self.labels, self.min_confidence, self.rate)

    def beside(self, folder: Path) -> Self:
        """The same with relative paths that start at `folder`."""
        files = {"model": self.model, "labels": self.labels}
        return self.model_copy(update={name: folder / file for name, file in files.items() if file is not None})

    def rules(self, masks: tuple[Polygon, ...]) -> SightingRules:
        """The same for the judgement of one camera's sightings."""
        return SightingRules(
            min_confidence=self.min_confidence,
            raising=self.classes,
            holding=self.hold_classes,
            still_ms=round(self.still_s * 1000),
            masks=masks,
        )
