"""The socket: a reader names topics and cameras, goes on after the last id it has, and hears when that is too old."""

import asyncio
import contextlib
import json
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from controller.api.auth import Caller, needs
from controller.api.deps import Parts
from controller.api.sockets import AWAY, UNAUTHORISED, first_of, until_shut_out
from controller.core.seen import seen_row
from controller.core.subscription import Subscription, Topic, refused_topics
from controller.flows.follow import Listener
from controller.ports import State
from shared.errors import Rejected, Transient
from shared.fields import CameraName
from shared.texts import say

SLOW = 4408
_SEND_S = 10.0
_LONGEST_CHARS = 16_384
_FAULTS = 20
"""So many messages that are not understood, and the socket ends."""


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(max_length=64)] = ""  # comes back with the answer
    topics: Annotated[list[Topic], Field(min_length=1, max_length=20)]
    cameras: Annotated[list[CameraName], Field(min_length=1, max_length=64)] | None = None  # none: all


class Subscribe(_Wish):
    """Hear these topics; `since`: what was missed after this id of the feed first."""

    op: Literal["subscribe"]
    since: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Unsubscribe(_Wish):
    """Hear these topics no more."""

    op: Literal["unsubscribe"]


ORDER: TypeAdapter[Subscribe | Unsubscribe] = TypeAdapter(Annotated[Subscribe | Unsubscribe, Field(discriminator="op")])


def ws_routes(parts: Parts) -> APIRouter:
    """`WS /ws`."""
    router = APIRouter()

    @router.websocket("/ws")
    @needs("viewer", "view")
    async def ws(socket: WebSocket) -> None:
        caller = await parts.guard.viewer_of(socket)
        if caller is None:
            await socket.close(UNAUTHORISED, "log in first")
            return
        await socket.accept()
        code, reason = AWAY, "away for a moment"
        with contextlib.suppress(Transient):
            async with parts.feed.listen() as (newest, listener):
                reader = _Reader(parts, socket, listener, caller, newest)
                await reader.send({"id": newest, "kind": "hello", "data": None})
                code, reason = await first_of(reader.hear(), reader.tell(), reader.look_again())
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code, reason)

    return router


class _Reader:
    """One socket: what it wants, and up to where it has been told."""

    def __init__(self, parts: Parts, socket: WebSocket, listener: Listener, caller: Caller, newest: int) -> None:
        self._parts = parts
        self._socket = socket
        self._listener = listener
        self._role = caller.account.role
        self._sight = caller.sight()
        self._newest = newest
        self._wants = Subscription()
        self._sending = asyncio.Lock()

    async def send(self, row: State) -> None:
        async with asyncio.timeout(_SEND_S):
            await self._socket.send_text(json.dumps(row, separators=(",", ":"), ensure_ascii=False))

    async def look_again(self) -> None:
        """Whether the reader may still read, and of which cameras; `Unauthenticated` after a no."""
        await until_shut_out(self._may_still, self._parts.recheck_s)

    async def _may_still(self) -> bool:
        caller = await self._parts.guard.viewer_of(self._socket)
        if caller is not None:
            self._sight = caller.sight()
        return caller is not None

    async def _pass_on(self, row: State, wants: Subscription) -> None:
        """Only what is seen is looked at: a camera that is not gives nothing away by being asked for."""
        told = seen_row(row, self._sight)
        if told is not None and wants.wants(told):
            await self.send(told)

    async def tell(self) -> None:
        """What happens, as far as it is wanted; ends when the reader is too slow."""
        while (row := await self._listener.next()) is not None:
            async with self._sending:
                self._newest = max(self._newest, int(row["id"]))
                await self._pass_on(row, self._wants)
        await self._socket.close(SLOW, "too slow")

    async def hear(self) -> None:
        """What the reader asks for; `Rejected` after too many messages that are none."""
        faults = 0
        while True:
            text = await self._socket.receive_text()
            try:
                await self._obey(_order(text))
            except ValidationError as fault:
                faults += 1
                first = fault.errors()[0]
                place = ".".join(str(part) for part in first["loc"][1:]) or "message"
                await self._refuse(place, str(first["msg"]))
            except Rejected as fault:
                faults += 1
                await self._refuse(fault.field, fault.fault)
            if faults >= _FAULTS:
                raise Rejected("message", say("bad_form"))

    async def _refuse(self, field: str, detail: str) -> None:
        await self.send({"id": self._newest, "kind": "refused", "data": {"field": field, "detail": detail[:300]}})

    async def _obey(self, order: Subscribe | Unsubscribe) -> None:
        if isinstance(order, Unsubscribe):
            self._wants = self._wants.unsubscribe(order.topics, order.cameras)
            await self.send({"id": self._newest, "kind": "unsubscribed", "data": {"of": order.id}})
            return
        if refused := refused_topics(self._role, order.topics):
            raise Rejected("topics", say("not_one_of", value=refused[0], choices=""))
        async with self._sending:  # what is missed comes before what happens meanwhile
            fresh = Subscription().subscribe(order.topics, order.cameras)
            whole = order.since is None or await self._parts.feed.has_since(order.since, self._newest)
            told = {"of": order.id, "stale": not whole}  # stale: too much was missed, read everything again
            await self.send({"id": self._newest, "kind": "subscribed", "data": told})
            if order.since is not None and whole:
                async for row in self._parts.feed.missed(order.since, self._newest):
                    await self._pass_on(row, fresh)
            self._wants = self._wants.subscribe(order.topics, order.cameras)


def _order(text: str) -> Subscribe | Unsubscribe:
    if len(text) > _LONGEST_CHARS:
        raise Rejected("message", say("too_long", most=_LONGEST_CHARS))
    return ORDER.validate_json(text)
