"""Who calls: session cookie, CSRF and Origin; a route that does not say whom it is for answers nobody."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from fastapi import Request, Response, WebSocket
from starlette.requests import HTTPConnection

from controller.core.access import Need, allows
from controller.core.api_key import PREFIX, narrowed
from controller.core.grants import EVERYTHING, NOTHING, RIGHTS, STRICT, Roles, Sight, Touch, clear_sight, common, sight
from controller.core.rate import CHANGES, READS, STRANGERS, Buckets, neighbourhood
from controller.core.second_factor import First
from controller.errors import Refused, TooOften, Unauthenticated
from controller.ports import Login
from controller.ports.access import FROM_ADDRESS, Held, Narrowed, Person, Provided
from controller.ports.keys import BY_KEY, KeyHeld
from controller.ports.looking import LOOKING
from shared.clock import Clock
from shared.origin import same_origin
from shared.texts import Text, say

COOKIE = "cctv_session"
HOST_COOKIE = f"__Host-{COOKIE}"
"""Its name where the site is reached by TLS: a browser takes it from this host alone, for all of it, over TLS."""
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MARK = "cctv_need"
_TOUCH = "cctv_touch"
_FRESH = "cctv_fresh"
PROVEN_FOR = timedelta(minutes=10)
"""How long it counts that somebody said who they are, where an act is dangerous."""
_PICTURES = "cctv_pictures"

Pictures = Literal["none", "clear", "derived"]
"""What pictures a route answers with; `derived`: to who may not see clear ones, derived ones."""

Fresh = Literal[False, True, "people"]
"""Whether a route asks for proof of who one is; `people`: a key that may do it goes on."""

F = TypeVar("F", bound=Callable[..., Any])


class Cookies(Protocol):
    """What signs and reads sessions' cookies."""

    def new_session(self, username: str, longest: timedelta) -> Login: ...

    def sign_session(self, login: Login) -> str: ...

    def read_session(self, cookie: str | None) -> Login | None: ...


class Keys(Protocol):
    """Keys by which programs ask."""

    async def holder(self, text: str, address: str) -> KeyHeld | None:
        """Whose it is, while it is good and they may log in; `Unauthenticated` while it rests."""
        ...


class Sessions(Protocol):
    """Who is logged in, for every process of the site."""

    async def begin(
        self,
        login: Login,
        epoch: int,
        address: str,
        agent: str,
        replaces: str | None = None,
        provided: Provided | None = None,
    ) -> None:
        """`Unauthenticated` for whoever proved who they were in an epoch that is over."""
        ...

    async def holder(self, login: Login) -> Held | None:
        """Whose it is, while it lasts and they may log in."""
        ...


def needs(
    need: Need | Literal["nobody"],
    touch: Touch | None = None,
    *,
    pictures: Pictures = "none",
    fresh: Fresh = False,
) -> Callable[[F], F]:
    """Say whom a route is for, what it does with cameras, and what pictures it answers with.

    `nobody`: it checks its own credential, or needs none. A route that does not say what it touches sees no camera,
    and one that does not say that it answers with pictures is not let answer with any.
    `fresh`: it is dangerous, so whoever asks has said lately who they are; a key cannot, but for what asks `people`.
    """

    def mark(endpoint: F) -> F:
        setattr(endpoint, _MARK, need)
        setattr(endpoint, _TOUCH, touch)
        setattr(endpoint, _PICTURES, pictures)
        setattr(endpoint, _FRESH, fresh)
        return endpoint

    return mark


def need_of(endpoint: object) -> str | None:
    """Whom a route is for, or None when it forgot to say."""
    return getattr(endpoint, _MARK, None)


def touch_of(endpoint: object) -> Touch | None:
    """What a route does with cameras, or None when it forgot to say."""
    return getattr(endpoint, _TOUCH, None)


def pictures_of(endpoint: object) -> Pictures:
    """What pictures a route may answer with."""
    return getattr(endpoint, _PICTURES, "none")


def is_fresh(endpoint: object) -> bool:
    """Whether whoever asks must have said lately who they are."""
    return bool(getattr(endpoint, _FRESH, False))


def _for_people_alone(endpoint: object) -> bool:
    """Whether no key may do what a route does, whatever it is kept to."""
    return getattr(endpoint, _FRESH, False) is True


