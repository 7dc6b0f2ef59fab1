"""Routes that look for alarms and events of the past."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from controller.api.alarms import Id
from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.search_schemas import (
    AlarmSearchIn,
    EventSearchIn,
    FoundAlarms,
    FoundEvents,
    SavedSearch,
    SavedSearches,
    SavedSearchIn,
    SearchChoices,
)


def search_routes(parts: Parts) -> APIRouter:
    """`/search`."""
    router = APIRouter(tags=["search"])

    @router.get("/search/alarms")
    @needs("viewer", "view")
    async def search_alarms(asked: Annotated[AlarmSearchIn, Query()]) -> FoundAlarms:
        window = parts.search.window(asked.from_ms, asked.to_ms, asked.minutes())
        found = await parts.search.alarms(asked.search(window), asked.cursor, asked.limit)
        return FoundAlarms.model_validate(found)

    @router.get("/search/events")
    @needs("viewer", "view")
    async def search_events(asked: Annotated[EventSearchIn, Query()]) -> FoundEvents:
        window = parts.search.window(asked.from_ms, asked.to_ms, asked.minutes())
        found = await parts.search.events(asked.search(window), asked.cursor, asked.limit)
        return FoundEvents.model_validate(found)

    @router.get("/search/choices")
    @needs("viewer", "view")
    async def search_choices() -> SearchChoices:
        return SearchChoices.model_validate(await parts.search.choices())

    @router.get("/search/saved")
    @needs("viewer", "none")
    async def saved_searches(request: Request) -> SavedSearches:
        return SavedSearches.model_validate({"items": await parts.search.saved.of(_name(request))})

    @router.post("/search/saved")
    @needs("viewer", "none")
    async def save_search(body: SavedSearchIn, request: Request) -> SavedSearch:
        return SavedSearch.model_validate(await parts.search.saved.save(_name(request), body.name, body.query))

    @router.delete("/search/saved/{search}", status_code=204)
    @needs("viewer", "none")
    async def forget_search(search: Id, request: Request) -> None:
        await parts.search.saved.forget(_name(request), search)

    return router


def _name(request: Request) -> str:
    return caller_of(request).account.name
