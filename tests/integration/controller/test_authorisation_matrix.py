"""Every route, by every kind of person, about every camera: let through or refused as the route itself declares."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import WebSocketRoute

from controller.api.auth import COOKIE, need_of, needs, touch_of
from controller.api.described import example_of
from controller.api.server import PREFIX, api_routes
from controller.core.access import allows
from controller.core.grants import RIGHTS
from controller.core.node_settings import NodeAnswer
from scripts.openapi import openapi
from shared.clock import SystemClock
from shared.mint import uuid7
from tests.fakes.asgi_socket import AsgiSocket, Closed
from tests.fakes.two_cameras import HIDDEN, KEPT, SECRET, Known, fill
from tests.integration.controller.conftest import Served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
SAFE = {"GET", "HEAD"}
ONE_BY_ONE = {f"{PREFIX}/alarms/acts", f"{PREFIX}/review/marks"}
"""What tells of each thing that was named whether it is there."""
ENDS = {("DELETE", f"{PREFIX}/session"), ("DELETE", f"{PREFIX}/sessions"), ("POST", f"{PREFIX}/session/password")}
"""What ends the session that asks: asked by itself in the tests of sessions."""
OTHERS = re.compile(rf"{PREFIX}/(exports|holds|layouts)/{{\w+}}(/cancel|/release|/release-request)?")
"""What only whose it is may change, or an administrator: everything here is an administrator's."""
OWN = {f"{PREFIX}/layouts", f"{PREFIX}/search/saved", f"{PREFIX}/notify/destinations"}
"""What is the caller's own, whatever cameras it names: it shows nothing of them."""


@dataclass(frozen=True)
class Person:
    """A kind of caller: a user of the site, and what they were given by camera."""

    name: str
    user: str | None
    role: str = ""
    rights: tuple[str, ...] | None = None  # to the kept camera alone
    fresh: bool = False

    def has(self, right: str) -> bool:
        """Whether to any camera at all."""
        return right in (OF_ROLE[self.role] if self.rights is None else self.rights)


OF_ROLE: dict[str, set[str]] = {
    "viewer": {"view", "playback", "clear"},
    "operator": {"view", "playback", "export", "clear"},
    "admin": {*RIGHTS},
}
"""What the manual says that a role may do with every camera."""
PEOPLE = (
    Person("nobody", None),
    Person("who must set a password", "fresh", "admin", fresh=True),
    Person("viewer", "viewer", "viewer"),
    Person("operator", "operator", "operator"),
    Person("operator who may look at one camera", "operator", "operator", ("view",)),
    Person("operator with every right to one camera", "operator", "operator", tuple(RIGHTS)),
    Person("administrator", "admin", "admin"),
)


@dataclass(frozen=True)
class Cell:
    """One route, asked by one kind of person about one camera."""

    method: str
    path: str
    person: Person
    camera: str


def expected(cell: Cell, need: str, touch: str | None) -> str:
    """`stranger`, `role`, `right`, `hidden` or `open`, from what the route says of itself and nothing else."""
    person = cell.person
    limited = person.rights is not None
    if person.user is None or need == "nobody":
        return "open" if need == "nobody" else "stranger"
    if not allows(person.role, need, first="password" if person.fresh else None):  # type: ignore[arg-type]  # it is one of them
        return "role"
    if (touch == "site" and limited) or (touch in RIGHTS and not person.has(str(touch))):
        return "right"
    return "hidden" if touch in RIGHTS and limited and cell.camera == HIDDEN else "open"


TOLD = {
    "stranger": {(401, "log_in_first")},
    "role": {(403, "needs_role"), (403, "set_password_first")},
    "right": {(403, "needs_right"), (403, "needs_all_cameras")},
}
ADMITTED = {"log_in_first", "needs_role", "set_password_first", "csrf", "foreign_origin"}
"""None of these is told to who is let through."""


def fault(cell: Cell, answer: httpx.Response, wanted: str, *, named: bool) -> str | None:
    """What is wrong with an answer, if anything is."""
    status = answer.status_code
    code = answer.json().get("said", {}).get("code") if "problem" in answer.headers.get("content-type", "") else None
    if status >= 500 and status not in {503, 504}:
        return f"broke with {status}"
    if wanted in TOLD:
        return None if (status, code) in TOLD[wanted] else f"{status} {code}"
    if wanted == "hidden":
        shown = named and status < 300 and cell.path not in ONE_BY_ONE | OWN
        return f"{status}, of what is hidden" if shown or SECRET in answer.text.replace(HIDDEN, "…") else None
    others = cell.method not in SAFE and OTHERS.fullmatch(cell.path) is not None
    return f"{status} {code}" if code in ADMITTED - ({"needs_role"} if others else set()) else None


