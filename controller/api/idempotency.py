"""A POST under an Idempotency-Key is done once: who sends it again is given the answer that was given."""

import contextlib
import re
from collections.abc import Iterator
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.auth import Guard
from controller.api.errors import problem_of
from controller.core.repeats import HEADER, KEY, MOST_BYTES, Answered, fingerprint, takes_key
from controller.ports.access import Person
from shared.errors import CctvError, Rejected
from shared.texts import say

log = structlog.get_logger("api")

_OK = range(200, 300)


class KeptAnswers(Protocol):
    """Answers by who asked and their key."""

    async def claim(self, who: str, key: str, asked: str) -> Answered | None:
        """The answer that was given already; None: it is the caller's to answer now.

        `Rejected`: the key was another request's; `Conflict`: somebody else is answering it.
        """
        ...

    async def keep(self, who: str, key: str, answered: Answered) -> None: ...

    async def release(self, who: str, key: str) -> None: ...


class Idempotency:
    """ASGI middleware. Only what was done (2xx) is kept; what was refused may be asked again under the same key."""

    def __init__(self, app: ASGIApp, *, guard: Guard, answers: KeptAnswers) -> None:
        self._app = app
        self._guard = guard
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not takes_key(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers.get(HEADER)
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            await self._once(request, key, send)
        except CctvError as fault:
            await problem_of(request, fault)(scope, receive, send)

    async def _once(self, request: Request, key: str, send: Send) -> None:
        if re.fullmatch(KEY, key) is None:
            raise Rejected(HEADER, say("bad_form"))
        body = await request.body()
        receive = _again(body, request.receive)
        caller = await self._guard.changer(request)
        if caller is None:  # the route says why
            await self._app(request.scope, receive, send)
            return
        who = caller.account.name
        asked = fingerprint(request.method, request.url.path, _rights(caller.account), body)
        known = await self._answers.claim(who, key, asked)
        if known is not None:
            await _send(known, send)
            return
        answered = None
        held = _Held(send)
        try:
            await self._app(request.scope, receive, held.send)
            answered = held.answered()
        finally:
            if answered is None:
                with _unkept(who):
                    await self._answers.release(who, key)
        if answered is not None:  # kept before it is told: who hears that it was done is never made to do it again
            with _unkept(who):
                await self._answers.keep(who, key, answered)
        await held.pass_on()


@contextlib.contextmanager
def _unkept(who: str) -> Iterator[None]:
    """What was done is told though nobody could note it: the key stays taken, as of a request that never ended."""
    try:
        yield
    except CctvError as fault:
        log.warning("answer not noted under its key", who=who, error=str(fault))


class _Held:
    """Holds an answer back until it is whole, as far as it is small."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._status = 0
        self._media_type = ""
        self._body = b""
        self._whole = False

    async def send(self, message: Message) -> None:
        self._held.append(message)
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
            self._media_type = headers.get("content-type", "")
        elif message["type"] == "http.response.body":
            if len(self._body) <= MOST_BYTES:
                self._body += message.get("body", b"")
            self._whole = not message.get("more_body", False)
        if len(self._body) > MOST_BYTES:
            await self.pass_on()

    async def pass_on(self) -> None:
        """Send what was held back."""
        held, self._held = self._held, []
        for message in held:
            await self._send(message)

    def answered(self) -> Answered | None:
        """What is worth keeping; None: an error, or too much."""
        fits = self._whole and self._status in _OK and len(self._body) <= MOST_BYTES
        return Answered(self._status, self._media_type, self._body) if fits else None


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def one() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return one


async def _send(known: Answered, send: Send) -> None:
    headers = [(b"content-length", str(len(known.body)).encode()), (b"idempotency-replayed", b"true")]
    headers += [(b"content-type", known.media_type.encode("latin-1"))] if known.media_type else []
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": known.status, "headers": headers})
    await send({"type": "http.response.body", "body": known.body})


def _rights(account: Person) -> str:
    """Role and grants as text: whose rights have changed is not told again what was told before."""
    given = account.given
    return f"{account.role} {given and sorted((target, sorted(rights)) for target, rights in given.items())}"
