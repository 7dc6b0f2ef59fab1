"""Routes of feature flags: told, switched."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.edits import edit, stamped, tell
from controller.api.exports import asker_of
from controller.api.feature_schemas import FeatureIn, FeatureOut
from controller.ports import State

Name = Annotated[str, Path(max_length=32)]


def feature_routes(parts: Parts) -> APIRouter:
    """`/features`."""
    router = APIRouter(prefix="/features", tags=["site"])

    @router.get("")
    @needs("admin", "site")
    async def features() -> list[FeatureOut]:
        return [_told(state) for state in await parts.features.all()]

    @router.get("/{name}")
    @needs("admin", "site")
    async def one_feature(name: Name, response: Response) -> FeatureOut:
        return _sent(_told(await parts.features.one(name)), response)

    @router.put("/{name}")
    @needs("admin", "site", fresh=True)
    async def put_feature(name: Name, body: FeatureIn, request: Request, response: Response) -> FeatureOut:
        async def now() -> str:
            return _told(await parts.features.one(name)).tag

        async with edit(request, now):
            state = await parts.features.put(name, asker_of(request), is_on=body.on)
        return _sent(_told(state), response)

    return router


def _told(state: State) -> FeatureOut:
    return stamped(FeatureOut.model_validate(state), frozenset({"name", "on"}))


def _sent(found: FeatureOut, response: Response) -> FeatureOut:
    tell(response, found.tag)
    return found
