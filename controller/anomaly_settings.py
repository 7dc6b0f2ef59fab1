"""The settings of anomaly scores: which model looks at which camera, and how long it may take."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.errors import Rejected
from shared.ids import parse_camera

_ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Anomaly(BaseModel):
    """Which model says how unusual a camera's picture is, for rules of the kind `anomaly`. Experimental."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: Annotated[dict[str, _ModelName], Field(max_length=256)] = Field(
        default_factory=dict, description="A camera as NODE.CAMERA, and the name of the model that looks at it."
    )
    timeout_s: Annotated[float, Field(ge=0.1, le=60)] = Field(
        5.0, description="A model that needs longer for one picture is ended and started anew."
    )
    score_age_s: Annotated[float, Field(ge=0.2, le=10)] = Field(
        2.0, description="A score of a picture that is older than this when a frame is judged does not count."
    )
    threads: Annotated[int, Field(ge=1, le=16)] = Field(1, description="Threads of one inference, on the CPU.")

    @property
    def cameras(self) -> frozenset[str]:
        """Those that a model is named for."""
        return frozenset(self.models)

    @model_validator(mode="after")
    def _cameras(self) -> Self:
        for camera in self.models:
            try:
                parse_camera(camera, "models")
            except Rejected as fault:
                raise ValueError(f"models: {fault.fault}") from None
        return self
