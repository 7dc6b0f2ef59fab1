"""Logging in by an identity provider: there and back, saying again who one is, and ending sessions together."""

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import structlog

from controller.core.oidc import (
    TRIP_LASTS,
    Demands,
    Identity,
    NoRole,
    Trip,
    asked,
    check_sender,
    identity_of,
    logged_out,
)
from controller.ports.access import Person, Provided
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.texts import say

log = structlog.get_logger("oidc")

_ID_TOKENS = ("jwt",)
_LOGOUT_TOKENS = ("jwt", "logout+jwt")
_LOGOUT_REMEMBERED = timedelta(hours=1)
_FAREWELL_S = 3


class Places(Protocol):
    """Where a provider does what."""

    @property
    def authorization(self) -> str: ...
    @property
    def end_session(self) -> str | None: ...
    @property
    def says_who(self) -> bool:
        """Whether it promised to say in each answer who it is."""
        ...


class Provider(Protocol):
    """The identity provider; `Transient` while it is away, `Rejected` where its answer cannot be trusted."""

    async def endpoints(self) -> Places: ...

    async def redeem(self, code: str, verifier: str, redirect: str) -> str: ...

    async def read(self, token: str, kinds: tuple[str, ...]) -> Mapping[str, Any]: ...


class TripBag(Protocol):
    """What a browser keeps on its way."""

    def close(self, trip: Trip) -> str: ...

    def open(self, text: str) -> Trip | None: ...


class Spent(Protocol):
    """What may be used once."""

    async def spend(self, what: str, until: datetime) -> bool: ...


class Arrivals(Protocol):
    """The database as who comes from the provider sees it."""

    async def arrive(self, identity: Identity, address: str, only: str | None) -> Person:
        """`Rejected` for who was shut out here, and for somebody else than `only`."""
        ...

    async def depart(self, issuer: str, subject: str, address: str) -> None:
        """The provider gives them no role any more: their sessions end, their keys rest until it does again."""
        ...


class ProvidedSessions(Protocol):
    """Sessions that a provider began."""

    async def id_token(self, session: str) -> str | None:
        """The token that a session was begun with; None: a password began it."""
        ...

    async def end_provided(self, issuer: str, subject: str, sid: str) -> int:
        """End those of somebody there, of one session there or of both; how many."""
        ...


@dataclass(frozen=True, slots=True)
class Came:
    """What the provider sent a browser back with."""

    state: str
    code: str
    error: str
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who logged in there. `replaces`: the session in which they said again who they are."""

    person: Person
    provided: Provided
    replaces: str | None


@dataclass(frozen=True, slots=True)
class LogInElsewhere:
    """`here`: the site's own address. `longest`: a session that it begins."""

    shown: str
    here: str
    callback: str
    longest: timedelta
    demands: Demands
    scopes: tuple[str, ...]
    provider: Provider
    bag: TripBag
    spent: Spent
    arrivals: Arrivals
    sessions: ProvidedSessions
    clock: Clock

    async def begin(self, username: str = "", session: str = "") -> tuple[str, str]:
        """Where the browser goes, and what it keeps meanwhile. With a session: its person says again who they are."""
        places = await self.provider.endpoints()
        trip = Trip(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            self.clock.now(),
            username,
            session,
        )
        demands = self.demands
        url = asked(places.authorization, demands.client_id, self._redirect, self.scopes, demands.acr, trip)
        return url, self.bag.close(trip)

    async def come_back(self, kept: str, came: Came, address: str) -> Arrived:
        """Whom an answer logs in, once; `Rejected` says why nobody."""
        now = self.clock.now()
        trip = self.bag.open(kept)
        if trip is None or not hmac.compare_digest(trip.state.encode(), came.state.encode()):
            raise Rejected("state", say("oidc_trip"))
        if now >= trip.began_at + TRIP_LASTS or not await self.spent.spend(
            f"trip {trip.state}", trip.began_at + 2 * TRIP_LASTS
        ):
            raise Rejected("state", say("oidc_trip"))
        places = await self.provider.endpoints()
        check_sender(came.issuer, self.demands.issuer, promised=places.says_who)
        if came.error or not came.code:
            raise Rejected("code", say("oidc_refused"))
        token = await self.provider.redeem(came.code, trip.verifier, self._redirect)
        claims = await self.provider.read(token, _ID_TOKENS)
        try:
            identity = identity_of(claims, self.demands, trip, self.clock.now())
        except NoRole as fault:
            await self.arrivals.depart(self.demands.issuer, fault.subject, address)
            raise
        person = await self.arrivals.arrive(identity, address, trip.username if trip.again else None)
        provided = Provided(identity.sid, token, identity.proven_at)
        return Arrived(person, provided, trip.session or None)

    async def farewell(self, token: str) -> str | None:
        """Where a browser logs out at the provider, too; None: it offers that not, or does not answer now."""
        try:
            async with asyncio.timeout(_FAREWELL_S):
                end = (await self.provider.endpoints()).end_session
        except (Rejected, Transient, TimeoutError):
            return None
        if end is None:
            return None
        query = {
            "id_token_hint": token,
            "client_id": self.demands.client_id,
            "post_logout_redirect_uri": f"{self.here}/",
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(query)}"

    async def end_by_provider(self, token: str) -> int:
        """End the sessions that a logout token names (back-channel); how many. `Rejected`: it is none, or was used."""
        claims = await self.provider.read(token, _LOGOUT_TOKENS)
        now = self.clock.now()
        told = logged_out(claims, self.demands, now)
        if not await self.spent.spend(f"logout {self.demands.issuer} {told.jti}", now + _LOGOUT_REMEMBERED):
            raise Rejected("jti", say("oidc_trip"))
        ended = await self.sessions.end_provided(self.demands.issuer, told.subject, told.sid)
        log.info("logged out by the provider", sessions=ended)
        return ended

    @property
    def _redirect(self) -> str:
        return self.here + self.callback
