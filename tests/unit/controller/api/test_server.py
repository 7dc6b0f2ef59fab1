"""Every route says whom it is for and what it does with cameras; by role and camera it lets through just that."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.requests import Request

from controller.api.auth import Guard, need_of, needs, pictures_of, sight_of, touch_of
from controller.api.deps import Parts
from controller.api.server import build_api
from controller.core.access import ROLES, allows
from controller.core.callers import EVERYBODY
from controller.core.grants import EVERYTHING, NOTHING, RIGHTS, Given, may
from controller.errors import Refused
from controller.ports import Login
from controller.ports.access import Held
from controller.ports.looking import LOOKING, looking
from scripts.openapi import _Unused
from tests.fakes.site import HandClock

CAMERAS = ("gate.yard", "gate.door", "shed.attic")
GIVEN: tuple[Given | None, ...] = (
    None,
    {},
    {"gate.yard": ["view"]},
    {"gate.yard": ["view", "playback"], "shed": ["view", "export"]},
    {"gate": RIGHTS},
    {"gate.yard": ["view", "playback", "clear"], "shed": ["view", "clear", "export"]},
)


@pytest.fixture(scope="module")
def routes() -> list[tuple[str, Any]]:
    given: dict[str, Any] = {field.name: _Unused() for field in fields(Parts)}
    plain = {
        "site": "",
        "demo": False,
        "version": "0",
        "secure": False,
        "dashboard": Path("absent"),
        "callers": EVERYBODY,
    }
    app = build_api(Parts(**(given | plain)))
    return list(_routes(app))


def _routes(app: FastAPI) -> Iterator[tuple[str, Any]]:
    for found in iter_route_contexts(app.routes):
        route = found.original_route
        if isinstance(route, APIRoute | APIWebSocketRoute):
            yield f"{sorted(found.methods or ['WS'])} {found.path_format or route.path}", route.endpoint


def test_every_route_says_whom_it_is_for_and_what_it_touches(routes: list[tuple[str, Any]]) -> None:
    assert len(routes) > 90
    assert [name for name, endpoint in routes if need_of(endpoint) is None or touch_of(endpoint) is None] == []
    for name, endpoint in routes:
        assert touch_of(endpoint) in {*RIGHTS, "site", "none"}, name
        if any(word in name for word in ("{camera}", "{alarm}", "{event}", "{occurrence}", "/feed", "/ws")):
            assert touch_of(endpoint) in RIGHTS or "/live/push" in name, name


@dataclass
class Person:
    """Somebody who may log in."""

    name: str
    role: str
    given: Given | None
    enabled: bool = True
    must_set_password: bool = False
    session_epoch: int = 0
    second_factor: bool = False
    password_hash: str | None = None
    issuer: str | None = None


class Doors:
    """Everybody is the one person."""

    def __init__(self, person: Person, clock: HandClock) -> None:
        self.person, self.clock = person, clock

    def read_session(self, cookie: str | None) -> Login | None:
        return Login("kim", cookie or "", "", self.clock.now() + timedelta(hours=1))

    async def holder(self, login: Login) -> Held:
        del login
        return Held(self.person, self.clock.now())


async def ask(guard: Guard, endpoint: object) -> Request:
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"a")], "query_string": b"",
        "endpoint": endpoint, "state": {},
    }  # fmt: skip
    request = Request(scope)
    await guard.check(request)
    return request


async def test_by_role_and_camera_each_route_sees_what_it_was_made_for(routes: list[tuple[str, Any]]) -> None:
    """The matrix: each route as each role with each kind of grants, camera by camera."""
    clock, cells = HandClock(), 0
    kinds = {(need_of(one), touch_of(one), pictures_of(one)): one for _, one in routes}
    for (need, touch, pictures), endpoint in kinds.items():
        for role, given in product(ROLES, GIVEN):  # roles alone see no clear pictures here
            doors = cast("Any", Doors(Person("kim", role, given), clock))
            guard = Guard(doors, doors, clock, timedelta(hours=1), secure=False)
            allowed = need == "nobody" or allows(role, cast("Any", need))
            seen = {one for one in CAMERAS if may(role, given, str(touch), one)}
            if pictures == "clear":
                seen &= {one for one in CAMERAS if may(role, given, "clear", one)}
            whole = role == "admin" or given is None
            with looking(NOTHING):
                try:
                    sight = sight_of(await ask(guard, endpoint))
                except Refused:
                    closed = (touch == "site" and not whole) or (touch in RIGHTS and not seen)
                    assert not allowed or closed, (need, touch, role, given)
                    assert LOOKING.get() == NOTHING
                    continue
                assert allowed, (need, touch, role, given)
                assert LOOKING.get() == sight
            expected = set(CAMERAS) if touch == "site" else seen if touch in RIGHTS and need != "nobody" else set()
            assert {one for one in CAMERAS if sight.sees(one)} == expected, (need, touch, role, given)
            cells += len(CAMERAS)
    assert cells > 200


async def test_a_route_that_says_nothing_sees_no_camera() -> None:
    @needs("viewer")
    async def forgotten() -> None: ...

    clock = HandClock()
    doors = cast("Any", Doors(Person("kim", "admin", None), clock))
    with looking(EVERYTHING):
        assert sight_of(await ask(Guard(doors, doors, clock, timedelta(hours=1), secure=False), forgotten)) == NOTHING
        assert LOOKING.get() == NOTHING
    assert sight_of(cast("Any", SimpleNamespace(state=SimpleNamespace()))) == NOTHING
