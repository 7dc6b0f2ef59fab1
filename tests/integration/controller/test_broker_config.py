"""What `cctv broker config` writes, taken by a real mosquitto: by files of users, and by its plug-in."""

import asyncio
import contextlib
import os
import shutil
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.adapters.authority import CaFiles, SiteAuthority
from controller.adapters.broker_config import PLUGIN
from controller.adapters.certificate_store import SqlCertificates
from controller.adapters.database import Database
from controller.adapters.node_store import NodeStore
from controller.app.site import Site, prepare_site
from controller.cli import broker_config
from controller.cli.broker import broker
from edge_agent.adapters.node_key import ensure_node_key, request_certificate
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.errors import Transient
from shared.ids import NodeId
from shared.topics import PREFIX
from tests.servers.processes import Server, answers, program, unavailable

pytestmark = pytest.mark.integration
assert broker_config.config is not None
WORD = b"a word"


@pytest.fixture
def site(tmp_path: Path, migrated: Path, free_port: Callable[[], int]) -> Site:
    """A site whose broker somebody else runs."""
    data = tmp_path / "data"
    prepare_site(data)
    settings = (data / "cctv.toml").read_text()
    port, node_port = free_port(), free_port()
    kept = settings.partition("[broker]")[0]
    (data / "cctv.toml").write_text(
        f'{kept}[broker]\nkind = "external"\nhost = "127.0.0.1"\nport = {port}\nnode_port = {node_port}\n'
        f'ca_file = "{data}/tls/ca.pem"\npassword_file = "{data}/secrets/broker-password"\n'
    )
    tomllib.loads((data / "cctv.toml").read_text())
    shutil.copy(migrated, data / "db.sqlite3")
    return prepare_site(data)


async def let_in(site: Site, name: str, folder: Path) -> BrokerAddress:
    """A node with a certificate, as enrolment leaves it."""
    key = ensure_node_key(folder / f"{name}.pem")
    authority = SiteAuthority(CaFiles(site.tls_dir, site.ca_seal_file))
    csr, clock = request_certificate(key, name), SystemClock()
    issued = authority.issue(csr, name, clock.now())
    database = Database(site.settings.database())
    try:
        await NodeStore(database, clock).enrol(NodeId(name), authority.read(csr).public_key_pem, "test")
        await SqlCertificates(database, clock).keep(NodeId(name), issued, "test", "node.certificate", "")
    finally:
        await database.close()
    port = site.node_port
    assert port is not None
    return BrokerAddress("127.0.0.1", port, name, name, "", site.tls_dir / "ca.pem", identity=f"{issued.pem}\n{key}")


@asynccontextmanager
async def connected(address: BrokerAddress, heard: set[str], *filters: str) -> AsyncIterator[Session]:
    session = Session(address)

    async def hear(topic: str, payload: bytes) -> None:
        if payload == WORD:
            heard.add(topic)

    for topic_filter in filters:
        session.subscribe(topic_filter, hear)
    running = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(10):
            await session.wait_connected()
        yield session
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def gets_in(address: BrokerAddress) -> bool:
    try:
        async with asyncio.timeout(3), connected(address, set()):
            return True
    except TimeoutError:
        return False


def cctv(site: Site, *words: str) -> str:
    done = CliRunner().invoke(broker, ["config", *words, "--data", str(site.data_dir)])
    assert done.exit_code == 0, done.output
    return done.output


@contextlib.contextmanager
def own_mosquitto(site: Site, folder: Path) -> Iterator[None]:
    """Somebody's own mosquitto with the file that was written."""
    if os.geteuid() == 0:  # it would change to a user who cannot read them
        (folder / "cctv.conf").write_text("user root\n" + (folder / "cctv.conf").read_text())
    port = site.settings.broker.port
    server = Server(
        (program("mosquitto", what="mosquitto"), "-c", str(folder / "cctv.conf")), folder / "log", lambda: answers(port)
    )
    server.start()
    try:
        yield
    finally:
        server.stop()


@pytest.mark.parametrize("kind", [(), ("--dynamic-security",)])
async def test_each_node_reaches_its_own_and_a_revoked_one_nothing(
    site: Site, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    if kind and not Path(PLUGIN).exists():
        unavailable("mosquitto's dynamic security plug-in")
    gate, roof = [await let_in(site, name, tmp_path) for name in ("gate", "roof")]
    out = tmp_path / "own"
    told = await asyncio.to_thread(cctv, site, "--out", str(out), "--listen", "127.0.0.1", *kind)
    assert "2 nodes: gate, roof" in told
    assert {file.stat().st_mode & 0o077 for file in out.iterdir()} == {0}
    own, others = f"{PREFIX}/node/gate/fact", f"{PREFIX}/node/roof/fact"
    at_site: set[str] = set()
    at_gate: set[str] = set()
    with own_mosquitto(site, out):
        async with connected(site.broker_address("test"), at_site, f"{PREFIX}/#") as ours:
            named = replace(gate, client_id="roof")
            asked = (f"{PREFIX}/node/gate/ack", f"{PREFIX}/node/roof/ack", f"{PREFIX}/#")
            async with connected(roof, set()) as innocent, connected(named, at_gate, *asked) as node:
                for topic in (own, others, f"{PREFIX}/node/gate/ack", f"{PREFIX}/site/plant/alarm/1"):
                    with contextlib.suppress(Transient):
                        await node.publish(topic, WORD, timeout_s=1)
                await asyncio.sleep(1)
                assert at_site == {own}
                for topic in (f"{PREFIX}/node/gate/ack", f"{PREFIX}/node/roof/ack", others):
                    await ours.publish(topic, WORD)
                await asyncio.sleep(1)
                assert innocent.connected
                assert at_gate == {f"{PREFIX}/node/gate/ack"}
        by_password = BrokerAddress("127.0.0.1", site.settings.broker.port, "gate", "gate", "", site.tls_dir / "ca.pem")
        assert not await gets_in(by_password)
    database = Database(site.settings.database())
    try:
        await SqlCertificates(database, SystemClock()).revoke(NodeId("gate"), "stolen", "test", "")
        await NodeStore(database, SystemClock()).switch(NodeId("gate"), "test", enabled=False)
    finally:
        await database.close()
    assert "1 node: roof" in await asyncio.to_thread(cctv, site, "--out", str(out), "--listen", "127.0.0.1", *kind)
    with own_mosquitto(site, out):
        assert await gets_in(roof)
        assert not await gets_in(gate)
