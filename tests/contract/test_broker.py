"""One suite for the two brokers that the controller starts: who gets in, who reaches what."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from controller.adapters.authority import CaFiles, SiteAuthority
from controller.adapters.broker_users import BrokerUsers
from controller.adapters.certificates import ensure_certificates
from controller.adapters.embedded_broker import EmbeddedBroker
from controller.adapters.mosquitto import Mosquitto, MosquittoTls
from edge_agent.adapters.reach import reach_broker
from edge_agent.core.checks import Reach
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.errors import Transient
from shared.mint import uuid7
from tests.servers.cable import Cable
from tests.servers.processes import program

pytestmark = pytest.mark.integration
A, B = "cctv/v1/node/a", "cctv/v1/node/b"
NOT_TO_WRITE = (
    f"{B}/fact",
    *(f"{A}/{own}" for own in ("ack", "cmd/1", "config/desired")),
    "cctv/v1/controller/status",
    "cctv/v1/site/s/alarm/1",
)
Got = asyncio.Queue[tuple[str, bytes]]


class Running:
    """A broker with the users controller, a and b (password = name * 3)."""

    def __init__(self, port: int, broker: Any, users: BrokerUsers) -> None:
        self.port, self.broker, self.users = port, broker, users

    def address(self, user: str, password: str | None = None, client: str | None = None) -> BrokerAddress:
        name = client or (f"controller-{uuid7()}" if user == "controller" else user)
        return BrokerAddress("127.0.0.1", self.port, name, user, user * 3 if password is None else password)

    @contextlib.asynccontextmanager
    async def session(
        self, user: str, *filters: str, will: tuple[str, bytes] | None = None, client: str | None = None
    ) -> AsyncIterator[tuple[Session, Got]]:
        got: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

        async def hear(topic: str, payload: bytes) -> None:
            await got.put((topic, payload))

        session = Session(self.address(user, client=client), will)
        for topic_filter in filters:
            session.subscribe(topic_filter, hear)
        task = asyncio.create_task(session.run())
        try:
            await asyncio.wait_for(session.wait_connected(), 10)
            await asyncio.sleep(0.1)
            yield session, got
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture(params=["embedded", "mosquitto"])
async def broker(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[Running]:
    users = BrokerUsers(tmp_path / "broker")
    for user in ("controller", "a", "b"):
        users.set(user, user * 3)
    port = free_port()
    made: Any
    if request.param == "embedded":
        made = EmbeddedBroker(port, users.folder)
    else:
        program("mosquitto", what="mosquitto")
        made = Mosquitto("127.0.0.1", port, users.folder)
    await made.start()
    yield Running(port, made, users)
    await made.stop()


async def _connects(address: BrokerAddress) -> bool:
    session = Session(address)
    task = asyncio.create_task(session.run())
    try:
        await asyncio.wait_for(session.wait_connected(), 1)
    except TimeoutError:
        return False
    else:
        return True
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _next(got: Got) -> tuple[str, bytes]:
    return await asyncio.wait_for(got.get(), 5)


async def _drain(got: Got) -> list[tuple[str, bytes]]:
    found = []
    while not got.empty():
        found.append(got.get_nowait())
    return found


async def test_nobody_gets_in_without_a_right_name_and_password(broker: Running) -> None:
    for user, password in (("", ""), ("a", ""), ("a", "wrong"), ("nobody", "nobody" * 3), ("controller", "aaa")):
        assert not await _connects(broker.address(user, password)), (user, password)
    assert await _connects(broker.address("a"))


async def test_who_is_removed_is_heard_no_more_and_comes_back_only_with_a_new_password(broker: Running) -> None:
    async with broker.session("controller", f"{A}/fact") as (_, got), broker.session("a") as (node, _2):
        await node.publish(f"{A}/fact", b"before")
        assert (await _next(got))[1] == b"before"
        broker.users.remove("a")
        if isinstance(broker.broker, Mosquitto):
            broker.broker.reload()
            await asyncio.sleep(0.5)
        with contextlib.suppress(TimeoutError, Transient):
            async with asyncio.timeout(1):
                await node.publish(f"{A}/fact", b"after")
        await asyncio.sleep(0.5)
        assert not await _drain(got)
        assert not await _connects(broker.address("a"))
    broker.users.set("a", "another")
    if isinstance(broker.broker, Mosquitto):
        broker.broker.reload()
        await asyncio.sleep(0.5)
    assert not await _connects(broker.address("a"))
    assert await _connects(broker.address("a", "another"))


async def test_a_nodes_check_comes_in_beside_its_agent_and_under_no_other_name(broker: Running) -> None:
    async with broker.session("a") as (agent, _got):
        reached = await asyncio.to_thread(reach_broker, broker.address("a"))
        assert reached == Reach("reached", "takes this node's credential")
        assert agent.connected
        wrong = await asyncio.to_thread(reach_broker, broker.address("a", "wrong"))
        assert wrong.outcome == "refused"


async def test_a_stranger_with_a_nodes_client_id_takes_nothing_from_it(broker: Running) -> None:
    async with broker.session("a", f"{A}/ack") as (node, got), broker.session("controller") as (controller, _):
        assert (await asyncio.to_thread(_knock, broker.port, "a", "wrong")) != "Success"
        await controller.publish(f"{A}/ack", b"still here")
        assert (await asyncio.wait_for(got.get(), 10))[1] == b"still here"
        assert node.connected


async def test_who_takes_a_client_id_over_cuts_who_had_it_and_is_cut_in_turn(broker: Running) -> None:
    async with broker.session("a", f"{A}/ack") as (_node, got), broker.session("controller") as (controller, _):
        assert (await asyncio.to_thread(_knock, broker.port, "a", "aaa")) == "Success"

        async def heard() -> None:  # a session that was cut without knowing would never hear again
            while got.empty():
                with contextlib.suppress(Transient):
                    await controller.publish(f"{A}/ack", b"back")
                await asyncio.sleep(0.1)

        await asyncio.wait_for(heard(), 15)


def _knock(port: int, user: str, password: str) -> str:
    """Come once with this user as client id, and go at once; how the broker answered."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, reconnect_on_failure=False)
    client.username_pw_set(user, password)
    answers: list[str] = []
    client.on_connect = lambda _c, _d, _f, reason, _p: answers.append(str(reason))
    client.connect("127.0.0.1", port)
    while not answers and client.loop(0.2) == paho.MQTT_ERR_SUCCESS:
        pass
    client.disconnect()
    return answers[0] if answers else "cut"