class Asking:
    """Makes the request of a cell from the application's own description."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._paths = openapi("0")["paths"]
        self._schemas = openapi("0")["components"]["schemas"]
        self._known = known
        self._now_ms = SystemClock().unix_ms()

    def request(self, cell: Cell) -> tuple[str, Any, bool]:
        """The address, the body, and whether the camera is named by either."""
        known = self._known[cell.camera]
        operation = self._paths[cell.path][cell.method.lower()]
        given = {"camera": cell.camera, "node": cell.camera.partition(".")[0], "name": "viewer", "version": "1"}
        path = re.sub(r"{(\w+)}", lambda match: given.get(match[1], known.ids.get(match[1], uuid7())), cell.path)
        asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        span = {"from_ms": self._now_ms - 600_000, "to_ms": self._now_ms - 590_000}
        query: dict[str, Any] = {name: span[name] for name in asked if name in span}
        query |= {"camera": cell.camera} if "camera" in asked else {}
        query |= {"region": "0.1,0.1 0.9,0.1 0.5,0.9"} if "region" in asked else {}
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        body = None if content is None else self._about(example_of(content["schema"], self._schemas), known)
        named = any(word in cell.path for word in known.ids if f"{{{word}}}" in cell.path)
        named = named or "{camera}" in cell.path or HIDDEN in json.dumps(body)
        return str(httpx.URL(path, params=query)), body, named

    def _about(self, example: Any, known: Known) -> Any:
        text = json.dumps(example).replace("gate.yard", known.camera)
        found: Any = json.loads(text.replace("01963f2e-7c1a-7000-8000-0123456789ab", known.ids["alarm"]))
        return found


@pytest.fixture
async def known(served: Served) -> dict[str, Known]:
    served.orders.answers["snapshot"] = NodeAnswer(ok=False, reason="no", result=None, media_type="", data=b"")
    for name in ("yard", SECRET):
        await served.objects.put(f"pictures/{name}.jpg", b"jpeg", "image/jpeg")
    return {camera: await fill(served.database, camera, n + 1) for n, camera in enumerate((KEPT, HIDDEN))}


@asynccontextmanager
async def as_person(served: Served, person: Person) -> AsyncIterator[httpx.AsyncClient]:
    if person.rights is not None:
        async with served.client("admin") as admin:
            grants = {"cameras": {KEPT: list(person.rights)}}
            answer = await admin.put(f"{PREFIX}/users/{person.user}/grants", json=grants)
            assert answer.status_code == 200, answer.text
    async with served.client(person.user) as client:
        yield client


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name.replace(" ", "-"))
async def test_every_cell(served: Served, known: dict[str, Known], person: Person) -> None:
    asking, wrong, asked = Asking(known), [], dict.fromkeys(("stranger", "role", "right", "hidden", "open"), 0)
    async with as_person(served, person) as client:
        for (method, path, route), camera in product(api_routes(served.app), (HIDDEN, KEPT)):
            need = need_of(route.endpoint)
            assert need is not None, f"{method} {path} does not say whom it is for"
            if (method, path) in ENDS or (person.role == "admin" and method not in SAFE and not person.fresh):
                continue
            cell = Cell(method, path, person, camera)
            wanted = expected(cell, need, touch_of(route.endpoint))
            url, body, named = asking.request(cell)
            answer = await client.request(method, url, json=body)
            asked[wanted] += 1
            told = fault(cell, answer, wanted, named=named)
            if told is not None:
                wrong.append(f"{method} {url} {json.dumps(body)[:150]}: {wanted}, and got {told}")
    assert wrong == [], "\n".join(wrong)
    assert sum(asked.values()) > 100, asked


async def test_an_administrator_is_let_through_everywhere(served: Served, known: dict[str, Known]) -> None:
    asking, wrong = Asking(known), []
    for method, path, _ in api_routes(served.app):
        if (method, path) in ENDS:
            continue
        async with served.client("admin") as admin:
            url, body, _ = asking.request(Cell(method, path, PEOPLE[-1], KEPT))
            answer = await admin.request(method, url, json=body)
            told = fault(Cell(method, path, PEOPLE[-1], KEPT), answer, "open", named=True)
            wrong += [] if told is None else [f"{method} {url}: {told}"]
    assert wrong == [], "\n".join(wrong)


def test_every_route_says_whom_it_is_for_and_what_it_touches(served: Served) -> None:
    silent = [f"{method} {path}" for method, path, route in api_routes(served.app) if need_of(route.endpoint) is None]
    touches = [
        f"{method} {path}"
        for method, path, route in api_routes(served.app)
        if need_of(route.endpoint) not in {"nobody", "own"} and touch_of(route.endpoint) is None
    ]
    assert (silent, touches) == ([], [])


def sockets(app: FastAPI) -> set[str]:
    """The paths of every WebSocket of the application."""
    found = iter_route_contexts(app.routes)
    return {one.path_format or "" for one in found if isinstance(one.original_route, WebSocketRoute)}


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("user", [None, "fresh", "operator"])
async def test_every_socket_refuses_strangers_and_who_may_not_see_the_camera(served: Served, user: str | None) -> None:
    person = next(one for one in PEOPLE if one.user == user and (one.rights is not None or user != "operator"))
    async with as_person(served, person) as client:
        cookie = f"{COOKIE}={client.cookies.get(COOKIE, 'none')}"
    headers = {"host": "127.0.0.1", "origin": "http://127.0.0.1", "cookie": cookie}
    asked = 0
    for path in sorted(sockets(served.app)):
        if user == "operator" and "{camera}" not in path:
            continue  # it tells of what they see
        place = path.format(camera=HIDDEN, quality="main", ticket="x" * 32)
        async with AsgiSocket(served.app, place, headers) as socket:
            with pytest.raises(Closed):
                await socket.receive()
        asked += 1
    assert asked >= 5


async def test_a_route_that_says_nothing_answers_nobody(served: Served) -> None:
    router = APIRouter()

    @router.get("/api/v1/silent")
    async def silent() -> str:
        return "told"

    @router.get("/api/v1/loud")
    @needs("viewer", "none")
    async def loud() -> str:
        return "told"

    served.app.include_router(router)
    served.app.router.routes.insert(0, served.app.router.routes.pop())
    async with served.client("admin") as admin:
        answers = [await admin.get(f"{PREFIX}/{path}") for path in ("silent", "loud")]
    assert [answer.status_code for answer in answers] == [403, 200]
