"""Every kind of error becomes the right problem document."""

import httpx
import pytest
from fastapi import FastAPI

from controller.api.errors import add_error_handlers
from controller.ports import Conflict, Missing, Refused, TooOften, Unauthenticated
from shared.errors import Broken, CctvError, Rejected, Transient


@pytest.mark.parametrize(
    ("fault", "status", "field"),
    [
        (Unauthenticated("session", "log in"), 401, "session"),
        (Refused("role", "no"), 403, "role"),
        (Missing("alarm", "gone"), 404, "alarm"),
        (Conflict("version", "is 3"), 409, "version"),
        (TooOften("login", "slow", 7), 429, "login"),
        (Rejected("rules[1].colour", "is not known"), 422, "rules[1].colour"),
        (Transient("database: password=hunter2 locked"), 503, None),
        (Broken("secret inside"), 500, None),
        (RuntimeError("secret inside"), 500, None),
    ],
)
async def test_each_error_is_its_problem_and_keeps_our_secrets(
    fault: Exception, status: int, field: str | None
) -> None:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/")
    async def fails() -> None:
        raise fault

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    body = answer.json()
    assert (answer.status_code, body["status"], body.get("field")) == (status, status, field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "hunter2" not in answer.text
    assert ("retry-after" in answer.headers) == (status in {429, 503})
    assert isinstance(fault, CctvError) or status == 500
