"""Which methods a path of the API takes: what is asked otherwise is told so, and not that there is nothing."""

import re
from collections.abc import Iterable
from functools import lru_cache

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from controller.api.auth import need_of


def methods_at(routes: Iterable[BaseRoute], path: str) -> tuple[tuple[str, ...], bool]:
    """The methods of the described routes whose form `path` has, in order, and whether one of them asks for no login.

    None where there is no such path. Where several forms fit, the one with the fewest parameters is meant.
    """
    found: dict[int, set[str]] = {}
    open_to_all: dict[int, bool] = {}
    for context in iter_route_contexts(tuple(routes)):
        route, form = context.original_route, context.path_format or ""
        if isinstance(route, APIRoute) and route.include_in_schema and _form(form).fullmatch(path):
            count = form.count("{")
            found.setdefault(count, set()).update(context.methods or ())
            open_to_all[count] = open_to_all.get(count, False) or need_of(route.endpoint) == "nobody"
    if not found:
        return (), False
    return tuple(sorted(found[min(found)])), open_to_all[min(found)]


@lru_cache(maxsize=1_000)
def _form(path_format: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", path_format)
    return re.compile("[^/]+".join(map(re.escape, parts)))
