"""The relay's WebSockets for pieces of a ring: a node brings one, the role api takes it."""

import asyncio
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, WebSocket

from controller.api.sockets import BAD_REQUEST, UNAUTHORISED, bearer, close, first_of
from controller.errors import Missing
from controller.flows.hand_pieces import HandPieces, Piece
from controller.ports import LiveGate
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera

_STALLED_S = 20.0


def add_piece_routes(app: FastAPI, pieces: HandPieces, gate: LiveGate) -> None:
    """`WS /live/push/{camera}/ring/{ticket}` for nodes, `WS /live/{camera}/ring` for our own processes alone."""

    @app.websocket("/live/push/{camera}/ring/{ticket}")
    async def bring(socket: WebSocket, camera: str, ticket: str) -> None:
        checked = _camera(camera)
        if checked is None or not await gate.node_may_push(bearer(socket), checked):
            await socket.close(UNAUTHORISED, "this node may not push this camera")
            return
        try:
            piece = pieces.wanted(checked, ticket)
        except Missing:
            await socket.close(BAD_REQUEST, "nobody waits for this")
            return
        await socket.accept()
        end = await first_of(_receive(socket, piece), _until_over(piece))
        await close(socket, *end)

    @app.websocket("/live/{camera}/ring")
    async def take(socket: WebSocket, camera: str, from_ms: int, for_ms: int) -> None:
        checked = _camera(camera)
        if checked is None or not await gate.is_service(bearer(socket)):
            await socket.close(UNAUTHORISED, "this is between our own processes")
            return
        await socket.accept()
        end = await first_of(_hand_over(socket, pieces.ask(checked, from_ms, for_ms)), _hear(socket))
        await close(socket, *end)


async def _receive(socket: WebSocket, piece: Piece) -> None:
    try:
        while True:
            await piece.take(await socket.receive_bytes())
    finally:
        piece.end()


async def _hand_over(socket: WebSocket, asked: AbstractAsyncContextManager[Piece]) -> None:
    async with asked as piece:
        while (framed := await piece.next()) is not None:
            async with asyncio.timeout(_STALLED_S):
                await socket.send_bytes(framed)


async def _until_over(piece: Piece) -> None:
    await piece.over.wait()


async def _hear(socket: WebSocket) -> None:
    """Until the asker hangs up; it has nothing to say."""
    await socket.receive()


def _camera(text: str) -> CameraId | None:
    try:
        return parse_camera(text)
    except Rejected:
        return None
