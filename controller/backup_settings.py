"""The settings of the nightly backup: when, where to, sealed for whom, how many are kept."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.core.export_target import NAME
from controller.notify_settings import TimeZone


class Backup(BaseModel):
    """A backup of the whole site every night, made by the role sweep and put back on trial before it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nightly: bool = Field(False, description="Whether one is made every night.")
    hour: Annotated[int, Field(ge=0, le=23)] = Field(3, description="The hour of the night from which on it is due.")
    timezone: TimeZone | None = Field(None, description="Of that hour; that of `[notify]` when left out.")
    directory: Path | None = Field(
        None, description="Folder that they are written to; backups/ in the data directory when left out."
    )
    destination: Annotated[str, Field(pattern=f"^{NAME}$")] | None = Field(
        None, description="A destination of exports, by its name, that they are sent to in place of a folder."
    )
    keep: Annotated[int, Field(ge=1, le=1000)] = Field(14, description="How many are kept there; older ones go.")
    models: bool = Field(True, description="With the models that were installed.")
    passphrase_file: Path | None = Field(
        None, description="File of mode 0600 with the passphrase that seals them; 12 characters or more."
    )
    recipient_file: Path | None = Field(
        None, description="Public key (`cctv backup key`) that seals them: only its other half opens them."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.nightly and (self.passphrase_file is None) == (self.recipient_file is None):
            raise ValueError("nightly backups need passphrase_file, or recipient_file")
        if self.directory is not None and self.destination is not None:
            raise ValueError("give directory or destination: backups go to one place")
        return self

    def at(self, home: Path) -> "Backup":
        """The same with every path absolute; relative ones count from `home`."""
        named = {name: getattr(self, name) for name in ("directory", "passphrase_file", "recipient_file")}
        paths = {name: (home / path.expanduser()).absolute() for name, path in named.items() if path is not None}
        return self.model_copy(update=paths)
