"""The settings of the optional help by language models: where they are, what they may see, how often they are asked."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.kinds import SEVERITIES, Severity
from shared.site_address import is_on_site


class Enrich(BaseModel):
    """A model behind an OpenAI-compatible endpoint describes alarms and drafts next steps. Off by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    describe: bool = Field(False, description="Have a vision model describe the pictures of new alarms.")
    draft: bool = Field(False, description="Have a model draft the next step, for a person to accept.")
    url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?$", max_length=300)] | None = (
        Field(None, description="Address of the endpoint, with its /v1.")
    )
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$")] | None = Field(
        None, description="Name of the model there."
    )
    key_file: Path | None = Field(None, description="File with the key that the endpoint asks for.")
    leaves_site: bool = Field(
        False, description="Allow an endpoint elsewhere: pictures and texts of alarms leave the site, each audited."
    )
    language: Literal["ko", "en"] = Field("ko", description="Language of the answers.")
    pictures: Annotated[int, Field(ge=1, le=8)] = Field(1, description="Pictures sent with one question.")
    picture_width_px: Annotated[int, Field(ge=160, le=1920)] = Field(768, description="Widest picture that is sent.")
    timeout_s: Annotated[float, Field(ge=1, le=300)] = Field(30.0, description="An answer must be whole by then.")
    per_hour: Annotated[int, Field(ge=1, le=3600)] = Field(60, description="Requests of each kind in any hour.")
    severity_min: Severity = Field("medium", description="Alarms below it are not asked about.")

    @property
    def on(self) -> bool:
        """Whether anything is asked at all."""
        return self.describe or self.draft

    @property
    def severities(self) -> tuple[Severity, ...]:
        return SEVERITIES[SEVERITIES.index(self.severity_min) :]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.on and (self.url is None or self.model is None):
            raise ValueError("describe and draft need url and model")
        if self.on and self.url is not None and not self.leaves_site and not is_on_site(self.url):
            raise ValueError(
                "url is not an address of this site (loopback or private): leaves_site = true lets pictures leave it"
            )
        return self
