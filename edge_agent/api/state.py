"""How the node is: for a monitor, for Prometheus, for a person."""

from typing import Annotated, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from edge_agent.api.guard import COOKIE, KNOWN
from edge_agent.api.metrics import CONTENT_TYPE, metrics_text
from edge_agent.api.page import POLICY, login_page, status_page
from edge_agent.core.door import COOKIE_MS, Door, Refusals
from edge_agent.core.node_health import troubles
from edge_agent.core.node_state import NodeState
from edge_agent.core.status_words import Language, choose_language, tell
from edge_agent.flows.observe import Observation
from shared.clock import Clock
from shared.errors import Rejected

_FORM_BYTES = 4096
_SOUND, _FAILING = 200, 503

Lang = Annotated[str | None, Query(max_length=10)]


def state_routes(observation: Observation, door: Door, clock: Clock) -> APIRouter:
    """`/healthz`, `/metrics`, `/` and the log-in."""
    router = APIRouter()
    refusals = Refusals()

    @router.get("/healthz")
    async def healthz(request: Request) -> Response:
        state = await observation.now()
        found = troubles(state)
        status = _FAILING if any(trouble.fails for trouble in found) else _SOUND
        if not request.scope[KNOWN]:
            return PlainTextResponse("ok" if status == _SOUND else "not ok", status)
        listed = [
            {"code": t.code, "camera": t.camera, "detail": t.detail, "fails": t.fails, "says": tell(t, "en")}
            for t in found
        ]
        return JSONResponse({"ok": status == _SOUND, "node": state.node, "troubles": listed}, status)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(metrics_text(await observation.now(), observation.ended()), media_type=CONTENT_TYPE)

    @router.get("/")
    async def page(request: Request, lang: Lang = None) -> Response:
        state: NodeState = await observation.now()
        return _html(status_page(state, troubles(state), _language(request, lang)))

    @router.get("/login")
    async def ask(request: Request, lang: Lang = None) -> Response:
        return _html(login_page(_language(request, lang), wrong=False))

    @router.post("/login")
    async def log_in(request: Request, lang: Lang = None) -> Response:
        language = _language(request, lang)
        token = await _token_given(request)
        if not door.takes_token(token):
            wait_ms = refusals.count(request.client.host if request.client else "", clock.monotonic_ms())
            answer = _html(login_page(language, wrong=True), 429 if wait_ms else 403)
            if wait_ms:
                answer.headers["Retry-After"] = str(-(-wait_ms // 1000))
            return answer
        moved = RedirectResponse(f"/?lang={language}", 303)
        moved.set_cookie(
            COOKIE,
            door.cookie(clock.unix_ms()),
            max_age=COOKIE_MS // 1000,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return moved

    return router


def _language(request: Request, asked: str | None) -> Language:
    return choose_language(asked, request.headers.get("accept-language", ""))


def _html(text: str, status: Literal[200, 403, 429] = 200) -> HTMLResponse:
    return HTMLResponse(text, status, {"Content-Security-Policy": POLICY})


async def _token_given(request: Request) -> str:
    taken = b""
    async for piece in request.stream():
        taken += piece
        if len(taken) > _FORM_BYTES:
            raise Rejected("token", "is too long")
    try:
        return parse_qs(taken.decode("utf-8", "replace"), max_num_fields=4).get("token", [""])[0].strip()
    except ValueError as fault:
        raise Rejected("token", str(fault)) from None
