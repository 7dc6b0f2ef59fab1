"""Logging in by an identity provider (OpenID Connect): what it is asked, what of its answer counts. Pure.

Invariants, held by tests/unit/controller/core/test_oidc.py:
1. An answer counts for the issuer, the client, the trip and the time that it was made for, and for nothing else.
2. Somebody is who issuer and subject say, whatever they are called.   3. Who is in no group of the map gets no role,
   unless the site gives one to everybody.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from controller.core.access import ROLES, Role
from shared.errors import Rejected
from shared.texts import say

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
"""How tokens may be signed, with the kind of key that goes with it."""
SKEW = timedelta(seconds=60)
CALLBACK = "/api/v1/login/callback"
"""Where the provider sends browsers back to, at this site's own address."""
TRIP_LASTS = timedelta(minutes=10)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_LASTS = timedelta(minutes=5)
_TEXT_CHARS = 255
_MOST_GROUPS = 2_000
_NAME_CHARS = 32


@dataclass(frozen=True, slots=True)
class Trip:
    """Somebody's way to the provider and back; their browser keeps it, sealed."""

    state: str
    nonce: str
    verifier: str
    began_at: datetime
    username: str = ""  # who is logged in already and says again who they are, in this session
    session: str = ""

    @property
    def again(self) -> bool:
        return bool(self.session)


@dataclass(frozen=True, slots=True)
class Demands:
    """What a site's settings ask of an ID token."""

    issuer: str
    client_id: str
    groups_claim: str
    roles: Mapping[str, Role]
    default_role: Role | None = None
    domains: tuple[str, ...] = ()
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider tells them."""

    issuer: str
    subject: str
    role: Role
    name: str  # as they may be called here, if nobody is
    sid: str  # the provider's own session, where it tells one
    proven_at: datetime | None  # when they said last who they are, where it is told


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """Whose sessions end: all of somebody's, or those of one session at the provider."""

    subject: str
    sid: str
    jti: str


def distrust(why: str) -> Rejected:
    """What does not add up in an answer: `why` is for the log, and quotes nothing."""
    return Rejected(why, say("oidc_wrong"))


def challenge(verifier: str) -> str:
    """Of PKCE, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def asked(endpoint: str, client_id: str, redirect: str, scopes: Iterable[str], acr: Iterable[str], trip: Trip) -> str:
    """Where a browser is sent. Who says again who they are is asked by the provider whatever it remembers."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": " ".join(dict.fromkeys(["openid", *scopes])),
        "state": trip.state,
        "nonce": trip.nonce,
        "code_challenge": challenge(trip.verifier),
        "code_challenge_method": "S256",
    }
    if wanted := " ".join(acr):
        query["acr_values"] = wanted
    if trip.again:
        query |= {"prompt": "login", "max_age": "0"}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def check_sender(told: str | None, issuer: str, *, promised: bool) -> None:
    """RFC 9207: who answers says who it is, where it promised to, and is the one that was asked."""
    if (told is None and promised) or (told is not None and told != issuer):
        raise distrust("iss of the answer")


class NoRole(Rejected):
    """The provider knows them, and gives them nothing to do here."""

    def __init__(self, subject: str) -> None:
        super().__init__("groups", say("oidc_no_role"))
        self.subject = subject


def identity_of(claims: Mapping[str, Any], demands: Demands, trip: Trip, now: datetime) -> Identity:
    """Whom an ID token with a good signature logs in; `Rejected` where it does not."""
    _check_made_for(claims, demands, now)
    if _text(claims, "nonce") != trip.nonce:
        raise distrust("nonce")
    if now >= _time(claims, "exp") + SKEW:
        raise distrust("exp")
    subject = _text(claims, "sub")
    proven_at = _time(claims, "auth_time") if "auth_time" in claims else None
    if proven_at is not None and proven_at > now + SKEW:
        raise distrust("auth_time")
    if trip.again and (proven_at is None or proven_at < trip.began_at - SKEW):
        raise Rejected("auth_time", say("oidc_stale"))
    _check_strength(claims, demands)
    _check_domain(claims, demands.domains)
    role = role_of_groups(_groups(claims.get(demands.groups_claim)), demands)
    if role is None:
        raise NoRole(subject)
    sid = _text(claims, "sid") if "sid" in claims else ""
    return Identity(demands.issuer, subject, role, called(claims), sid, proven_at)


