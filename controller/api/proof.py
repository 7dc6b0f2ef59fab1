"""Routes of the recording proof: what cameras recorded day by day, and the gaps themselves."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from controller.api.auth import needs
from controller.api.deps import Parts
from controller.api.proof_schemas import ProofGapPage, ProofOut
from controller.api.tagged import tagged
from controller.core.proof_table import proof_csv
from controller.flows.read_proof import MOST_CAMERAS, MOST_DAYS, USUAL_DAYS
from shared.fields import CameraName

Moment = Annotated[int, Query(ge=0, le=253_402_300_799_999)]
Cameras = Annotated[list[CameraName] | None, Query(max_length=MOST_CAMERAS)]
Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]
Cursor = Annotated[str | None, Query(max_length=40)]


def proof_routes(parts: Parts) -> APIRouter:
    """`/proof`."""
    router = APIRouter(prefix="/proof", tags=["site"])

    @router.get("", response_model=ProofOut)
    @needs("viewer", "playback")
    async def proof(request: Request, camera: Cameras = None, days: Days = USUAL_DAYS) -> Response:
        return tagged(request, ProofOut.model_validate(await parts.proof.proof(camera or [], days)))

    @router.get(".csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    @needs("viewer", "playback")
    async def proof_table(camera: Cameras = None, days: Days = USUAL_DAYS) -> Response:
        found = await parts.proof.proof(camera or [], days)
        name = f"proof-{found['days'][-1]['date']}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(proof_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/gaps")
    @needs("viewer", "playback")
    async def proof_gaps(camera: CameraName, from_ms: Moment, to_ms: Moment, cursor: Cursor = None) -> ProofGapPage:
        return ProofGapPage.model_validate(await parts.proof.gaps(camera, from_ms, to_ms, cursor))

    return router
