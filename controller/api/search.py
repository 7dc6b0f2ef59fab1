"""Routes that look for alarms and events of the past."""

from typing import Annotated

from fastapi import APIRouter, Query

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.search_schemas import AlarmSearchIn, EventSearchIn, FoundAlarms, FoundEvents, SearchChoices


def search_routes(parts: Parts) -> APIRouter:
    """`/search`."""
    router = APIRouter(tags=["search"])

    @router.get("/search/alarms")
    @needs("viewer")
    async def search_alarms(asked: Annotated[AlarmSearchIn, Query()]) -> FoundAlarms:
        window = parts.search.window(asked.from_ms, asked.to_ms, asked.minutes())
        found = await parts.search.alarms(asked.search(window), asked.cursor, asked.limit)
        return FoundAlarms.model_validate(found)

    @router.get("/search/events")
    @needs("viewer")
    async def search_events(asked: Annotated[EventSearchIn, Query()]) -> FoundEvents:
        window = parts.search.window(asked.from_ms, asked.to_ms, asked.minutes())
        found = await parts.search.events(asked.search(window), asked.cursor, asked.limit)
        return FoundEvents.model_validate(found)

    @router.get("/search/choices")
    @needs("viewer")
    async def search_choices() -> SearchChoices:
        return SearchChoices.model_validate(await parts.search.choices())

    return router
