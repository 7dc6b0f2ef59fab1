"""Where traces go: the same table in the controller's file and in a node's."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.site_address import is_on_site


class Tracing(BaseModel):
    """Traces of events, from motion to alarm, for an OpenTelemetry collector on the site. Off by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: (
        Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?$", max_length=300)] | None
    ) = Field(
        None,
        description="Address of the collector (OTLP over HTTP, JSON), like http://10.20.0.9:4318; loopback or private.",
    )
    share: Annotated[float, Field(ge=0, le=1)] = Field(
        1.0, description="Share of the events that are traced; the same number in each file, or traces have holes."
    )

    @model_validator(mode="after")
    def _stays_here(self) -> Self:
        if self.endpoint is not None and not is_on_site(self.endpoint):
            raise ValueError("endpoint is not an address of this site (loopback or private): traces do not leave it")
        return self
