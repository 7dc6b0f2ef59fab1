"""Where a node's own server listens, and who may use it."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from edge_agent.camera_settings import Section
from edge_agent.core.door import check_token
from edge_agent.core.listen import parse_listen
from shared.errors import Rejected


class ServerSettings(Section):
    """The node's own pages: state, metrics, pictures, playback. Nothing listens until `listen` says where."""

    listen: Annotated[str, Field(max_length=60)] | None = Field(
        None, description="Address and port, for example 127.0.0.1:8880; only this machine reaches loopback."
    )
    token: SecretStr | None = Field(None, description="At least 32 characters; needed beyond loopback.")
    token_file: Path | None = Field(None, description="File with that token, instead of it.")
    certificate: Path | None = Field(
        None, description="Certificate with its chain, PEM, for HTTPS; needed beyond loopback, or `clear_text`."
    )
    key: Path | None = Field(None, description="Its key, PEM, without a password.")
    clear_text: bool = Field(
        False, description="Speak HTTP beyond loopback: whoever listens on the way gets token and pictures."
    )
    hosts: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z0-9._-]{1,253}$")], ...], Field(max_length=16)] = Field(
        (), description="Names, beside addresses, by which browsers may call this server."
    )

    @field_validator("listen")
    @classmethod
    def _is_place(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                parse_listen(text)
            except Rejected as fault:
                raise ValueError(fault.fault) from None
        return text

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.token is not None and self.token_file is not None:
            raise ValueError("give token or token_file, not both")
        if self.token is not None:
            try:
                check_token(self.token.get_secret_value())
            except Rejected as fault:
                raise ValueError(str(fault)) from None
        beyond = self.listen is not None and not parse_listen(self.listen).is_loopback
        if beyond and (self.token, self.token_file) == (None, None):
            raise ValueError("listen: an address beyond loopback needs token or token_file")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together")
        if self.certificate is not None and self.clear_text:
            raise ValueError("clear_text: there is a certificate, so HTTPS is spoken")
        if beyond and self.certificate is None and not self.clear_text:
            raise ValueError(
                "listen: beyond loopback give certificate and key (cctv node certificate makes them), or say "
                "clear_text = true where you trust the whole network"
            )
        return self

    def beside(self, folder: Path) -> Self:
        """The same with relative paths starting at `folder`."""
        names = ("token_file", "certificate", "key")
        return self.model_copy(
            update={name: folder / file for name in names if (file := getattr(self, name)) is not None}
        )
