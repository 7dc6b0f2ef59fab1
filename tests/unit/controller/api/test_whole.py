"""Every whole number that a request may hold has bounds that its column keeps, and in a body it is no flag."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError

from controller.api.server import api_routes
from controller.api.whole import COLUMN_MAX
from scripts.openapi import openapi, unwired_api

_WIDE = ("_ms", "from", "to", "after")
"""Times in milliseconds, and a node's line number: kept in wide columns or in none."""
_SAFE = 2**53


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return unwired_api("0")


def _whole(name: str, schema: dict[str, Any], known: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "integer" and "enum" not in schema:
        yield name, schema
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("prefixItems", ())):
        yield from _whole(name, inner, known)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        yield from _whole(name, inner, known) if isinstance(inner, dict) else ()
    for inner_name, inner in schema.get("properties", {}).items():
        yield from _whole(inner_name, inner, known)


def test_every_whole_number_of_a_request_has_bounds() -> None:
    document: dict[str, Any] = openapi("0")
    known = document["components"]["schemas"]
    seen, faults = 0, []
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            asked = [(given["name"], given["schema"]) for given in one.get("parameters", ())]
            asked += [("", content["schema"]) for content in one.get("requestBody", {}).get("content", {}).values()]
            for name, schema in (found for given in asked for found in _whole(*given, known)):
                seen += 1
                most = _SAFE if name.endswith(_WIDE) else COLUMN_MAX
                if not -most <= schema.get("minimum", -most - 1) <= schema.get("maximum", most + 1) <= most:
                    faults.append(f"{method} {path}: {name} {schema}")
    assert faults == []
    assert seen > 50


def _models(found: object) -> Iterator[type[BaseModel]]:
    if isinstance(found, type) and issubclass(found, BaseModel):
        yield found
        for field in found.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(found):
        yield from _models(inner)


def test_no_whole_number_of_a_body_is_a_flag_a_text_or_a_fraction(app: FastAPI) -> None:
    bodies = [route.body_field.field_info.annotation for _, _, route in api_routes(app) if route.body_field]
    seen, faults = 0, []
    for model in {model for body in bodies for model in _models(body)}:
        schema = TypeAdapter(model).json_schema()
        for name, inner in schema["properties"].items():
            if "integer" not in {one.get("type") for one in (inner, *inner.get("anyOf", ()))}:
                continue
            seen += 1
            for wrong in (True, "1", 1.0):
                try:
                    model.model_validate({name: wrong})
                except ValidationError as fault:
                    if ((name,), "int_type") in {(one["loc"], one["type"]) for one in fault.errors()}:
                        continue
                faults.append(f"{model.__name__}.{name} takes {wrong!r}")
    assert faults == []
    assert seen > 20
