"""Routes of the site: cameras, nodes, rules, the system itself."""

from typing import Any

from fastapi import APIRouter, Request

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import (
    CameraOut,
    NodeOut,
    RulesDocumentOut,
    RulesIn,
    RulesOut,
    RulesVersionOut,
    SystemOut,
)
from controller.core.rule_schema import rule_schema
from controller.core.surroundings import KEYS


def site_routes(parts: Parts) -> APIRouter:
    """`/cameras`, `/nodes`, `/rules`, `/system`."""
    router = APIRouter(tags=["site"])

    @router.get("/cameras")
    @needs("viewer")
    async def cameras() -> list[CameraOut]:
        return [CameraOut.model_validate(state) for state in await parts.reads.cameras()]

    @router.get("/nodes")
    @needs("viewer")
    async def nodes() -> list[NodeOut]:
        return [NodeOut.model_validate(state) for state in await parts.reads.nodes()]

    @router.get("/rules")
    @needs("viewer")
    async def rules() -> RulesOut:
        return RulesOut.model_validate(await parts.rules.all())

    @router.put("/rules")
    @needs("admin")
    async def put_rules(body: RulesIn, request: Request) -> RulesOut:
        state = await parts.rules.replace(
            {"rules": body.rules, **body.model_dump(include={*KEYS}, exclude_none=True)},
            camera=body.camera,
            expected_version=body.version,
            who=caller_of(request).account.name,
            strict=body.strict,
        )
        return RulesOut.model_validate(state)

    @router.get("/rules/history")
    @needs("viewer")
    async def rules_history(before: int | None = None) -> list[RulesVersionOut]:
        return [RulesVersionOut.model_validate(state) for state in await parts.rules.history(before)]

    @router.get("/rules/history/{version}")
    @needs("viewer")
    async def rules_version(version: int) -> RulesDocumentOut:
        return RulesDocumentOut(version=version, document=await parts.rules.document(version))

    @router.get("/rules/schema")
    @needs("viewer")
    async def rules_schema() -> dict[str, Any]:
        return rule_schema()

    @router.get("/rules/regulations")
    @needs("viewer")
    async def rules_regulations() -> dict[str, dict[str, str]]:
        return await parts.rules.regulations()

    @router.get("/system")
    @needs("viewer")
    async def system() -> SystemOut:
        state = await parts.system.state()
        return SystemOut(version=parts.version, site=parts.site, demo=parts.demo, **state)

    return router
