"""Passes `/live` on to the relay: frames go through as they are, and a slow end slows only itself."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, WebSocket, WebSocketException

from controller.api.auth import COOKIE, Caller, needs
from controller.api.deps import LiveEnd, Parts
from controller.api.sockets import AWAY, BAD_REQUEST, QUALITIES, UNAUTHORISED, close, first_of, until_shut_out
from controller.core.viewing import Look
from controller.errors import Refused
from controller.flows.derive_live import DerivedView
from shared.errors import Rejected, Transient
from shared.fields import UUID
from shared.ids import CameraId, parse_camera
from shared.live import SOUND

_STALLED_S = 20.0


def live_routes(parts: Parts) -> APIRouter:
    """`WS /live/{camera}` for viewers and workers, `…/sound` for who listens, `WS /live/push/{camera}/…` for nodes."""
    router = APIRouter()

    @router.websocket("/live/push/{camera}/{quality}")
    @needs("nobody", "none")
    async def push(socket: WebSocket, camera: str, quality: str) -> None:
        token = socket.headers.get("authorization")
        if token is None:
            await socket.close(UNAUTHORISED, "a node's token is missing")
            return
        pushed = quality if quality == SOUND else _quality(quality)
        await _pass_on(parts, socket, f"/live/push/{_camera(camera)}/{pushed}", {"Authorization": token})

    @router.websocket("/live/push/{camera}/ring/{ticket}")
    @needs("nobody", "none")
    async def push_piece(socket: WebSocket, camera: str, ticket: str) -> None:
        token = socket.headers.get("authorization")
        if token is None or re.fullmatch(UUID, ticket) is None:
            await socket.close(UNAUTHORISED, "a node's token or the ticket is missing")
            return
        await _pass_on(parts, socket, f"/live/push/{_camera(camera)}/ring/{ticket}", {"Authorization": token})

    @router.websocket("/live/{camera}")
    @needs("viewer", "view", pictures="clear")
    async def watch(socket: WebSocket, camera: str, quality: str = "main", since_ms: int | None = None) -> None:
        token = socket.headers.get("authorization")
        query = f"?quality={_quality(quality)}" + ("" if since_ms is None else f"&since_ms={since_ms}")
        path = f"/live/{_camera(camera)}{query}"
        if token is not None:
            await _pass_on(parts, socket, path, {"Authorization": token})
        elif not await _may_watch(parts, socket, camera):
            await socket.close(UNAUTHORISED, "log in to watch")
        else:
            cookie = {"Cookie": f"{COOKIE}={parts.guard.shown(socket)}"}

            async def allowed() -> bool:
                return await _may_watch(parts, socket, camera)

            with parts.viewers.watching(CameraId(camera), quality):
                await _pass_on(parts, socket, path, cookie, allowed)

    _add_sound_route(router, parts)
    _add_derived_route(router, parts)
    return router


def _add_sound_route(router: APIRouter, parts: Parts) -> None:
    @router.websocket("/live/{camera}/sound")
    @needs("viewer", "listen")
    async def listen(socket: WebSocket, camera: str) -> None:
        checked, caller = CameraId(_camera(camera)), await _listener(parts, socket, camera)
        if caller is None:
            await socket.close(UNAUTHORISED, "log in to listen")
            return
        if not await parts.features.is_on("listen"):
            await socket.accept()  # a browser learns the code of what was open alone, and dials again without one
            await close(socket, UNAUTHORISED, "listening is switched off")
            return
        name = caller.account.name
        try:
            await parts.listening.begin(name, checked, socket.client.host if socket.client else "")
        except Transient as fault:
            await close(socket, AWAY, str(fault)[:120])
            return

        async def allowed() -> bool:
            return await _listener(parts, socket, camera) is not None and await parts.features.is_on("listen")

        cookie = {"Cookie": f"{COOKIE}={parts.guard.shown(socket)}"}
        try:
            with parts.viewers.watching(checked, SOUND):
                await _pass_on(parts, socket, f"/live/{checked}/sound", cookie, allowed)
        finally:
            parts.listening.end(name, checked)


def _add_derived_route(router: APIRouter, parts: Parts) -> None:
    @router.websocket("/live/{camera}/derived")
    @needs("viewer", "view", pictures="derived")
    async def watch_derived(socket: WebSocket, camera: str) -> None:
        checked = CameraId(_camera(camera))

        async def allowed() -> bool:
            caller = await _person(parts, socket)
            if caller is None or not caller.sight().sees(checked):
                return False
            address = socket.client.host if socket.client else ""
            parts.views.looks(Look(caller.account.name, address, "derived.view", checked))
            return True

        if not await allowed():
            await socket.close(UNAUTHORISED, "log in to watch")
            return
        await socket.accept()
        try:
            with parts.viewers.watching(checked, "derived"):
                async with parts.derived.live.watch(checked) as view:
                    shut_out = until_shut_out(allowed, parts.recheck_s)
                    await close(socket, *await first_of(_show(socket, view), _hear(socket), shut_out))
        except Transient as fault:
            await close(socket, AWAY, str(fault)[:120])


async def _show(socket: WebSocket, view: DerivedView) -> None:
    while True:
        framed = await view.next()
        async with asyncio.timeout(_STALLED_S):
            await socket.send_bytes(framed)


async def _hear(socket: WebSocket) -> None:
    """Until the viewer hangs up; they have nothing to say."""
    await socket.receive_bytes()
    raise Rejected("live frame", "viewers only watch")


async def _may_watch(parts: Parts, socket: WebSocket, camera: str) -> bool:
    """A camera that is hidden is refused in the words that a stranger hears; who may watch is told to the audit."""
    caller = await _person(parts, socket)
    if caller is None or not caller.clear().sees(camera):
        return False
    address = socket.client.host if socket.client else ""
    parts.views.looks(Look(caller.account.name, address, "live.view", camera))
    return True


async def _person(parts: Parts, socket: WebSocket) -> Caller | None:
    """Who looks or listens in a session of their own; a key opens nothing live."""
    caller = await parts.guard.viewer_of(socket)
    return None if caller is None or caller.key is not None else caller


async def _listener(parts: Parts, socket: WebSocket, camera: str) -> Caller | None:
    """Who opened this and may listen to the camera; None is refused like a stranger."""
    caller = await _person(parts, socket)
    return caller if caller is not None and caller.sight("listen").sees(camera) else None


def _camera(text: str) -> str:
    try:
        return parse_camera(text)
    except Rejected as fault:
        raise WebSocketException(BAD_REQUEST, str(fault)[:120]) from None


def _quality(text: str) -> str:
    if text not in QUALITIES:
        raise WebSocketException(BAD_REQUEST, "quality: main or sub")
    return text


async def _pass_on(
    parts: Parts,
    socket: WebSocket,
    path: str,
    headers: dict[str, str],
    allowed: Callable[[], Awaitable[bool]] | None = None,
) -> None:
    """Until either end is gone or a viewer is no longer `allowed`; at nodes the relay itself looks again."""
    try:
        async with parts.live.open(path, headers) as relay:
            await socket.accept()
            await _both_ways(parts, socket, relay, allowed)
    except Refused:
        await close(socket, UNAUTHORISED, "the relay refuses this credential")
    except Transient as fault:
        await close(socket, AWAY, str(fault)[:120])


async def _both_ways(
    parts: Parts, socket: WebSocket, relay: LiveEnd, allowed: Callable[[], Awaitable[bool]] | None
) -> None:
    async def outward() -> None:
        while True:
            framed = await relay.receive()
            async with asyncio.timeout(_STALLED_S):
                await socket.send_bytes(framed)

    async def inward() -> None:
        while True:
            await relay.send(await socket.receive_bytes())

    watched = [] if allowed is None else [until_shut_out(allowed, parts.recheck_s)]
    await close(socket, *await first_of(outward(), inward(), *watched))
