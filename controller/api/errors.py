"""The only place that knows HTTP's words for our errors: the error tree as problem+json."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from controller.api.auth import sight_of
from controller.api.headers import SAFE
from controller.api.methods import methods_at
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
    (Changed, 409, "Changed by someone else"),
    (Conflict, 409, "Not possible as things stand"),
    (TooOften, 429, "Too many requests"),
    (Late, 504, "No answer"),
    (Rejected, 422, "Rejected"),
    (Transient, 503, "Away for a moment"),
)


def problem(
    status: int, title: str, detail: str = "", field: str | None = None, alarm: dict[str, Any] | None = None
) -> Response:
    """One problem+json answer, whatever it quotes."""
    told_of = _encodable({"title": title, "detail": detail, "field": field, "said": said(detail)})
    body = ProblemOut.model_validate({**told_of, "status": status, "alarm": alarm})
    told = {key: value for key, value in body.model_dump(mode="json").items() if value is not None}
    return JSONResponse(told, status, media_type="application/problem+json")


def _encodable(value: Any) -> Any:
    """The same without halves of characters, which no JSON in UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return {key: _encodable(one) for key, one in value.items()} if isinstance(value, dict) else value


_FORM_CODES: dict[str, tuple[Code, Mapping[str, str]]] = {
    "missing": ("missing", {}),
    "extra_forbidden": ("unknown_field", {}),
    "dict_type": ("not_map", {}),
    "list_type": ("not_list", {}),
    "string_type": ("not_text", {}),
    "string_too_short": ("too_short", {"least": "min_length"}),
    "string_too_long": ("too_long", {"most": "max_length"}),
    "string_pattern_mismatch": ("bad_form", {}),
    "literal_error": ("not_one_of", {"value": "input", "choices": "expected"}),
    "enum": ("not_one_of", {"value": "input", "choices": "expected"}),
    "model_type": ("not_map", {}),
    "model_attributes_type": ("not_map", {}),
    "tuple_type": ("not_list", {}),
    "string_unicode": ("not_unicode", {}),
    "json_invalid": ("not_json", {}),
    "too_long": ("too_many", {"count": "actual_length", "most": "max_length"}),
    "too_short": ("too_few", {"least": "min_length"}),
    "greater_than": ("too_little", {"least": "gt"}),
    "greater_than_equal": ("too_little", {"least": "ge"}),
    "less_than": ("too_much", {"most": "lt"}),
    "less_than_equal": ("too_much", {"most": "le"}),
    "finite_number": ("not_number", {"value": "input"}),
    "int_parsing_size": ("not_whole", {}),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), ("not_whole", {})),
    **dict.fromkeys(("float_type", "float_parsing"), ("not_number", {"value": "input"})),
    **dict.fromkeys(("bool_type", "bool_parsing"), ("not_flag", {"value": "input"})),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        ("not_date", {"value": "input"}),
    ),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"), ("not_moment", {})
    ),
}
"""What FastAPI calls a fault, and our sentence with the keys its parameters have there."""
_HTTP_CODES: dict[int, Code] = {404: "no_path", 405: "wrong_method"}


def add_error_handlers(app: FastAPI) -> None:
    """Translate everything that a route may raise."""
    app.add_exception_handler(CctvError, problem_of)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _broken)


def problem_of(request: Request, fault: Exception) -> Response:
    """The answer to an error of ours."""
    for kind, status, title in _STATUS:
        if isinstance(fault, kind):
            if isinstance(fault, Rejected):
                now = told_alarm(fault.alarm, sight_of(request)) if isinstance(fault, Changed) else None
                answer = problem(status, title, fault.fault, fault.field, now)
                if isinstance(fault, Refused):
                    _note_refusal(request, fault)
            else:
                log.warning("request failed for the moment", path=request.url.path, error=str(fault))
                answer = problem(status, title, say("busy"))
            if isinstance(fault, TooOften):
                answer.headers["Retry-After"] = str(fault.retry_after_s)
            elif status == 503:  # noqa: PLR2004 - as in the table above
                answer.headers["Retry-After"] = "2"
            return answer
    return _broken(request, fault)


def _note_refusal(request: Request, fault: Refused) -> None:
    """Somebody asked for what they may not: a line for who watches the site."""
    caller = getattr(request.state, "caller", None) or getattr(request.state, "refused", None)
    log.warning(
        "refused",
        who=getattr(getattr(caller, "account", None), "name", ""),
        address=request.client.host if request.client else "",
        method=request.method,
        path=request.url.path[:200],
        why=fault.field,
    )


def _invalid(request: Request, fault: Exception) -> Response:
    first = fault.errors()[0] if isinstance(fault, RequestValidationError) and fault.errors() else {}
    where = first.get("loc", ())
    taken = _methods_here(request) if where[:1] == ("path",) else ()
    if taken:  # another route has this very path: it is no name that is ill-formed
        return _wrong_method(request, ", ".join(taken))
    whole = where[:1] == ("body",) and (len(where) == 1 or first.get("type") == "json_invalid")
    place = "body" if whole else ""
    for part in () if whole else where[1:]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return problem(422, "Rejected", _told(first), place or None)


def _methods_here(request: Request) -> tuple[str, ...]:
    """What routes of exactly this path take, those without parameters alone."""
    routes = (found for found in iter_route_contexts(request.app.routes) if found.path_format == request.url.path)
    return tuple(sorted({method for route in routes for method in route.methods or ()}))


def _wrong_method(request: Request, allowed: str) -> Response:
    answer = problem(405, "Method Not Allowed", say("wrong_method", path=request.url.path[:100]))
    answer.headers["Allow"] = allowed
    return answer


def _told(fault: Mapping[str, Any]) -> Text:
    """What FastAPI found wrong with a request, as one of our sentences; what nobody here put in words, as no more."""
    code, needed = _FORM_CODES.get(str(fault.get("type")), ("not_valid", {}))
    known = {**fault, **fault.get("ctx", {})}
    return say(code, **{name: str(known.get(key, ""))[:200] for name, key in needed.items()})


def _http(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    allowed = (fault.headers or {}).get("Allow") if isinstance(fault, HTTPException) else None
    if allowed is not None:
        return _wrong_method(request, ", ".join(methods_at(request.app.routes, request.url.path)[0]) or allowed)
    title = str(fault.detail) if isinstance(fault, HTTPException) else "Failed"
    code = _HTTP_CODES.get(status)
    if code is None:
        return problem(status, title)
    return problem(status, title, say(code, path=request.url.path[:100]))


def _hung_up(request: Request, _fault: Exception) -> Response:
    """Nobody reads this answer."""
    log.info("client hung up", path=request.url.path, method=request.method)
    return problem(400, "Hung up", say("busy"))


def _broken(request: Request, fault: Exception) -> Response:
    log.error("request broke", path=request.url.path, method=request.method, exc_info=fault)
    answer = problem(500, "Our fault", say("broken"))
    answer.headers.update(SAFE)  # it is made outside of what adds them to every other one
    return answer
