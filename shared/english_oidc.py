"""The English of logging in by an identity provider."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

OidcCode = Literal[
    "account_elsewhere",
    "oidc_away",
    "oidc_disabled",
    "oidc_domain",
    "oidc_no_role",
    "oidc_none",
    "oidc_other",
    "oidc_refused",
    "oidc_role",
    "oidc_stale",
    "oidc_trip",
    "oidc_weak",
    "oidc_wrong",
]
OIDC: "dict[Code, str]" = {
    "account_elsewhere": "logs in by the identity provider: password and second factor are kept there",
    "oidc_away": "the identity provider does not answer: try again, or log in with a password",
    "oidc_disabled": "this account is shut out here: ask whoever administers this site",
    "oidc_domain": "only addresses of certain domains may log in here: ask whoever administers this site",
    "oidc_no_role": "is in no group that may use this site: ask whoever administers it",
    "oidc_none": "logging in by an identity provider is not set up here",
    "oidc_other": "somebody else logged in at the identity provider than is logged in here",
    "oidc_refused": "the identity provider did not log you in: begin again",
    "oidc_role": "comes from the groups at the identity provider, at every login: change it there",
    "oidc_stale": "the identity provider did not ask again who you are: begin again",
    "oidc_trip": "logging in took too long, or was begun in another browser: begin again",
    "oidc_weak": "this site asks for a second factor at the identity provider: set one up there",
    "oidc_wrong": "the identity provider's answer cannot be trusted: tell whoever administers this site",
}
