"""A controller by script: acknowledges facts, grants uploads to a small HTTP store, and can be made to fail."""

import asyncio
import hashlib
import threading
from collections import Counter, deque
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.commands import Command, Reply
from shared.messages import (
    Ack,
    AckItem,
    ControllerStatus,
    EventFact,
    Grant,
    LedgerFact,
    NodeHealth,
    NodeStatus,
    RunFact,
    TamperFact,
)
from shared.mint import uuid7
from shared.topics import ACK, COMMAND, CONTROLLER_STATUS, FACT, HEALTH, REPLY, STATUS

AnyFact = EventFact | RunFact | LedgerFact | TamperFact


class PutStore:
    """Objects by path; `faults` are status codes answered first."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.accepted: Counter[str] = Counter()
        self.faults: deque[int] = deque()
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    self.close_connection = True
                    return
                self.send_response(store.take(self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, path: str, body: bytes) -> int:
        if self.faults:
            return self.faults.popleft()
        if path in self.objects:
            return 412
        self.objects[path] = body
        self.accepted[path] += 1
        return 200

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class ScriptedController:
    """One node's controller, as far as the node can tell."""

    def __init__(self, host: str, port: int, password: str, store: PutStore, node: str = "n1") -> None:
        self.store = store
        self.node = node
        self.facts: dict[str, AnyFact] = {}
        self.deliveries: Counter[str] = Counter()
        self.statuses: list[NodeStatus] = []
        self.healths: list[NodeHealth] = []
        self.replies: dict[str, Reply] = {}
        self.mute = False
        self._clock = SystemClock()
        self._session = Session(BrokerAddress(host, port, f"controller-test-{uuid7()}", "controller", password))
        self._session.listen(FACT, self._fact)
        self._session.listen(STATUS, self._status)
        self._session.listen(HEALTH, self._health)
        self._session.listen(REPLY, self._reply)
        self._session.on_connected(self._connected)
        self._online = True
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._session.run())
        async with asyncio.timeout(10):
            await self._session.wait_connected()
        return self

    async def __aexit__(self, *_fault: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def tell(self, *, online: bool) -> None:
        self._online = online
        state = "online" if online else "offline"
        status = ControllerStatus.model_validate({"id": uuid7(), "at": self._clock.now(), "state": state})
        await self._session.send(CONTROLLER_STATUS, status)

    async def command(self, **body: Any) -> str:
        id_ = uuid7()
        message = Command.model_validate({"id": id_, "at": self._clock.now(), "command": body})
        await self._session.send(COMMAND, message, node=self.node, id=id_)
        return id_

    def last_runs(self) -> dict[str, RunFact]:
        last: dict[str, RunFact] = {}
        for fact in self.facts.values():
            if isinstance(fact, RunFact) and (fact.run not in last or last[fact.run].rev < fact.rev):
                last[fact.run] = fact
        return last

    def events(self) -> list[EventFact]:
        return sorted((f for f in self.facts.values() if isinstance(f, EventFact)), key=lambda f: (f.event, f.rev))

    async def _connected(self) -> None:
        await self.tell(online=self._online)

    async def _status(self, _levels: dict[str, str], status: NodeStatus) -> None:
        self.statuses.append(status)

    async def _health(self, _levels: dict[str, str], health: NodeHealth) -> None:
        self.healths.append(health)

    async def _reply(self, levels: dict[str, str], reply: Reply) -> None:
        self.replies[levels["id"]] = reply

    async def _fact(self, levels: dict[str, str], fact: AnyFact) -> None:
        self.deliveries[fact.id] += 1
        if self.mute or not self._online:
            return
        known = fact.id in self.facts
        self.facts[fact.id] = fact
        fields: dict[str, Any] = {"fact": fact.id, "outcome": "duplicate" if known else "accepted"}
        if isinstance(fact, RunFact):
            fields |= self._word_on(fact)
        ack = Ack(id=uuid7(), at=self._clock.now(), items=(AckItem.model_validate(fields),))
        await self._session.send(ACK, ack, node=levels["node"])

    def _word_on(self, fact: RunFact) -> dict[str, Any]:
        path = f"/store/{fact.run}"
        body = self.store.objects.get(path)
        if body is not None and hashlib.sha256(body).hexdigest() == fact.sha256:
            return {"stored": True}
        if fact.state == "lost":
            return {}
        expires_at = self._clock.now() + timedelta(minutes=15)
        return {"grant": Grant(url=path, headers={"X-Run": fact.run}, expires_at=expires_at)}
