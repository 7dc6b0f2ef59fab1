"""The only place of the node that knows HTTP's words for our errors: the error tree as problem+json."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.errors import CctvError, Rejected, Transient

log = structlog.get_logger("server")


class NotFound(Rejected):
    """The path names something that this node does not have."""


def problem(status: int, title: str, detail: str = "", field: str | None = None) -> Response:
    """One problem+json answer."""
    body = {"title": title, "status": status, "detail": detail, "field": field}
    told = {name: value for name, value in body.items() if value not in (None, "")}
    return JSONResponse(told, status, media_type="application/problem+json")


def add_error_handlers(app: FastAPI) -> None:
    """Translate everything that a route may raise."""
    app.add_exception_handler(CctvError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def _ours(request: Request, fault: Exception) -> Response:
    match fault:
        case NotFound():
            return problem(404, "Not found", fault.fault, fault.field)
        case Rejected():
            return problem(422, "Rejected", fault.fault, fault.field)
        case Transient():
            answer = problem(503, "Away for a moment", str(fault))
            answer.headers["Retry-After"] = "2"
            return answer
        case _:
            return _broken(request, fault)


def _invalid(_request: Request, fault: Exception) -> Response:
    first = fault.errors()[0] if isinstance(fault, RequestValidationError) and fault.errors() else {}
    place = ".".join(str(part) for part in first.get("loc", ())[1:])
    return problem(422, "Rejected", str(first.get("msg", "is not valid"))[:200], place or None)


def _http(_request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    return problem(status, str(fault.detail) if isinstance(fault, HTTPException) else "Failed")


def _broken(request: Request, fault: Exception) -> Response:
    if isinstance(fault, ClientDisconnect):
        log.info("client gone", path=request.url.path)
        return Response(status_code=499)
    log.error("request broke", path=request.url.path, exc_info=fault)
    return problem(500, "Our fault", "the node's server had an error")