def logged_out(claims: Mapping[str, Any], demands: Demands, now: datetime) -> LoggedOut:
    """Whom a logout token with a good signature logs out (OpenID Connect Back-Channel Logout 1.0, 2.6)."""
    _check_made_for(claims, demands, now)
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise distrust("events")
    if "nonce" in claims:
        raise distrust("nonce")
    if "exp" in claims and now >= _time(claims, "exp") + SKEW:
        raise distrust("exp")
    if now >= _time(claims, "iat") + _LOGOUT_LASTS:
        raise distrust("iat")
    subject = _text(claims, "sub") if "sub" in claims else ""
    sid = _text(claims, "sid") if "sid" in claims else ""
    if not subject and not sid:
        raise distrust("sub")
    return LoggedOut(subject, sid, _text(claims, "jti"))


def role_of_groups(groups: Iterable[str], demands: Demands) -> Role | None:
    """The highest role of those that somebody's groups have; None: they may not in."""
    found = {demands.roles[one] for one in groups if one in demands.roles}
    if demands.default_role is not None:
        found.add(demands.default_role)
    return max(found, key=ROLES.index, default=None)


def called(claims: Mapping[str, Any]) -> str:
    """A login name out of what the provider calls somebody."""
    for key in ("preferred_username", "email", "name"):
        told = claims.get(key)
        if isinstance(told, str):
            plain = re.sub(r"[^a-z0-9]+", "-", told[:_TEXT_CHARS].partition("@")[0].lower())
            if name := plain.strip("-")[:_NAME_CHARS].rstrip("-"):
                return name
    return "person"


def numbered(name: str, number: int) -> str:
    """The same with a number, where somebody else is called so."""
    end = f"-{number}"
    return name[: _NAME_CHARS - len(end)].rstrip("-") + end


def _check_made_for(claims: Mapping[str, Any], demands: Demands, now: datetime) -> None:
    """By this issuer, for this client alone or first of all, not in the future."""
    if _text(claims, "iss") != demands.issuer:
        raise distrust("iss")
    told = claims.get("aud")
    audience = [told] if isinstance(told, str) else told
    if not isinstance(audience, list) or demands.client_id not in audience:
        raise distrust("aud")
    party = claims.get("azp")
    if (len(audience) > 1 and party is None) or (party is not None and party != demands.client_id):
        raise distrust("azp")
    if _time(claims, "iat") > now + SKEW:
        raise distrust("iat")
    if "nbf" in claims and _time(claims, "nbf") > now + SKEW:
        raise distrust("nbf")


def _check_strength(claims: Mapping[str, Any], demands: Demands) -> None:
    if demands.acr and claims.get("acr") not in demands.acr:
        raise Rejected("acr", say("oidc_weak"))
    told = claims.get("amr")
    methods = told if isinstance(told, list) else [told]
    if demands.amr and not any(one in methods for one in demands.amr):
        raise Rejected("amr", say("oidc_weak"))


def _check_domain(claims: Mapping[str, Any], domains: tuple[str, ...]) -> None:
    """An address counts where the provider says that it was checked."""
    if not domains:
        return
    email = claims.get("email")
    domain = email.rpartition("@")[2].lower() if isinstance(email, str) else ""
    if claims.get("email_verified") is not True or domain not in domains:
        raise Rejected("email", say("oidc_domain"))


def _groups(told: Any) -> list[str]:
    listed = told if isinstance(told, list) else [told]
    return [one for one in listed[:_MOST_GROUPS] if isinstance(one, str)]


def _text(claims: Mapping[str, Any], key: str) -> str:
    told = claims.get(key)
    if not isinstance(told, str) or not 0 < len(told) <= _TEXT_CHARS:
        raise distrust(key)
    return told


def _time(claims: Mapping[str, Any], key: str) -> datetime:
    told = claims.get(key)
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise distrust(key)
    try:
        return datetime.fromtimestamp(told, UTC)
    except (ValueError, OverflowError, OSError):
        raise distrust(key) from None