async def test_facts_arrive_in_order_once(broker: Running) -> None:
    async with broker.session("controller", "cctv/v1/node/+/fact") as (_, got), broker.session("a") as (node, _2):
        for number in range(50):
            await node.publish(f"{A}/fact", b"%d" % number)
        assert [(await _next(got))[1] for _ in range(50)] == [b"%d" % number for number in range(50)]
        await asyncio.sleep(0.2)
        assert not await _drain(got)


async def test_a_node_neither_reads_nor_writes_what_is_not_its_own(broker: Running) -> None:
    readable = ("#", f"{B}/cmd/#", f"{A}/fact", "cctv/v1/#", f"{A}/ack")
    async with (
        broker.session("controller", "#", "cctv/v1/#") as (controller, heard),
        broker.session("a", *readable) as (a, got),
    ):
        for topic in (f"{B}/cmd/1", f"{B}/status", f"{A}/fact", f"{A}/ack"):
            await controller.publish(topic, b"x", retain=topic.endswith("status"))
        assert await _next(got) == (f"{A}/ack", b"x")
        await asyncio.sleep(0.3)
        assert {topic for topic, _ in await _drain(got)} <= {f"{A}/ack"}  # once per overlapping filter
        await _drain(heard)
        for topic in NOT_TO_WRITE:
            await a.publish(topic, b"forged", qos=0)
        await a.publish(f"{A}/fact", b"own")
        await asyncio.sleep(0.3)
        assert set(await _drain(heard)) == {(f"{A}/fact", b"own")}


