"""Routes of storage: how full it is, and when it will be full."""

from fastapi import APIRouter

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.storage_schemas import StorageOut


def storage_routes(parts: Parts) -> APIRouter:
    """`/storage`."""
    router = APIRouter(tags=["site"])

    @router.get("/storage")
    @needs("viewer", "site")
    async def storage() -> StorageOut:
        return StorageOut.model_validate(await parts.storage.state())

    return router
