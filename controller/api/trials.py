"""Routes of trials: what rules would have alarmed, compared with those in force."""

from fastapi import APIRouter, Request

from controller.api.alarms import Cursor, Id, Limit
from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.trial_schemas import TrialDetailOut, TrialIn, TrialOut, TrialPage


def trial_routes(parts: Parts) -> APIRouter:
    """`/rules/trials`."""
    router = APIRouter(prefix="/rules/trials", tags=["rules"])

    @router.post("")
    @needs("operator", "playback")
    async def try_rules(body: TrialIn, request: Request) -> TrialOut:
        who = caller_of(request).account.name
        state = await parts.trials.make(body.document, body.camera, body.from_ms, body.to_ms, body.source, who)
        return TrialOut.model_validate(state)

    @router.get("")
    @needs("viewer", "playback")
    async def trials(cursor: Cursor = None, limit: Limit = 50) -> TrialPage:
        return TrialPage.model_validate(await parts.trials.page(cursor=cursor, limit=limit))

    @router.get("/{trial}")
    @needs("viewer", "playback")
    async def trial(trial: Id) -> TrialDetailOut:
        return TrialDetailOut.model_validate(await parts.trials.one(trial))

    @router.post("/{trial}/cancel")
    @needs("operator", "playback")
    async def cancel_trial(trial: Id) -> TrialOut:
        return TrialOut.model_validate(await parts.trials.cancel(trial))

    return router