async def test_retained_messages_reach_only_who_may_read_them(broker: Running) -> None:
    async with broker.session("controller", "cctv/v1/#") as (controller, _):
        await controller.publish(f"{B}/config/desired", b"secret", retain=True)
        await controller.publish(f"{A}/config/desired", b"mine", retain=True)
        async with broker.session("b", f"{B}/config/desired"), broker.session("a", f"{A}/config/desired") as (_, got):
            assert await _next(got) == (f"{A}/config/desired", b"mine")
            await asyncio.sleep(0.3)
            assert not await _drain(got)


async def test_a_retained_will_speaks_for_a_cut_session_and_later_readers_hear_it(broker: Running) -> None:
    topic = f"{A}/status"
    async with (
        broker.session("controller", topic) as (_, got),
        broker.session("a", will=(topic, b"offline")) as (node, _2),
    ):
        await node.publish(topic, b"online", retain=True)
        assert await _next(got) == (topic, b"online")
        sock: Any = node._client.socket()
        sock.shutdown(2)
        assert await _next(got) == (topic, b"offline")


async def test_a_will_speaks_for_a_session_whose_cable_was_pulled(broker: Running) -> None:
    topic, cable = f"{A}/status", Cable()
    far = replace(broker.address("a"), port=cable.to(broker.port), keepalive_s=1)
    node = Session(far, (topic, b"offline"))
    task = asyncio.create_task(node.run())
    try:
        async with broker.session("controller", topic) as (_, got):
            await asyncio.wait_for(node.wait_connected(), 10)
            await node.publish(topic, b"online", retain=True)
            assert await _next(got) == (topic, b"online")
            with cable.pulled():
                assert await asyncio.wait_for(got.get(), 30) == (topic, b"offline")
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        cable.close()


async def test_a_retained_message_waits_for_its_reader(broker: Running) -> None:
    topic = f"{A}/status"
    async with broker.session("a") as (node, _):
        await node.publish(topic, b"online", retain=True)
    async with broker.session("controller", topic) as (_, late):
        assert await _next(late) == (topic, b"online")


async def test_a_will_cannot_reach_past_the_acl(broker: Running) -> None:
    async with broker.session("controller", "cctv/v1/#") as (_, got):
        session = Session(broker.address("a"), (f"{B}/status", b"forged"))
        task = asyncio.create_task(session.run())
        await asyncio.sleep(0.5)
        sock: Any = session._client.socket()
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(2)
        await asyncio.sleep(0.5)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert not await _drain(got)


async def test_users_come_and_go_without_a_restart(broker: Running) -> None:
    assert not await _connects(broker.address("c"))
    broker.users.set("c", "ccc")
    broker.users.remove("b")
    if isinstance(broker.broker, Mosquitto):
        broker.broker.reload()
        await asyncio.sleep(0.3)
    assert await _connects(broker.address("c"))
    assert not await _connects(broker.address("b"))
    assert await _connects(broker.address("a"))


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho drops sockets of failed handshakes
async def test_mosquitto_over_tls_speaks_only_to_who_trusts_the_sites_ca(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    program("mosquitto", what="mosquitto")
    ours, foreign = tmp_path / "tls", tmp_path / "foreign"
    for folder in (ours, foreign):
        ensure_certificates(folder, ["127.0.0.1", "localhost"], SystemClock().now())
    users = BrokerUsers(tmp_path / "broker")
    users.set("a", "aaa")
    port = free_port()
    SiteAuthority(CaFiles(ours, ours / "ca-seal-key")).renew_list(SystemClock().now())
    tls = MosquittoTls(ours / "ca.pem", ours / "server.pem", ours / "server-key.pem", free_port(), ours / "crl.pem")
    broker = Mosquitto("127.0.0.1", port, users.folder, tls)
    await broker.start()
    try:
        address = BrokerAddress("127.0.0.1", port, "a", "a", "aaa")
        assert await _connects(replace(address, ca_file=ours / "ca.pem"))
        assert not await _connects(replace(address, ca_file=foreign / "ca.pem"))
        assert not await _connects(address)
        assert not await _connects(replace(address, ca_file=ours / "ca.pem", password="wrong"))
    finally:
        await broker.stop()
        gc.collect()
    assert broker.ended
