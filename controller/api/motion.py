"""Routes that look for motion in a part of a camera's picture."""

from typing import Annotated

from fastapi import APIRouter, Query

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.motion_schemas import FoundMotion, MotionHeat, MotionHeatIn, MotionSearchIn


def motion_routes(parts: Parts) -> APIRouter:
    """`/search/motion` and `/search/motion/heat`."""
    router = APIRouter(tags=["search"])

    @router.get("/search/motion")
    @needs("viewer", "view")
    async def search_motion(asked: Annotated[MotionSearchIn, Query()]) -> FoundMotion:
        window = parts.motion.window(asked.from_ms, asked.to_ms, asked.minutes())
        return FoundMotion.model_validate(
            await parts.motion.find(asked.search(window), asked.cursor, asked.limit)
        )  # fmt: skip

    @router.get("/search/motion/heat")
    @needs("viewer", "view")
    async def motion_heat(asked: Annotated[MotionHeatIn, Query()]) -> MotionHeat:
        return MotionHeat.model_validate(await parts.motion.heat(asked.camera, asked.from_ms, asked.to_ms))

    return router
