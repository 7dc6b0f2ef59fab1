"""A session with several ways to a real mosquitto: by certificate, by password, and out of it again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from controller.adapters.authority import CaFiles, SiteAuthority
from controller.adapters.broker_users import CONTROLLER, BrokerUsers, voided
from controller.adapters.certificates import ensure_certificates
from controller.adapters.mosquitto import Mosquitto, MosquittoTls
from controller.adapters.push_out import push_out
from controller.ports.enrolment import Revoked
from edge_agent.adapters.node_key import ensure_node_key, request_certificate
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from tests.servers.processes import program

pytestmark = pytest.mark.integration
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class TwoDoors:
    """A broker that takes node gate by password and by certificate."""

    broker: Mosquitto
    users: BrokerUsers
    authority: SiteAuthority
    serial: str
    by_password: BrokerAddress
    by_certificate: BrokerAddress
    ours: BrokerAddress


@pytest.fixture
async def doors(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[TwoDoors]:
    program("mosquitto", what="mosquitto")
    tls = tmp_path / "tls"
    ensure_certificates(tls, ["127.0.0.1"], CLOCK.now())
    files = CaFiles(tls, tls / "ca-seal-key")
    authority = SiteAuthority(files)
    authority.renew_list(CLOCK.now())
    key = ensure_node_key(tmp_path / "key.pem")
    issued = authority.issue(request_certificate(key, "node"), "gate", CLOCK.now())
    users = BrokerUsers(tmp_path / "broker")
    for user in ("gate", CONTROLLER):
        users.set(user, "secret")
    port, node_port = free_port(), free_port()
    given = MosquittoTls(files.ca_file, tls / "server.pem", tls / "server-key.pem", node_port, files.list_file)
    broker = Mosquitto("127.0.0.1", port, users.folder, given)
    by_password = BrokerAddress("127.0.0.1", port, "gate", "gate", "secret", files.ca_file)
    by_certificate = replace(by_password, port=node_port, password="", identity=f"{issued.pem}\n{key}")
    ours = replace(by_password, client_id="controller-test", username=CONTROLLER)
    await broker.start()
    try:
        yield TwoDoors(broker, users, authority, issued.serial, by_password, by_certificate, ours)
    finally:
        await broker.stop()


@asynccontextmanager
async def connected(session: Session) -> AsyncIterator[Session]:
    running = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(20):
            await session.wait_connected()
        yield session
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_closed_way_gives_way_to_the_next(doors: TwoDoors, free_port: Callable[[], int]) -> None:
    closed = replace(doors.by_certificate, port=free_port())
    async with connected(Session(closed, others=[doors.by_password])) as session:
        assert session._address == doors.by_password


async def test_a_session_goes_on_by_a_new_certificate_and_outlives_its_password(doors: TwoDoors) -> None:
    async with connected(Session(doors.by_password)) as session:
        session.become(doors.by_certificate, [doors.by_password])
        async with asyncio.timeout(20):
            while not (session.connected and session._address == doors.by_certificate):
                await asyncio.sleep(0.05)
        doors.users.set("gate", "another secret")
        doors.broker.reload()
        await asyncio.sleep(1)
        assert session.connected
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2), connected(Session(doors.by_password)):
            pass


async def test_a_revoked_node_stays_until_it_is_pushed_out_and_never_comes_back(doors: TwoDoors) -> None:
    before = doors.users.read()
    async with connected(Session(doors.by_certificate)) as session:
        doors.authority.publish([Revoked(doors.serial, CLOCK.now())], CLOCK.now())
        doors.users.remove("gate")
        doors.broker.reload()
        await asyncio.sleep(1)
        assert is_in(session), "mosquitto cuts it by itself now: nobody has to be pushed out any more"
        assert voided(before, doors.users.read()) == ["gate"]
        assert await push_out(doors.ours, "gate")
        async with asyncio.timeout(10):
            while is_in(session):
                await asyncio.sleep(0.05)
        await asyncio.sleep(2)
        assert not is_in(session)


def is_in(session: Session) -> bool:
    return session.connected


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_key_is_shown_to_openssl_without_a_copy_on_disk(tmp_path: Path) -> None:
    files = CaFiles(tmp_path / "tls", tmp_path / "seal")
    key = ensure_node_key(tmp_path / "key.pem")
    issued = SiteAuthority(files).issue(request_certificate(key, "node"), "gate", CLOCK.now())
    before = open_files()
    address = BrokerAddress("127.0.0.1", 1, "gate", "gate", "", files.ca_file, identity=f"{issued.pem}\n{key}")
    assert address.context() is not None
    assert key not in repr(address)
    assert open_files() == before
