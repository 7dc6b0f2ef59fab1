"""The settings of logging in by an identity provider: which one, and whom it lets in as what."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.core.access import Role
from controller.core.oidc import Demands

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_Url = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~%/-]*)?$", max_length=300)]
_Domain = Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,200}$")]
_Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]-]{1,260}$")]
_Text = Annotated[str, Field(min_length=1, max_length=255)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")]


class Oidc(BaseModel):
    """An identity provider (OpenID Connect) by which people log in, beside those with a password. Off by default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: (
        Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~%/-]*)?$", max_length=300)] | None
    ) = Field(None, description="Address of the provider, as it calls itself; https, or http on this machine.")
    shown: Annotated[str, Field(min_length=1, max_length=40)] = Field(
        "SSO", description="What the login page calls it: Log in with …"
    )
    client_id: _Text | None = Field(None, description="What it calls this site.")
    client_secret_file: Path | None = Field(None, description="File with the secret that proves this site to it.")
    scopes: Annotated[tuple[_Name, ...], Field(max_length=16)] = Field(
        ("profile", "email"), description="What is asked for beside openid."
    )
    groups_claim: _Name = Field("groups", description="Claim of the ID token that names somebody's groups.")
    roles: Annotated[dict[_Text, Role], Field(max_length=200)] = Field(
        {}, description="Role by group; the highest of somebody's groups counts, at every login."
    )
    default_role: Role | None = Field(
        None, description="Role of whoever is in none of these groups; left out: they are refused."
    )
    sees_at_first: Literal["every", "no"] = Field(
        "every",
        description="Cameras of somebody who logs in for the first time: 'every', or 'no' until some are given.",
    )
    allowed_domains: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,200}$")], ...], Field(max_length=50)
    ] = Field((), description="Only who has an e-mail address there, checked by the provider; none: whoever it knows.")
    required_acr: Annotated[tuple[_Text, ...], Field(max_length=16)] = Field(
        (), description="How somebody must have logged in there: one of these values of acr."
    )
    required_amr: Annotated[tuple[_Text, ...], Field(max_length=16)] = Field(
        (), description="The same by amr: one of these has to be among them, for example mfa."
    )
    longest_h: Annotated[float, Field(ge=0.25, le=720)] = Field(
        12.0, description="A session that it began ends after so many hours, used or not."
    )
    keys_days: Annotated[int, Field(ge=1, le=365)] = Field(
        30,
        description="API keys of its people rest so many days after it logged their owner in last.",
    )
    hosts: Annotated[tuple[_Host, ...], Field(max_length=8)] = Field(
        (), description="Hosts beside the issuer's own where it may have its endpoints."
    )
    ca_file: Path | None = Field(None, description="CA that signed its certificate, where it is no public one.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.issuer is None:
            return self
        if self.client_id is None or self.client_secret_file is None:
            raise ValueError("issuer needs client_id and client_secret_file")
        parts = urlsplit(self.issuer)
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("the issuer has to be reached by https")
        if not self.roles and self.default_role is None:
            raise ValueError("roles names no group: nobody could log in")
        return self

    @property
    def demands(self) -> Demands:
        """What an ID token has to say."""
        return Demands(
            issuer=self.issuer or "",
            client_id=self.client_id or "",
            groups_claim=self.groups_claim,
            roles=self.roles,
            default_role=self.default_role,
            domains=self.allowed_domains,
            acr=self.required_acr,
            amr=self.required_amr,
        )

    @property
    def keys_go_on(self) -> timedelta:
        """So long after their owner's last login."""
        return timedelta(days=self.keys_days)

    @property
    def longest(self) -> timedelta:
        return timedelta(hours=self.longest_h)
