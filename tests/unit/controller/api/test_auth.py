"""Whoever asks too fast is told until when to wait, each session by itself; others are not held up."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from fastapi import Depends, FastAPI

from controller.api.auth import COOKIE, CSRF_HEADER, Guard, needs
from controller.api.errors import add_error_handlers
from controller.core.grants import Given
from controller.core.rate import CHANGES, READS, STRANGERS
from controller.ports import Login
from controller.ports.access import Held
from tests.fakes.site import HandClock


@dataclass
class Person:
    """A viewer that may log in."""

    name: str
    role: str = "operator"
    enabled: bool = True
    must_set_password: bool = False
    session_epoch: int = 0
    second_factor: bool = False
    password_hash: str | None = None
    given: Given | None = None
    issuer: str | None = None


class Doors:
    """Sessions and people: every cookie is a session of its own."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock

    def read_session(self, cookie: str | None) -> Login | None:
        return None if not cookie else Login("kim", cookie, cookie, self.clock.now() + timedelta(hours=1))

    async def holder(self, login: Login) -> Held:
        return Held(Person(login.username), self.clock.now())


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def app(clock: HandClock) -> FastAPI:
    doors = cast("Any", Doors(clock))
    guard = Guard(doors, doors, clock, timedelta(hours=1), secure=False)
    app = FastAPI(dependencies=[Depends(guard.check)])
    add_error_handlers(app)

    @app.get("/")
    @needs("viewer")
    async def read() -> str:
        return "well"

    @app.post("/")
    @needs("viewer")
    async def change() -> str:
        return "done"

    return app


def client(app: FastAPI, cookie: str = "") -> httpx.AsyncClient:
    headers = {CSRF_HEADER: cookie} if cookie else {}
    cookies = {COOKIE: cookie} if cookie else {}
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers, cookies=cookies)


async def test_a_session_that_asks_too_fast_waits_and_another_does_not(app: FastAPI, clock: HandClock) -> None:
    async with client(app, "one") as one, client(app, "two") as two:
        for _ in range(CHANGES.burst):
            assert (await one.post("/")).status_code == 200
        slow = await one.post("/")
        assert slow.status_code == 429
        assert slow.headers["content-type"] == "application/problem+json"
        assert slow.json()["said"] == {"code": "too_often", "params": {}}
        assert (await two.post("/")).status_code == 200
        assert (await one.get("/")).status_code == 200, "it may read on"
        clock.at_ms += 1000 * int(slow.headers["retry-after"])
        assert (await one.post("/")).status_code == 200


async def test_a_stranger_is_bounded_by_address(app: FastAPI) -> None:
    async with client(app) as nobody, client(app, "one") as one:
        found = [(await nobody.get("/")).status_code for _ in range(STRANGERS.burst + 1)]
        assert (set(found[:-1]), found[-1]) == ({401}, 429)
        assert (await one.get("/")).status_code == 200
    assert READS.burst > STRANGERS.burst
