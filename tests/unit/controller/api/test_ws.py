"""The socket: what was asked for and nothing else, what was missed first, and every message looked at."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI

from controller.api.ws import ws_routes
from controller.core.grants import EVERYTHING
from controller.flows.follow import FeedFollower
from controller.ports import State
from tests.fakes.asgi_socket import AsgiSocket, Closed
from tests.fakes.verifier import QuickBell

ROWS: list[State] = [
    {"id": 11, "kind": "event", "data": {"camera": "gate.yard", "n": 1}},
    {"id": 12, "kind": "event", "data": {"camera": "gate.door", "n": 2}},
    {"id": 13, "kind": "alarm", "data": {"camera": "gate.yard", "cameras": []}},
    {"id": 14, "kind": "event", "data": {"camera": "gate.yard", "n": 3}},
]


class Rows:
    """A feed that forgot what was before its first row."""

    async def after(self, last_id: int, limit: int = 200) -> list[State]:
        return [row for row in ROWS if row["id"] > last_id][:limit]

    async def bounds(self) -> tuple[int, int]:
        return ROWS[0]["id"], ROWS[-1]["id"]

    async def cursor(self, name: str) -> int | None:
        raise NotImplementedError(name)

    async def move_cursor(self, name: str, feed_id: int) -> None:
        raise NotImplementedError(name, feed_id)


class Guard:
    """Lets a viewer in, while `open`."""

    def __init__(self) -> None:
        self.open = True
        self.sight = EVERYTHING

    async def viewer_of(self, socket: object) -> object:
        del socket
        account = SimpleNamespace(role="viewer")
        return SimpleNamespace(account=account, sight=lambda: self.sight) if self.open else None


@pytest.fixture
def guard() -> Guard:
    return Guard()


@pytest.fixture
def follower() -> FeedFollower:
    return FeedFollower(Rows(), QuickBell())


@pytest.fixture
def app(guard: Guard, follower: FeedFollower) -> FastAPI:
    app = FastAPI()
    app.include_router(ws_routes(cast("Any", SimpleNamespace(guard=guard, feed=follower, recheck_s=0.05))))
    return app


async def subscribed(socket: AsgiSocket, **asked: Any) -> dict[str, Any]:
    socket.send(json.dumps({"op": "subscribe", "topics": ["event"], **asked}))
    found: dict[str, Any] = await socket.receive()
    assert found["kind"] == "subscribed"
    return cast("dict[str, Any]", found["data"])


async def test_what_was_missed_comes_first_and_only_of_the_cameras_asked_for(app: FastAPI) -> None:
    async with AsgiSocket(app, "/ws") as socket:
        assert await socket.receive() == {"id": 14, "kind": "hello", "data": None}
        assert await subscribed(socket, id="a", cameras=["gate.yard"], since=10) == {"of": "a", "stale": False}
        assert [(await socket.receive())["id"] for _ in range(2)] == [11, 14]
        assert await subscribed(socket, since=3) == {"of": "", "stale": True}, "too much is forgotten"
        assert (await subscribed(socket, since=99))["stale"], "an id of another database"


async def test_what_happens_is_told_until_it_is_taken_back(app: FastAPI, follower: FeedFollower) -> None:
    async with AsgiSocket(app, "/ws") as socket:
        await socket.receive()
        await subscribed(socket, topics=["zone"], cameras=["gate.yard"])
        follower.pass_on("zone", {"camera": "gate.door"})
        follower.pass_on("zone", {"camera": "gate.yard", "n": 1})
        assert (await socket.receive())["data"] == {"camera": "gate.yard", "n": 1}
        socket.send('{"op": "unsubscribe", "topics": ["zone"]}')
        assert (await socket.receive())["kind"] == "unsubscribed"
        follower.pass_on("zone", {"camera": "gate.yard", "n": 2})
        assert (await subscribed(socket))["stale"] is False, "nothing of it came between"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "message"),
        ("[]", "message"),
        ('{"op": "shout"}', "message"),
        ('{"op": "subscribe", "topics": ["secrets"]}', "topics.0"),
        ('{"op": "subscribe", "topics": []}', "topics"),
        ('{"op": "subscribe", "topics": ["alarm"], "cameras": ["../x"]}', "cameras.0"),
        ('{"op": "subscribe", "topics": ["alarm"], "more": 1}', "more"),
        ('{"op": "subscribe", "topics": ["alarm"], "since": -1}', "since"),
        ("x" * 20_000, "message"),
    ],
)
async def test_a_message_that_is_none_is_refused_and_the_socket_lives(app: FastAPI, text: str, field: str) -> None:
    async with AsgiSocket(app, "/ws") as socket:
        await socket.receive()
        socket.send(text)
        found = await socket.receive()
        assert (found["kind"], found["data"]["field"]) == ("refused", field)
        assert (await subscribed(socket))["stale"] is False


async def ended(socket: AsgiSocket) -> int:
    """The code by which the socket ends, whatever comes before."""
    try:
        while True:
            await socket.receive()
    except Closed as closed:
        return closed.code


async def test_who_goes_on_sending_nonsense_is_cut_and_so_is_who_was_shut_out(app: FastAPI, guard: Guard) -> None:
    async with AsgiSocket(app, "/ws") as socket:
        for _ in range(20):
            socket.send("?")
        assert await ended(socket) == 4400
    async with AsgiSocket(app, "/ws") as socket:
        await socket.receive()
        guard.open = False
        assert await ended(socket) == 4401
    async with AsgiSocket(app, "/ws") as socket:
        assert await ended(socket) == 4401
