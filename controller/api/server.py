"""Builds the API: every route behind the guard, errors as problem+json, the dashboard at `/`."""

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute, iter_route_contexts

from controller.api.alarm_acts import alarm_act_routes, alarm_shelf_routes
from controller.api.alarms import alarm_routes
from controller.api.archives import archive_routes
from controller.api.audit import audit_routes
from controller.api.auth import Guard, need_of, needs
from controller.api.callers import add_callers
from controller.api.camera_names import camera_name_routes
from controller.api.clean_text import CleanText
from controller.api.dashboard import add_dashboard
from controller.api.deletions import deletion_routes
from controller.api.deps import Parts
from controller.api.described import describe
from controller.api.elsewhere import back_channel_routes, elsewhere_routes
from controller.api.enrichments import enrichment_routes
from controller.api.enrolment import enrolment_routes, invitation_routes
from controller.api.errors import add_error_handlers
from controller.api.events import event_routes
from controller.api.export_targets import export_target_routes
from controller.api.exports import export_routes
from controller.api.factors import factor_routes
from controller.api.features import feature_routes
from controller.api.feed import feed_routes
from controller.api.headers import SecurityHeaders
from controller.api.holds import hold_routes
from controller.api.idempotency import Idempotency
from controller.api.keys import key_routes
from controller.api.layouts import layout_routes
from controller.api.limits import BodyLimit
from controller.api.live_proxy import live_routes
from controller.api.live_views import live_view_routes
from controller.api.looking import Looking
from controller.api.maintenance import maintenance_routes
from controller.api.media import put_routes
from controller.api.methods import methods_at
from controller.api.metrics import metrics_routes
from controller.api.models import model_file_routes, model_routes
from controller.api.motion import motion_routes
from controller.api.moves import move_routes
from controller.api.nodes import node_routes
from controller.api.notify import notify_routes
from controller.api.people import people_routes
from controller.api.picture_door import PictureDoor
from controller.api.privacy import privacy_routes
from controller.api.proof import proof_routes
from controller.api.recordings import recording_routes
from controller.api.report import report_routes
from controller.api.retention import retention_routes
from controller.api.review import review_routes
from controller.api.rules import rule_routes
from controller.api.schemas import FeedItem, ProblemOut
from controller.api.search import search_routes
from controller.api.session import session_routes
from controller.api.sessions import session_list_routes
from controller.api.site import site_routes
from controller.api.storage import storage_routes
from controller.api.timeline import timeline_routes
from controller.api.trials import trial_routes
from controller.api.unmasks import unmask_routes
from controller.api.ws import ws_routes
from controller.errors import Missing
from shared.texts import say

PREFIX = "/api/v1"


def build_api(parts: Parts) -> FastAPI:
    """The application of the role api; nothing is global, nothing happens at import."""
    app = FastAPI(
        title="SHT-CCTV",
        version=parts.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(parts.guard.check)],
        responses={"default": {"model": ProblemOut, "description": "An error as problem+json"}},
    )
    add_error_handlers(app)
    app.add_middleware(Idempotency, guard=parts.guard, answers=parts.answers)
    app.add_middleware(PictureDoor, prefix="/api/")
    app.add_middleware(CleanText)
    app.add_middleware(BodyLimit)
    app.add_middleware(Looking)
    add_callers(app, parts.callers)
    app.add_middleware(
        SecurityHeaders, secure=parts.secure, below=parts.hsts_below
    )  # on every answer, also to who may not connect
    for routes in (
        session_routes,
        session_list_routes,
        elsewhere_routes,
        back_channel_routes,
        factor_routes,
        key_routes,
        site_routes,
        rule_routes,
        node_routes,
        enrolment_routes,
        invitation_routes,
        alarm_routes,
        enrichment_routes,
        alarm_act_routes,
        alarm_shelf_routes,
        maintenance_routes,
        event_routes,
        recording_routes,
        timeline_routes,
        proof_routes,
        storage_routes,
        retention_routes,
        move_routes,
        feature_routes,
        search_routes,
        motion_routes,
        review_routes,
        report_routes,
        trial_routes,
        export_routes,
        export_target_routes,
        archive_routes,
        hold_routes,
        layout_routes,
        live_view_routes,
        unmask_routes,
        privacy_routes,
        audit_routes,
        deletion_routes,
        feed_routes,
        ws_routes,
        notify_routes,
        people_routes,
        camera_name_routes,
        model_routes,
        model_file_routes,
    ):
        app.include_router(routes(parts), prefix=PREFIX)
    app.include_router(_rest(parts.guard), prefix="/api")
    app.include_router(live_routes(parts))
    app.include_router(put_routes(parts.door, parts.admission))
    app.include_router(metrics_routes(parts.metrics, parts.guard))
    add_dashboard(app, parts.dashboard)
    return app


def _rest(guard: Guard) -> APIRouter:
    """What no route knows is a problem of the API's, not a page of the dashboard's."""
    router = APIRouter()

    @router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    @needs("nobody", "none")
    async def unknown(rest: str, request: Request) -> None:
        allowed, needs_nobody = methods_at(request.app.routes, request.url.path)
        if not needs_nobody:
            await guard.known(request)  # strangers learn nothing of the other paths
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        raise Missing("path", say("no_path", path=rest[:100]))

    return router


def api_routes(app: FastAPI) -> list[tuple[str, str, APIRoute]]:
    """Method, path and route of everything that the API's description names."""
    return [
        (method, found.path_format or "", found.original_route)
        for found in iter_route_contexts(app.routes)
        if isinstance(found.original_route, APIRoute) and found.original_route.include_in_schema
        for method in sorted(found.methods or ())
    ]


def openapi_document(app: FastAPI) -> dict[str, object]:
    """The API's description, the feed's items included."""
    document = app.openapi()
    schemas = FeedItem.model_json_schema(ref_template="#/components/schemas/{model}")
    known = document["components"]["schemas"]
    for name, schema in schemas.pop("$defs", {}).items():
        known.setdefault(name, schema)
    known["FeedItem"] = schemas
    roles = {(method, path): need_of(route.endpoint) or "nobody" for method, path, route in api_routes(app)}
    return describe(document, roles)