def set_first(first: First) -> Text:
    """Why somebody who must set something first may not do this."""
    return say("set_password_first") if first == "password" else say("set_factor_first")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is logged in."""

    account: Person
    login: Login
    proven_at: datetime  # when they said last who they are
    roles: Roles = field(default_factory=lambda: STRICT)
    unmasked: frozenset[str] = frozenset()
    first: First | None = None  # what they have to set before anything else
    key: str | None = None  # id of the API key that it came with, in place of a session

    def sight(self, right: str = "view") -> Sight:
        """The cameras to which they have a right."""
        return sight(self.account.role, self.account.given, right, self.roles)

    def clear(self) -> Sight:
        """The cameras whose pictures they see clear now, for some minutes or as long as they may."""
        return common(self.sight(), clear_sight(self.account.role, self.account.given, self.unmasked, self.roles))


def _key_of(connection: HTTPConnection) -> str | None:
    """The API key of a request; other tokens are somebody else's to read."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip().startswith(PREFIX) else None


def _from_here(connection: HTTPConnection) -> bool:
    """Whether our own page asks, or a program with a key: no page sends that by itself."""
    return _key_of(connection) is not None or same_origin(
        connection.headers.get("origin"), connection.headers.get("host", "")
    )


def _shows(request: Request, caller: Caller) -> bool:
    """Whether a change shows the token of its session; a key needs none."""
    token = request.headers.get(CSRF_HEADER, "")
    return caller.key is not None or hmac.compare_digest(token.encode(), caller.login.csrf.encode())


