"""Routes of the rules: those in force, their versions, a look at others before they are."""

from typing import Any

from fastapi import APIRouter, Request, Response

from controller.api.auth import caller_of, needs, sight_of
from controller.api.deps import Parts
from controller.api.edits import by_header, expected_version, tell, version_tag
from controller.api.schemas import RulesDocumentOut, RulesIn, RulesOut, RulesVersionOut
from controller.api.trial_schemas import RulesCheckOut
from controller.api.whole import Counted
from controller.core.rule_schema import rule_schema
from controller.core.seen import seen_rules
from controller.core.surroundings import KEYS


def rule_routes(parts: Parts) -> APIRouter:
    """`/rules`."""
    router = APIRouter(tags=["site"])

    @router.get("/rules")
    @needs("viewer", "view")
    async def rules(request: Request, response: Response) -> RulesOut:
        return _told(RulesOut.model_validate(seen_rules(await parts.rules.all(), sight_of(request))), response)

    @router.put("/rules")
    @needs("admin", "configure")
    async def put_rules(body: RulesIn, request: Request, response: Response) -> RulesOut:
        with by_header(request, body.version):
            state = await parts.rules.replace(
                _document(body),
                camera=body.camera,
                expected_version=expected_version(request, body.version),
                who=caller_of(request).account.name,
                strict=body.strict,
            )
        return _told(RulesOut.model_validate(state), response)

    @router.post("/rules/check")
    @needs("admin", "configure")
    async def check_rules(body: RulesIn) -> RulesCheckOut:
        state = await parts.rules.check(_document(body), camera=body.camera, strict=body.strict)
        return RulesCheckOut.model_validate(state)

    @router.get("/rules/history")
    @needs("viewer", "site")
    async def rules_history(before: Counted | None = None) -> list[RulesVersionOut]:
        return [RulesVersionOut.model_validate(state) for state in await parts.rules.history(before)]

    @router.get("/rules/history/{version}")
    @needs("viewer", "site")
    async def rules_version(version: Counted) -> RulesDocumentOut:
        return RulesDocumentOut(version=version, document=await parts.rules.document(version))

    @router.get("/rules/schema")
    @needs("viewer", "none")
    async def rules_schema() -> dict[str, Any]:
        return rule_schema()

    @router.get("/rules/regulations")
    @needs("viewer", "none")
    async def rules_regulations() -> dict[str, dict[str, str]]:
        return await parts.rules.regulations()

    return router


def _told(rules: RulesOut, response: Response) -> RulesOut:
    tell(response, version_tag(rules.version))
    return rules


def _document(body: RulesIn) -> dict[str, Any]:
    return {"rules": body.rules, **body.model_dump(include={*KEYS}, exclude_none=True)}
