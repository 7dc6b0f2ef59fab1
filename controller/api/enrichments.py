"""Routes of what language models added to alarms, and of a person's word on their drafts."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import DecideIn, EnrichmentOut
from controller.api.session import address_of
from shared.fields import UUID

Id = Annotated[str, Path(pattern=UUID)]


def enrichment_routes(parts: Parts) -> APIRouter:
    """`/alarms/{alarm}/enrichments` and `/enrichments`."""
    router = APIRouter(tags=["enrichments"])

    @router.get("/alarms/{alarm}/enrichments")
    @needs("viewer", "view")
    async def enrichments(alarm: Id) -> list[EnrichmentOut]:
        return [EnrichmentOut.model_validate(one) for one in await parts.enrichments.of_alarm(alarm)]

    @router.post("/enrichments/{enrichment}/decision")
    @needs("operator", "view")
    async def decide(enrichment: Id, body: DecideIn, request: Request) -> EnrichmentOut:
        who = caller_of(request).account.name
        state = await parts.enrichments.decide(enrichment, body.decision, who, address_of(request))
        return EnrichmentOut.model_validate(state)

    return router
