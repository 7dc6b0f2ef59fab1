"""Routes of what moves to the second store: told, changed."""

from fastapi import APIRouter, Request, Response

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.exports import asker_of
from controller.api.retention_schemas import MoveIn, MovesOut
from controller.ports import State


def move_routes(parts: Parts) -> APIRouter:
    """`/retention/moves`."""
    router = APIRouter(prefix="/retention/moves", tags=["site"])

    @router.get("")
    @needs("viewer", "site")
    async def moves(response: Response) -> MovesOut:
        return _sent(_told(await parts.moves.state()), response)

    @router.put("")
    @needs("admin", "site", fresh=True)
    async def put_move(body: MoveIn, request: Request, response: Response) -> MovesOut:
        async def now() -> str:
            return _told(await parts.moves.state()).tag

        async with edit(request, now):
            state = await parts.moves.put(body.subject, body.days, asker_of(request))
        return _sent(_told(state), response)

    return router


def _told(state: State) -> MovesOut:
    return stamped(MovesOut.model_validate(state), frozenset({"rules"}))


def _sent(found: MovesOut, response: Response) -> MovesOut:
    tell(response, found.tag)
    return found
