"""The API's description is complete: each answer, its problems, whom it is for, an example that the route takes."""

import inspect
import json
from typing import Any, cast

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError

from controller.api.server import api_routes
from scripts.openapi import openapi, unwired_api


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return unwired_api("0")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi("0")


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{m.upper()} {path}", one) for path, methods in document["paths"].items() for m, one in methods.items()]


def test_every_route_says_what_it_answers_and_how_it_fails(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    listed = operations(document)
    assert len(listed) > 60
    assert len({one["operationId"] for _, one in listed}) == len(listed)
    for name, one in listed:
        assert one.get("summary"), name
        good = {code: answer for code, answer in one["responses"].items() if code.startswith("2") or code == "303"}
        assert good, name
        for code, answer in good.items():
            schemas = [content.get("schema") for content in answer.get("content", {}).values()]
            assert code in {"204", "303"} or (schemas and all(schemas)), f"{name} {code} has no schema"
        expected = {"422", "429", "503", "default"} | ({"401", "403"} if "security" in one else set())
        for code in expected:
            assert one["responses"][code] == {"$ref": "#/components/responses/Problem"}, f"{name} {code}"
        assert not any("HTTPValidationError" in str(answer) for answer in one["responses"].values()), name
    problem = document["components"]["responses"]["Problem"]["content"]
    assert list(problem) == ["application/problem+json"]


def test_only_logging_in_and_uploads_need_no_session(document: dict[str, Any]) -> None:
    anonymous = {name for name, one in operations(document) if "security" not in one}
    nodes = {"GET /api/v1/enrolment/ca", "POST /api/v1/enrolment", "POST /api/v1/enrolment/renewal"}
    nodes |= {"GET /api/v1/enrolment/releases/{name}"}  # by a token of the node's own key
    provider = {"GET /api/v1/login", "GET /api/v1/login/callback"}
    provider |= {"POST /api/v1/login/provider", "POST /api/v1/login/back-channel"}
    assert anonymous == {"POST /api/v1/session", "PUT /media/put/{key}"} | nodes | provider
    for name, one in operations(document):
        if "security" in one:
            assert one["x-role"] in {"own", "viewer", "operator", "admin"}, name
            assert ("csrf" in one["security"][0]) == (not name.startswith("GET ")), name


def test_every_post_but_those_of_logins_may_be_sent_again_under_a_key(document: dict[str, Any]) -> None:
    posts = {name: one for name, one in operations(document) if name.startswith("POST ")}
    assert len(posts) > 20
    without = set()
    for name, one in posts.items():
        keys = [given for given in one.get("parameters", ()) if given["name"] == "Idempotency-Key"]
        if not keys:
            without.add(name)
            continue
        assert [(given["in"], given["required"]) for given in keys] == [("header", False)], name
        assert "409" in one["responses"], name
    logins = {"/session", "/session/password", "/session/proof", "/users", "/users/{name}/code"}
    logins |= {"/keys"} | {f"/session/factor{part}" for part in ("", "/confirm", "/codes", "/off")}
    logins |= {"/login/provider", "/login/back-channel", "/session/proof/provider"}
    nodes = {"/enrolment", "/enrolment/renewal", "/invitations"}
    assert without == {f"POST /api/v1{path}" for path in logins | nodes}


def test_every_edit_may_say_with_which_state_it_began(app: FastAPI, document: dict[str, Any]) -> None:
    for method, path, route in api_routes(app):
        if method in {"PUT", "PATCH"} and path.startswith("/api"):
            body = inspect.getsource(route.endpoint)
            assert any(look in body for look in ("edit(request, ", "begun_with", "expected_version(")), (
                f"{method} {path} does not look at If-Match"
            )
    edits = {name: one for name, one in operations(document) if name.startswith(("PUT /api", "PATCH /api"))}
    assert len(edits) >= 7
    for name, one in edits.items():
        assert "If-Match" in [given["name"] for given in one.get("parameters", ())], name
        assert "412" in one["responses"], name


def test_every_body_has_an_example_that_the_route_takes(app: FastAPI, document: dict[str, Any]) -> None:
    walked, faults = 0, []
    for method, path, route in api_routes(app):
        if route.body_field is None:
            continue
        body = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
        walked += 1
        adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", route.body_field.field_info.annotation))
        try:
            adapter.validate_json(json.dumps(body["example"]))
        except ValidationError as fault:
            faults.append(f"{method} {path}: {body['example']}: {fault}")
    assert faults == []
    assert walked > 20
