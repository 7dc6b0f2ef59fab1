"""The settings of exports: where they are written, how much they may take, how long they stay."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.core.export_target import NAME


class Directory(BaseModel):
    """A directory that exports may be sent to, by its name: nobody names a path over the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=f"^{NAME}$")] = Field(description="By which people choose it.")
    path: Path = Field(description="It must exist: of a mounted disk or share. It is never made.")
    mounted: bool = Field(
        False, description="Refuse it while nothing is mounted there; without, its own disk would fill up instead."
    )


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
    directories: Annotated[tuple[Directory, ...], Field(max_length=16)] = Field(
        (), description="Directories that exports may be sent to, each with a name; S3 stores are added at run time."
    )

    @model_validator(mode="after")
    def _directories_differ(self) -> Self:
        names = [one.name for one in self.directories]
        if len(set(names)) != len(names):
            raise ValueError("two directories have the same name")
        return self
