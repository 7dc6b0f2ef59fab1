"""The REST API as one OpenAPI document, from the routes themselves; nothing is started."""

from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from controller.api.deps import Parts
from controller.api.server import build_api, openapi_document
from controller.core.callers import EVERYBODY


class _Unused:
    """Stands where a part would: describing routes calls none of them, only FastAPI looks at the guard's check."""

    async def check(self) -> None:
        raise NotImplementedError


def unwired_api(version: str) -> FastAPI:
    """The application with every route, and nothing behind them."""
    given: dict[str, Any] = {field.name: _Unused() for field in fields(Parts)}
    plain = {"site": "", "demo": False, "version": version, "secure": False, "dashboard": Path("absent")}
    plain["callers"] = EVERYBODY
    return build_api(Parts(**(given | plain)))


@cache
def openapi(version: str) -> dict[str, Any]:
    """The document for docs/reference and for the dashboard's types; not to be changed."""
    return openapi_document(unwired_api(version))
