"""The MQTT session against a real mosquitto: typed messages, reconnect, will, refusals."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

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
        assert sock is not None
        sock.shutdown(2)
        assert await asyncio.wait_for(got.get(), 10) == "offline"


async def test_a_wrong_password_never_connects(mosquitto: Callable[..., Mosquitto]) -> None:
    broker = mosquitto(users={"a": "secret"})
    async with _running(Session(_address(broker, "a", "wrong")), wait=False) as session:
        await asyncio.sleep(1)
        assert not session.connected
    assert "wrong" not in repr(_address(broker, "a", "wrong"))
