"""Every kind of error becomes the right problem document."""

from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from controller.api.errors import add_error_handlers
from controller.errors import Conflict, Missing, Refused, Stale, TooOften, Unauthenticated
from shared.english import CODES
from shared.errors import Broken, CctvError, Rejected, Transient
from shared.texts import say


@pytest.mark.parametrize(
    ("fault", "status", "field"),
    [
        (Unauthenticated("session", say("log_in_first")), 401, "session"),
        (Refused("role", say("needs_role", role="admin")), 403, "role"),
        (Missing("alarm", say("unknown", key="x")), 404, "alarm"),
        (Conflict("version", say("rules_changed", version=3)), 409, "version"),
        (TooOften("login", say("too_many_tries"), 7), 429, "login"),
        (Rejected("rules[1].colour", say("unknown_key", known="name")), 422, "rules[1].colour"),
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
    assert body["said"]["code"] in CODES
    assert ("retry-after" in answer.headers) == (status in {429, 503})
    assert isinstance(fault, CctvError) or status == 500
    if status == 500:
        assert (answer.headers["x-content-type-options"], answer.headers["x-frame-options"]) == ("nosniff", "DENY")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    new: Annotated[str, Field(min_length=3, max_length=5)]
    way: Literal["up", "down"] = "up"
    camera: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    times: int = 1
    rules: list[dict[str, int]] = []


async def _answers(body: object, path: str = "/") -> dict[str, Any]:
    app = FastAPI()
    add_error_handlers(app)

    @app.post("/")
    async def takes(form: _Form) -> None:
        raise Rejected(form.new, say("not_text"))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer: dict[str, Any] = (await client.post(path, json=body)).json()
        return answer


@pytest.mark.parametrize(
    ("body", "field", "code", "params"),
    [
        ({}, "new", "missing", {}),
        ({"new": "four", "old": 1}, "old", "unknown_field", {}),
        ({"new": "no"}, "new", "too_short", {"least": "3"}),
        ({"new": "too long"}, "new", "too_long", {"most": "5"}),
        ({"new": "four", "camera": "A"}, "camera", "bad_form", {}),
        ({"new": "four", "way": "left"}, "way", "not_one_of", {"value": "left", "choices": "'up' or 'down'"}),
        ({"new": "four", "times": "x"}, "times", "not_whole", {}),
        ({"new": 4}, "new", "not_text", {}),
        ({"new": "four", "rules": {}}, "rules", "not_list", {}),
        ({"new": "four", "rules": [{}, 5]}, "rules[1]", "not_map", {}),
        ({"new": "four"}, "four", "not_text", {}),
    ],
)
async def test_what_is_wrong_with_a_request_is_said_by_a_code(
    body: object, field: str, code: str, params: object
) -> None:
    problem = await _answers(body)
    assert (problem["status"], problem["field"], problem["said"]["code"]) == (422, field, code)
    assert problem["detail"] == str(say(code, **problem["said"]["params"]))  # type: ignore[arg-type]
    assert params is None or problem["said"]["params"] == params


async def test_what_no_route_knows_is_said_by_a_code() -> None:
    problem = await _answers({}, "/nowhere")
    assert (problem["status"], problem["said"]) == (404, {"code": "no_path", "params": {"path": "/nowhere"}})


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (Stale("version", say("rules_changed", version=3)), "Changed by someone else"),
        (Conflict("camera", say("rules_changed", version=3)), "Not possible as things stand"),
    ],
)
async def test_only_what_somebody_changed_is_said_to_be_changed(fault: Exception, title: str) -> None:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/")
    async def fails() -> None:
        raise fault

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/")).json()["title"] == title