class Guard:
    """Authenticates every request of the application."""

    def __init__(
        self,
        cookies: Cookies,
        sessions: Sessions,
        clock: Clock,
        longest: timedelta,
        *,
        secure: bool,
        roles: Roles = STRICT,
        keys: Keys | None = None,
    ) -> None:
        self._cookies = cookies
        self._sessions = sessions
        self._clock = clock
        self._longest = longest
        self._secure = secure
        self._name = HOST_COOKIE if secure else COOKIE
        self.roles = roles
        self._keys = keys
        self._reads, self._changes, self._strangers = Buckets(READS), Buckets(CHANGES), Buckets(STRANGERS)
        self._keyed = Buckets(CHANGES)

    async def check(self, connection: HTTPConnection) -> None:
        """Run before every route; WebSockets are checked by `viewer_of`, once they can be closed with a reason."""
        LOOKING.set(NOTHING)
        BY_KEY.set("")
        FROM_ADDRESS.set(connection.client.host if connection.client else "")
        if connection.scope["type"] != "http":
            return
        request = Request(connection.scope)
        need = need_of(request.scope.get("endpoint"))
        if request.method not in _SAFE and not _from_here(request):
            raise Refused("origin", say("foreign_origin"))
        if need == "nobody":
            if request.method == "POST":  # a login; nodes upload by PUT, many behind one router
                self._bound(self._strangers, neighbourhood(request.client.host if request.client else ""))
            return
        caller = await self.known(request)
        self._bound(self._reads if request.method in _SAFE else self._changes, caller.login.csrf)
        request.state.refused = caller  # until they are let through
        if need not in {"own", "viewer", "operator", "admin"} or not allows(
            caller.account.role,
            need,  # type: ignore[arg-type]  # narrowed by the set above
            first=caller.first,
        ):
            told = say("needs_role", role=str(need)) if caller.first is None else set_first(caller.first)
            raise Refused("role", told)
        if request.method not in _SAFE and not _shows(request, caller):
            raise Refused("csrf", say("csrf", header=CSRF_HEADER))
        endpoint = request.scope.get("endpoint")
        if caller.key is not None and (need == "own" or _for_people_alone(endpoint)):
            raise Refused("key", say("key_not_here"))
        if is_fresh(endpoint) and self._clock.now() - caller.proven_at > PROVEN_FOR:
            raise Refused("proof", say("prove_again"))
        request.state.sight = _sight(caller, touch_of(endpoint), pictures_of(endpoint))
        request.state.pictures = pictures_of(endpoint)
        request.state.clear = common(request.state.sight, caller.clear())
        request.state.brief = bool(caller.unmasked)
        LOOKING.set(request.state.sight)
        BY_KEY.set(caller.key or "")
        request.state.caller = caller

    async def known(self, request: Request) -> Caller:
        """Who asks, or `Unauthenticated`; `TooOften` for a stranger who asks too fast."""
        try:
            caller = await self.caller(request)
        except Unauthenticated:
            self._bound(self._strangers, request.client.host if request.client else "")
            raise
        if caller is None:
            self._bound(self._strangers, neighbourhood(request.client.host if request.client else ""))
            raise Unauthenticated("session", say("log_in_first"))
        return caller

    def _bound(self, buckets: Buckets, key: str) -> None:
        """`TooOften` for who asks faster than is good for the others."""
        if wait_ms := buckets.take(key, self._clock.monotonic_ms()):
            raise TooOften("rate", say("too_often"), -(-wait_ms // 1000))

    async def changer(self, request: Request) -> Caller | None:
        """Who asks for a change from our own page, by session and token; `TooOften` for who asks too fast.

        None: the route will say why not. Whether they may is the route's to say as well.
        """
        if not _from_here(request):
            return None
        caller = await self.caller(request)
        if caller is None or not _shows(request, caller):
            return None
        self._bound(self._keyed, caller.login.csrf)
        return caller

    async def caller(self, connection: HTTPConnection) -> Caller | None:
        """Who a cookie or a key proves to be: still enabled, and their session not ended since."""
        key = _key_of(connection)
        if key is not None:
            return await self._keyed_caller(key, connection.client.host if connection.client else "")
        login = self._cookies.read_session(self.shown(connection))
        held = None if login is None else await self._sessions.holder(login)
        if login is None or held is None:
            return None
        return Caller(held.person, login, held.proven_at, self.roles, held.unmasked, held.first)

    def shown(self, connection: HTTPConnection) -> str | None:
        """The session's cookie as a browser sent it."""
        return connection.cookies.get(self._name)

    async def _keyed_caller(self, key: str, address: str) -> Caller | None:
        """Somebody in whose name a program asks, with what is left of their rights."""
        held = None if self._keys is None else await self._keys.holder(key, address)
        if held is None:
            return None
        role, given = narrowed(held.person.role, held.person.given, held.scope, self.roles)
        now = self._clock.now()
        login = Login(held.person.name, held.id, held.id, now)
        return Caller(Narrowed(held.person, role, given), login, now, self.roles, key=held.id)

    async def viewer_of(self, socket: WebSocket) -> Caller | None:
        """Who opened a WebSocket from our own page with a session that may watch."""
        if not _from_here(socket):
            return None
        try:
            caller = await self.caller(socket)
        except Unauthenticated:
            return None
        if caller is None:
            return None
        may = allows(caller.account.role, "viewer", first=caller.first)
        return caller if may else None

    async def start(
        self,
        request: Request,
        response: Response,
        account: Person,
        replaces: str | None = None,
        *,
        provided: Provided | None = None,
        longest: timedelta | None = None,
    ) -> Login:
        """Begin a session in place of the one that is named, or that the browser had: keep it, and set its cookie."""
        had = self._cookies.read_session(self.shown(request))
        ends = replaces or (None if had is None else had.id)
        login = self._cookies.new_session(account.name, min(self._longest, longest or self._longest))
        address = request.client.host if request.client else ""
        agent = request.headers.get("user-agent", "")
        await self._sessions.begin(login, account.session_epoch, address, agent, ends, provided)
        self._set(response, login)
        return login

    def end(self, response: Response) -> None:
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="strict")
        response.headers["Clear-Site-Data"] = '"cache"'  # pictures and clips that this browser has kept

    def _set(self, response: Response, login: Login) -> None:
        lifetime_s = int((login.expires_at - self._clock.now()).total_seconds())
        response.set_cookie(
            self._name,
            self._cookies.sign_session(login),
            max_age=lifetime_s,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )


def _sight(caller: Caller, touch: Touch | None, pictures: Pictures) -> Sight:
    """What a route may see for a caller; `Refused` where it may do nothing of what it is for."""
    seen = _touched(caller, touch)
    if pictures != "clear":
        return seen
    clear = common(seen, caller.sight("clear"))
    if clear.empty and not seen.empty:
        raise Refused("right", say("needs_right", right="clear"))
    return clear


def _touched(caller: Caller, touch: Touch | None) -> Sight:
    if touch == "site":
        if not caller.sight().everything:
            raise Refused("right", say("needs_all_cameras"))
        return EVERYTHING
    if touch not in RIGHTS:
        return NOTHING
    seen = caller.sight(touch)
    if seen.empty and touch != "view":
        raise Refused("right", say("needs_right", right=touch))
    return seen


def sight_of(request: Request) -> Sight:
    """The cameras that the route may see for its caller."""
    seen = getattr(request.state, "sight", NOTHING)
    return seen if isinstance(seen, Sight) else NOTHING


def clear_of(request: Request) -> Sight:
    """Those of them whose pictures the caller may see clear."""
    seen = getattr(request.state, "clear", NOTHING)
    return seen if isinstance(seen, Sight) else NOTHING


def caller_of(request: Request) -> Caller:
    """The caller that `Guard.check` let through."""
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, Caller):
        raise Unauthenticated("session", say("log_in_first"))
    return caller
