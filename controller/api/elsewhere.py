"""Routes of logging in by an identity provider: there, back, and what it says by itself."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.core.oidc import TRIP_LASTS
from controller.core.rate import Buckets, Rate, neighbourhood
from controller.errors import Late, Missing, TooOften
from controller.flows.log_in_elsewhere import Came, LogInElsewhere
from shared.errors import Rejected, Transient
from shared.texts import Text, say

log = structlog.get_logger("oidc")

_COOKIE = "cctv_trip"
_TRIPS, _LOGOUTS = Rate(5, 200), Rate(20, 200)
"""Of one address: people behind one router, and the provider itself."""
_NOTES = Rate(1 / 60, 5)
"""Refusals of one address that the audit is told of: their seals stay for ever, and strangers cause them."""
_MOST_FIELDS = 20
_BACK = "/#/"
_PROVEN = "/#/login?proven=1"

State = Annotated[str, Query(max_length=200)]
Code = Annotated[str, Query(max_length=4096)]
Short = Annotated[str, Query(max_length=300)]


class LoginWaysOut(Model):
    """How one may log in beside name and password."""

    provider: str | None  # an identity provider, as the login page calls it


class TripOut(Model):
    """Where the browser goes next."""

    url: Annotated[str, Field(max_length=8192)]


@dataclass(frozen=True, slots=True)
class _Trips:
    """What the routes of both directions share: the flow, how often it is asked, the cookie of who is on the way."""

    parts: Parts
    buckets: Buckets

    @property
    def flow(self) -> LogInElsewhere:
        if self.parts.elsewhere is None:
            raise Missing("provider", say("oidc_none"))
        return self.parts.elsewhere

    @property
    def cookie(self) -> str:
        return f"__Host-{_COOKIE}" if self.parts.secure else _COOKIE

    def bound(self, request: Request) -> None:
        if wait_ms := self.buckets.take(neighbourhood(address_of(request)), self.parts.clock.monotonic_ms()):
            raise TooOften("rate", say("too_often"), -(-wait_ms // 1000))

    async def begin(self, response: Response, username: str = "", session: str = "") -> TripOut:
        """Send a browser there, with what it brings back."""
        try:
            url, kept = await self.flow.begin(username, session)
        except Transient as fault:
            raise Late("provider", _words(fault)) from None
        # Lax: it comes along when the provider sends the browser back, and with nothing that other pages send
        response.set_cookie(
            self.cookie,
            kept,
            max_age=int(TRIP_LASTS.total_seconds()),
            path="/",
            secure=self.parts.secure,
            httponly=True,
            samesite="lax",
        )
        return TripOut(url=url)

    def ended(self, answer: Response) -> Response:
        answer.delete_cookie(self.cookie, path="/", secure=self.parts.secure, httponly=True, samesite="lax")
        answer.headers["Cache-Control"] = "no-store"
        return answer


def elsewhere_routes(parts: Parts) -> APIRouter:
    """`/login`, `/login/provider`, `/login/callback` and `/session/proof/provider`."""
    router = APIRouter(tags=["session"])
    trips, notes = _Trips(parts, Buckets(_TRIPS)), Buckets(_NOTES)

    @router.get("/login")
    @needs("nobody", "none")
    async def ways() -> LoginWaysOut:
        return LoginWaysOut(provider=None if parts.elsewhere is None else parts.elsewhere.shown)

    @router.post("/login/provider")
    @needs("nobody", "none")
    async def begin(request: Request, response: Response) -> TripOut:
        """Where to log in; the way there and back is good for ten minutes, in this browser."""
        trips.bound(request)
        return await trips.begin(response)

    @router.post("/session/proof/provider")
    @needs("own", "none")
    async def prove(request: Request, response: Response) -> TripOut:
        """Where to say again who one is, for whom a provider logs in."""
        caller = caller_of(request)
        if caller.account.issuer != trips.flow.demands.issuer:
            raise Rejected("provider", say("oidc_none"))
        return await trips.begin(response, caller.account.name, caller.login.id)

    @router.get("/login/callback", status_code=303, response_class=RedirectResponse)
    @needs("nobody", "none")
    async def callback(
        request: Request, state: State = "", code: Code = "", error: Short = "", iss: Short | None = None
    ) -> Response:
        """Where the provider sends the browser back to: it goes on to the dashboard, logged in or told why not."""
        trips.bound(request)
        flow, address = trips.flow, address_of(request)
        came = Came(state, code, error, iss)
        try:
            arrived = await flow.come_back(request.cookies.get(trips.cookie, ""), came, address)
            answer = RedirectResponse(_PROVEN if arrived.replaces else _BACK, status_code=303)
            await parts.guard.start(
                request, answer, arrived.person, arrived.replaces, provided=arrived.provided, longest=flow.longest
            )
        except (Rejected, Transient) as fault:
            return trips.ended(await _sent_away(parts, notes, fault, address))
        return trips.ended(answer)

    return router


def back_channel_routes(parts: Parts) -> APIRouter:
    """`/login/back-channel`."""
    router = APIRouter(tags=["session"])
    logouts = _Trips(parts, Buckets(_LOGOUTS))

    @router.post("/login/back-channel")
    @needs("nobody", "none")
    async def back_channel(request: Request, response: Response) -> None:
        """The provider says that somebody logged out there (OpenID Connect Back-Channel Logout 1.0)."""
        logouts.bound(request)
        flow = logouts.flow
        try:
            form = parse_qs((await request.body()).decode(), max_num_fields=_MOST_FIELDS)
            await flow.end_by_provider(form.get("logout_token", [""])[0])
        except (Rejected, ValueError) as fault:
            log.warning("logout token refused", why=fault.field if isinstance(fault, Rejected) else "form")
            response.status_code = 400
        response.headers["Cache-Control"] = "no-store"

    return router


def _words(fault: Rejected | Transient) -> Text:
    """What a person is told; a database that is busy is no provider that is away."""
    text = fault.fault if isinstance(fault, Rejected) else fault.args[0]
    return text if isinstance(text, Text) else say("busy")


async def _sent_away(parts: Parts, notes: Buckets, fault: Rejected | Transient, address: str) -> Response:
    """The login page says what was wrong; the audit says where, the log where too much is refused."""
    text, where = _words(fault), fault.field if isinstance(fault, Rejected) else ""
    code = "oidc_away" if text.params else text.code  # the page knows the code alone; a closed way is no answer either
    log.warning("login by the provider refused", code=code, where=where)
    if not notes.take(neighbourhood(address), parts.clock.monotonic_ms()):
        await parts.login.note("provider", "login.refused", address, {"field": where, "code": code})
    return RedirectResponse(f"/#/login?fault={code}", status_code=303)
