"""Refuses text that a database cannot keep, wherever a request has it: in its path, its query, its JSON."""

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.api.errors import problem
from controller.api.limits import is_raw
from shared.errors import Rejected
from shared.texts import Text, say

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNSEEN_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HALF = re.compile(r"[\ud800-\udfff]")
_SUSPECT = re.compile(rb"\\u(?:00[0189]|007[fF]|[dD][89a-fA-F])|\\[bfnrt]|[\x00-\x1f\x7f]|\xc2[\x80-\x9f]")
"""In the bytes of a JSON body: whatever could become a character that is refused; most bodies have none of it."""
_ONE_LINE = frozenset({"name", "username", "title", "label"})


class CleanText:
    """ASGI middleware: control characters and halves of characters are refused by the name of their field."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        fault = next(_of_address(scope), None)
        if fault is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "control characters"})
        elif fault is not None:
            await problem(422, "Rejected", fault[1], fault[0])(scope, receive, send)
        elif scope["type"] == "http" and _has_json(scope):
            await self._with_body(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is bounded and would be read as a whole by its route too."""
        body, more, last = bytearray(), True, None
        while more and last is None:
            try:
                message = await receive()
            except Rejected as fault:  # longer than any body may be
                await problem(413, "Too large", fault.fault, fault.field)(scope, receive, send)
                return
            if message["type"] == "http.disconnect":
                last = message
            body += message.get("body", b"")
            more = bool(message.get("more_body", False))
        fault_there = next(_of_body(bytes(body)), None)
        if fault_there is not None and last is None:
            await problem(422, "Rejected", fault_there[1], fault_there[0])(scope, receive, send)
            return
        told = [last or {"type": "http.request", "body": bytes(body), "more_body": False}]

        async def again() -> Message:
            return told.pop() if told else await receive()

        await self._app(scope, again, send)


def _has_json(scope: Scope) -> bool:
    return scope["method"] in {"POST", "PUT", "PATCH", "DELETE"} and not is_raw(scope)


def _of_address(scope: Scope) -> Iterator[tuple[str, Text]]:
    if told := _fault_of(scope["path"], one_line=True):
        yield "path", told
    for name, value in parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True):
        if told := _fault_of(name, one_line=True) or _fault_of(value, one_line=True):
            yield _shown(name) or "query", told


def _of_body(body: bytes) -> Iterator[tuple[str, Text]]:
    if not _SUSPECT.search(body):
        return
    try:
        waiting: list[tuple[str, str, object]] = [("", "", json.loads(body))]
    except (ValueError, RecursionError):
        return  # no JSON: its route says so
    while waiting:
        place, key, value = waiting.pop()
        if isinstance(value, str):
            if told := _fault_of(value, one_line=key in _ONE_LINE):
                yield place or "body", told
        elif isinstance(value, list):
            waiting += [(f"{place}[{index}]", key, one) for index, one in reversed(list(enumerate(value)))]
        elif isinstance(value, dict):
            for name, one in reversed(list(value.items())):
                inner = f"{place}.{_shown(name)}" if place else _shown(name)
                if told := _fault_of(name, one_line=True):
                    yield inner or "body", told
                waiting.append((inner, name, one))


def _fault_of(text: str, *, one_line: bool) -> Text | None:
    if _HALF.search(text):
        return say("not_unicode")
    return say("control_characters") if (_UNSEEN if one_line else _UNSEEN_BUT_LINES).search(text) else None


def _shown(name: str) -> str:
    return _HALF.sub("?", _UNSEEN.sub("?", name))[:100]
