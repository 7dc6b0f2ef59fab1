"""The only place that knows HTTP's words for our errors: the error tree as problem+json."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from controller.api.auth import sight_of
from controller.api.schemas import ProblemOut
from controller.core.seen import told_alarm
from controller.errors import Changed, Conflict, Late, Missing, Refused, Stale, TooOften, Unauthenticated
from shared.english import Code
from shared.errors import CctvError, Rejected, Transient
from shared.texts import Text, said, say

log = structlog.get_logger("api")

_STATUS: tuple[tuple[type[CctvError], int, str], ...] = (
    (Unauthenticated, 401, "Log in"),
    (Refused, 403, "Not allowed"),
    (Missing, 404, "Not found"),
    (Stale, 412, "Changed by someone else"),
    (Conflict, 409, "Changed by someone else"),
    (TooOften, 429, "Too many requests"),
    (Late, 504, "No answer"),
    (Rejected, 422, "Rejected"),
    (Transient, 503, "Away for a moment"),
)


def problem(
    status: int, title: str, detail: str = "", field: str | None = None, alarm: dict[str, Any] | None = None
) -> Response:
    """One problem+json answer."""
    body = ProblemOut.model_validate(
        {"title": title, "status": status, "detail": detail, "field": field, "said": said(detail), "alarm": alarm}
    )
    told = {key: value for key, value in body.model_dump(mode="json").items() if value is not None}
    return JSONResponse(told, status, media_type="application/problem+json")


_FORM_CODES: dict[str, tuple[Code, dict[str, str]]] = {
    "missing": ("missing", {}),
    "extra_forbidden": ("unknown_field", {}),
    "dict_type": ("not_map", {}),
    "list_type": ("not_list", {}),
    "string_type": ("not_text", {}),
    "string_too_short": ("too_short", {"least": "min_length"}),
    "string_too_long": ("too_long", {"most": "max_length"}),
    "string_pattern_mismatch": ("bad_form", {}),
    "literal_error": ("not_one_of", {"value": "input", "choices": "expected"}),
}
"""What FastAPI calls a fault, and our sentence with the keys its parameters have there."""
_HTTP_CODES: dict[int, Code] = {404: "no_path", 405: "wrong_method"}


def add_error_handlers(app: FastAPI) -> None:
    """Translate everything that a route may raise."""
    app.add_exception_handler(CctvError, problem_of)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def problem_of(request: Request, fault: Exception) -> Response:
    """The answer to an error of ours."""
    for kind, status, title in _STATUS:
        if isinstance(fault, kind):
            if isinstance(fault, Rejected):
                now = told_alarm(fault.alarm, sight_of(request)) if isinstance(fault, Changed) else None
                answer = problem(status, title, fault.fault, fault.field, now)
            else:
                log.warning("request failed for the moment", path=request.url.path, error=str(fault))
                answer = problem(status, title, say("busy"))
            if isinstance(fault, TooOften):
                answer.headers["Retry-After"] = str(fault.retry_after_s)
            elif status == 503:  # noqa: PLR2004 - as in the table above
                answer.headers["Retry-After"] = "2"
            return answer
    return _broken(request, fault)


def _invalid(_request: Request, fault: Exception) -> Response:
    first = fault.errors()[0] if isinstance(fault, RequestValidationError) and fault.errors() else {}
    place = ""
    for part in first.get("loc", ())[1:]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return problem(422, "Rejected", _told(first), place or None)


def _told(fault: Mapping[str, Any]) -> Text:
    """What FastAPI found wrong with a request, as one of our sentences."""
    code, needed = _FORM_CODES.get(str(fault.get("type")), ("invalid", {"why": "msg"}))
    known = {**fault, **fault.get("ctx", {})}
    return say(code, **{name: str(known.get(key, ""))[:200] for name, key in needed.items()})


def _http(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    title = str(fault.detail) if isinstance(fault, HTTPException) else "Failed"
    code = _HTTP_CODES.get(status)
    if code is None:
        return problem(status, title)
    return problem(status, title, say(code, path=request.url.path[:100]))


def _broken(request: Request, fault: Exception) -> Response:
    log.error("request broke", path=request.url.path, method=request.method, exc_info=fault)
    return problem(500, "Our fault", say("broken"))
