"""The MQTT session against a real mosquitto: typed messages, reconnect, will, refusals."""

import asyncio
import contextlib
import gc
import socket
import weakref
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
import structlog

from shared import topics
from shared.broker import BrokerAddress, Session
from shared.errors import Transient
from shared.messages import Bell, ControllerStatus
from shared.mint import uuid7
from tests.servers.mosquitto import Mosquitto

pytestmark = pytest.mark.integration
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _address(broker: Mosquitto, name: str, password: str = "secret") -> BrokerAddress:
    return BrokerAddress(broker.host, broker.port, name, name, password)


@contextlib.asynccontextmanager
async def _running(session: Session, *, wait: bool = True) -> AsyncIterator[Session]:
    task = asyncio.create_task(session.run())
    try:
        if wait:
            await asyncio.wait_for(session.wait_connected(), 10)
        yield session
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _bell() -> Bell:
    return Bell(id=uuid7(), at=NOW)


async def test_messages_arrive_typed_and_bad_ones_do_not_stop_them(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto(users={"a": "secret", "b": "secret"})
    got: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def hear(levels: dict[str, str], message: Bell) -> None:
        if levels["which"] == "broken":
            raise RuntimeError("a handler's fault")
        await got.put((levels["which"], message.id))

    receiver = Session(_address(broker, "a"))
    receiver.listen(topics.BELL, hear)
    async with _running(receiver), _running(Session(_address(broker, "b"))) as sender:
        bell = _bell()
        await sender.publish(topics.BELL.topic(which="jobs"), b"not json")
        await sender.send(topics.BELL, bell, which="broken")
        await sender.send(topics.BELL, bell, which="jobs")
        assert await asyncio.wait_for(got.get(), 5) == ("jobs", bell.id)


async def test_a_restarted_broker_is_found_again_and_subscriptions_come_back(
    mosquitto: Callable[..., Mosquitto],
) -> None:
    broker = mosquitto(users={"a": "secret"})
    got: asyncio.Queue[str] = asyncio.Queue()
    connections: list[int] = []

    async def hear(_levels: dict[str, str], message: Bell) -> None:
        await got.put(message.id)

    async def connected() -> None:
        connections.append(1)

    session = Session(_address(broker, "a"))
    session.listen(topics.BELL, hear)
    session.on_connected(connected)
    async with _running(session):
        broker.server.kill()
        for _ in range(100):
            if not session.connected:
                break
            await asyncio.sleep(0.05)
        with pytest.raises(Transient):
            await session.send(topics.BELL, _bell(), which="jobs")
        broker.server.start()
        await asyncio.wait_for(session.wait_connected(), 20)
        bell = _bell()
        await session.publish(topics.BELL.topic(which="jobs"), topics.BELL.encode(bell), qos=1)
        assert await asyncio.wait_for(got.get(), 5) == bell.id
    assert len(connections) == 2


async def test_what_is_awaited_after_connecting_is_not_collected(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto(users={"a": "secret"})
    waits: list[weakref.ref[asyncio.Future[None]]] = []
    done = asyncio.Event()

    async def connected() -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waits.append(weakref.ref(waiting))
        await waiting
        done.set()

    session = Session(_address(broker, "a"))
    session.on_connected(connected)
    async with _running(session):
        await asyncio.sleep(0.1)
        gc.collect()
        waiting = waits[0]()
        assert waiting is not None
        waiting.set_result(None)
        await asyncio.wait_for(done.wait(), 5)


async def test_messages_too_fast_for_their_handler_are_counted_and_told(
    mosquitto: Callable[..., Mosquitto],
) -> None:
    broker = mosquitto(users={"a": "secret", "b": "secret"})
    slow, heard = asyncio.Event(), 0

    async def hear(_topic: str, _payload: bytes) -> None:
        nonlocal heard
        await slow.wait()
        heard += 1

    receiver = Session(_address(broker, "a"))
    receiver.subscribe("t/#", hear)
    with structlog.testing.capture_logs() as logs:
        async with _running(receiver), _running(Session(_address(broker, "b"))) as sender:
            await asyncio.sleep(0.2)
            async with asyncio.timeout(30):
                while receiver.dropped < 5:
                    for _ in range(500):
                        await sender.publish("t/x", b"", qos=0)
                    await asyncio.sleep(0.05)
            slow.set()
            async with asyncio.timeout(10):
                while not any(entry["event"] == "messages were dropped" for entry in logs):
                    await asyncio.sleep(0.05)
    assert [entry["topic"] for entry in logs if "being dropped" in entry["event"]][:1] == ["t/x"]
    told = [entry for entry in logs if entry["event"] == "messages were dropped"]
    assert sum(entry["dropped"] for entry in told) == receiver.dropped
    assert heard > 0


async def test_the_will_speaks_when_a_session_is_cut(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto(users={"a": "secret", "b": "secret"})
    got: asyncio.Queue[str] = asyncio.Queue()

    async def hear(_levels: dict[str, str], message: ControllerStatus) -> None:
        await got.put(message.state)

    will = ControllerStatus(id=uuid7(), at=NOW, state="offline")
    topic = topics.CONTROLLER_STATUS.topic()
    mortal = Session(_address(broker, "a"), will=(topic, topics.CONTROLLER_STATUS.encode(will)))
    witness = Session(_address(broker, "b"))
    witness.listen(topics.CONTROLLER_STATUS, hear)
    async with _running(witness), _running(mortal):
        await mortal.send(topics.CONTROLLER_STATUS, will.model_copy(update={"state": "online"}))
        assert await asyncio.wait_for(got.get(), 5) == "online"
        sock = mortal._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        assert await asyncio.wait_for(got.get(), 10) == "offline"


async def test_a_wrong_password_never_connects(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto(users={"a": "secret"})
    async with _running(Session(_address(broker, "a", "wrong")), wait=False) as session:
        await asyncio.sleep(1)
        assert not session.connected
    assert "wrong" not in repr(_address(broker, "a", "wrong"))
