"""A POST under a key is done once, whatever the network does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import Message

from controller.api.auth import Guard
from controller.api.errors import add_error_handlers
from controller.api.idempotency import Idempotency
from controller.core.repeats import MOST_BYTES, Answered
from controller.errors import Conflict, Missing, TooOften
from shared.errors import Rejected, Transient
from shared.texts import say

PATH = "/api/v1/things"


class Kept:
    """Answers in memory."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], tuple[str, Answered | None]] = {}
        self.away = False

    async def claim(self, who: str, key: str, asked: str) -> Answered | None:
        if (who, key) not in self.known:
            self.known[who, key] = asked, None
            return None
        before, answered = self.known[who, key]
        if before != asked:
            raise Rejected("Idempotency-Key", say("key_used"))
        if answered is None:
            raise Conflict("Idempotency-Key", say("busy"))
        return answered

    async def keep(self, who: str, key: str, answered: Answered) -> None:
        if self.away:
            raise Transient("database: locked")
        self.known[who, key] = self.known[who, key][0], answered

    async def release(self, who: str, key: str) -> None:
        if self.away:
            raise Transient("database: locked")
        self.known.pop((who, key), None)


class Someone:
    """Kim, as long as the token fits."""

    role = "operator"
    given: Mapping[str, frozenset[str]] | None = None
    fast = False

    async def changer(self, request: Request) -> Any:
        if self.fast:
            raise TooOften("rate", say("too_often"), 3)
        account = SimpleNamespace(name="kim", role=self.role, given=self.given)
        return SimpleNamespace(account=account) if request.headers.get("x-csrf-token") == "t" else None


class World:
    """An API that makes things."""

    def __init__(self) -> None:
        self.made: list[Any] = []
        self.kept, self.guard = Kept(), Someone()
        self.wait = asyncio.Event()
        self.wait.set()
        self.app = app = FastAPI()
        add_error_handlers(app)
        app.add_middleware(Idempotency, guard=cast("Guard", self.guard), answers=self.kept)

        @app.post(PATH)
        async def make(request: Request) -> JSONResponse:
            await self.wait.wait()
            body = await request.json()
            if body.get("bad"):
                raise Missing("thing", say("unknown", key="x"))
            if body.get("broken"):
                raise RuntimeError("ours")
            self.made.append(body)
            big = "x" * MOST_BYTES if body.get("big") else ""
            return JSONResponse({"number": len(self.made), "big": big}, 201)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"x-csrf-token": "t"}) as client:
            yield client


@pytest.fixture
def world() -> World:
    return World()


def key(value: str = "k1") -> dict[str, str]:
    return {"Idempotency-Key": value}


def asked() -> dict[str, Any]:
    """A request under the key k1 as a server gives it, for who wants to see each message of the answer."""
    headers = [(b"idempotency-key", b"k1"), (b"x-csrf-token", b"t")]
    return {"type": "http", "method": "POST", "path": PATH, "headers": headers, "query_string": b"", "root_path": ""}


async def test_the_second_is_given_the_answer_of_the_first(world: World) -> None:
    async with world.client() as client:
        first = await client.post(PATH, json={"a": 1}, headers=key())
        again = await client.post(PATH, json={"a": 1}, headers=key())
        assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
        assert again.headers["content-type"] == "application/json"
        assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
        other = await client.post(PATH, json={"a": 2}, headers=key())
        assert (other.status_code, other.headers["content-type"]) == (422, "application/problem+json")
        assert other.json()["field"] == "Idempotency-Key"
        await client.post(PATH, json={"a": 2}, headers=key("k2"))
        await client.post(PATH, json={"a": 2})
    assert world.made == [{"a": 1}, {"a": 2}, {"a": 2}]


async def test_two_at_once_are_made_once(world: World) -> None:
    world.wait.clear()
    async with world.client() as client:
        first = asyncio.create_task(client.post(PATH, json={}, headers=key()))
        while not world.kept.known:
            await asyncio.sleep(0)
        second = await client.post(PATH, json={}, headers=key())
        assert (second.status_code, second.json()["field"]) == (409, "Idempotency-Key")
        world.wait.set()
        assert (await first).status_code == 201
    assert len(world.made) == 1


@pytest.mark.parametrize(("body", "status"), [({"bad": 1}, 404), ({"broken": 1}, 500), ({"big": 1}, 201)])
async def test_what_was_not_done_or_is_too_much_is_not_kept(world: World, body: dict[str, int], status: int) -> None:
    async with world.client() as client:
        for _ in range(2):
            assert (await client.post(PATH, json=body, headers=key())).status_code == status
    assert world.kept.known == {}


async def test_what_was_done_is_told_once_and_not_done_again_where_nobody_could_note_it(world: World) -> None:
    heard: list[Message] = []

    async def hear(message: Message) -> None:
        heard.append(message)

    async def ask(body: bytes) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await world.app(asked(), receive, hear)

    world.kept.away = True
    for body, statuses in ((b'{"a": 1}', [201, 409]), (b'{"a": 2}', [422])):
        for status in statuses:
            heard.clear()
            await ask(body)
            assert [one["type"] for one in heard] == ["http.response.start", "http.response.body"]
            assert heard[0]["status"] == status
    assert world.made == [{"a": 1}]


async def test_who_hears_that_it_was_done_is_never_made_to_do_it_again(world: World) -> None:
    async def deaf(_: Message) -> None:
        assert world.kept.known["kim", "k1"][1] is not None, "kept before it is told"
        raise OSError("gone")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    with pytest.raises(OSError, match="gone"):
        await world.app(asked(), receive, deaf)
    async with world.client() as client:
        again = await client.post(PATH, content=b"{}", headers=key())
    assert (again.status_code, again.headers["idempotency-replayed"], world.made) == (201, "true", [{}])


async def test_who_is_not_known_is_told_so_by_the_route_and_nothing_is_kept(world: World) -> None:
    async with world.client() as client:
        await client.post(PATH, json={}, headers={**key(), "x-csrf-token": "stolen"})
        assert world.kept.known == {}
        world.guard.fast = True
        slow = await client.post(PATH, json={}, headers=key())
        assert (slow.status_code, slow.headers["retry-after"]) == (429, "3")
        world.guard.fast = False
        bad = await client.post(PATH, json={}, headers=key("with space"))
        assert bad.status_code == 422


@pytest.mark.parametrize("changed", [{"role": "viewer"}, {"given": {}}, {"given": {"gate.yard": frozenset({"view"})}}])
async def test_someone_whose_rights_have_changed_is_not_given_the_old_answer(
    world: World, changed: dict[str, Any]
) -> None:
    async with world.client() as client:
        await client.post(PATH, json={}, headers=key())
        for field, value in changed.items():
            setattr(world.guard, field, value)
        assert (await client.post(PATH, json={}, headers=key())).status_code == 422
