"""Where this machine's relay is, and whether other machines have one, too."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.listen_settings import Host, Port, is_loopback


class Relay(BaseModel):
    """Where the relay listens; the API passes `/live` on to it, in clear text and so on this machine only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host = Field("127.0.0.1", description="Address to listen on; loopback only.")
    port: Port = Field(8081, description="Between the roles of this machine.")
    shared: bool = Field(
        False,
        description="Other machines of the site have relays, too: workers watch by `public_url`, whose proxy leads "
        "everybody who asks for a camera to one of them.",
    )
    ca_file: Path | None = Field(
        None, description="CA that signed that proxy's certificate, where it is no public one."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not is_loopback(self.host):
            raise ValueError("the relay speaks clear text and serves loopback only: api passes /live on to it")
        return self
