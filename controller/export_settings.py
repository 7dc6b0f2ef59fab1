"""The settings of exports: where they are written, how much they may take, how long they stay."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Export(BaseModel):
    """Footage as files with hashes, for somebody outside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(
        None, description="Folder that exports are written to; exports/ in the data directory when left out."
    )
    quota_bytes: Annotated[int, Field(ge=10_000_000)] | None = Field(
        None, description="All exports together; what does not fit waits until others are deleted."
    )
    free_bytes_min: Annotated[int, Field(ge=0)] = Field(
        1_000_000_000, description="What exports leave free on their disk; they wait rather than take it."
    )
    keep_days: Annotated[int, Field(ge=1, le=3650)] = Field(30, description="A finished export is deleted after that.")
    wait_s: Annotated[float, Field(ge=0, le=86_400)] = Field(
        600.0, description="How long an export waits for footage that is still on a node, before it names it as a gap."
    )
