"""Where the controller's public port is, and who may connect to it."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=1, le=65535)]


def _host(text: str) -> str:
    if not text or len(text) > 253 or not all(sign.isalnum() or sign in ".-:" for sign in text):  # noqa: PLR2004
        raise ValueError(f"{text!r} is not a host name or address")
    return text


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as fault:
        raise ValueError(f"is no network: {fault}") from None


Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]
Origin = Annotated[str, Field(pattern=r"^https?://(\[[0-9A-Fa-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?$")]


def is_loopback(host: str) -> bool:
    """True when only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Listen(BaseModel):
    """Where the one public port is, and who may connect to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every one.")
    port: Port = Field(8080, description="Of dashboard, API, live view and uploads.")
    allow_from: tuple[Network, ...] = Field(
        (),
        max_length=256,
        description="Networks that may connect, people and nodes, for example 10.0.0.0/8; empty: every one.",
    )
    proxies: tuple[Network, ...] = Field(
        (), max_length=64, description="Proxies in front, whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    origins: tuple[Origin, ...] = Field(
        (),
        max_length=64,
        description="Sites whose pages may ask with an API key (CORS), for example https://wall.example.",
    )
