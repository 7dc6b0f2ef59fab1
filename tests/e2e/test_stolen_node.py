"""A stolen node: its whole disk in a thief's hands reaches its own topics, stores what it announced, nothing else."""

import asyncio
import contextlib
import hashlib
import json
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from controller.adapters.authority import CaFiles, SiteAuthority, common_name
from controller.app.site import open_site as open_files
from edge_agent.adapters.identity_file import IdentityFile
from edge_agent.adapters.node_key import ensure_node_key, request_certificate
from edge_agent.app.identity import ways_to_broker
from edge_agent.settings import load_settings
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.ids import CameraId, NodeId, RunId, SiteId
from shared.messages import Ack, AckItem, Grant
from shared.mint import uuid7
from shared.node_token import sign_node_token
from shared.object_keys import RunKey, build_key
from shared.topics import ACK, CHANNELS, FACT, PREFIX, node_acl
from tests.builders import run_fact
from tests.e2e.open_site import OpenSite, enrol, open_site

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
LEVELS = {"camera": "yard", "id": uuid7(), "site": "plant", "zone": "lawn", "output": "siren", "which": "jobs"}
BYTES = b"footage" * 100


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    with open_site(tmp_path) as site:
        yield site


class Thief:
    """Whoever has the disk of a node."""

    def __init__(self, file: Path) -> None:
        self.settings = load_settings(file)
        identity = IdentityFile(self.settings.data_dir).load()
        (self.address,) = ways_to_broker(self.settings, identity, None)
        self.trust = ssl.create_default_context(cadata=self.settings.ca_pem)
        self.key = self.settings.private_key_pem()

    def bearer(self, name: str = "gate") -> dict[str, str]:
        return {"Authorization": f"Bearer {sign_node_token(NodeId(name), self.key, SystemClock().now())}"}

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        url = self.settings.controller_url
        async with httpx.AsyncClient(base_url=url, verify=self.trust, trust_env=False, timeout=10) as client:
            yield client

    def socket(self, path: str, name: str = "gate") -> connect:
        url = "wss" + self.settings.controller_url.removeprefix("https") + path
        return connect(url, ssl=self.trust, additional_headers=self.bearer(name), proxy=None)


@asynccontextmanager
async def connected(address: BrokerAddress) -> AsyncIterator[Session]:
    session = Session(address)
    running = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(15):
            await session.wait_connected()
        yield session
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def every_topic() -> dict[str, str]:
    """Each topic that there is, of both nodes, and what a broker tells of itself."""
    topics = {channel.topic(node=node, **LEVELS): node for channel in CHANNELS for node in ("gate", "roof")}
    return topics | {f"{PREFIX}/node/gate-2/fact": "gate-2", f"{PREFIX}/elsewhere": "", "homeassistant/status": ""}


def own(action: str) -> list[re.Pattern[str]]:
    given = node_acl("gate")["write" if action == "write" else "read"]
    return [re.compile(re.escape(one).replace(r"\#", ".*")) for one in given]


def reachable(action: str) -> set[str]:
    return {topic for topic in every_topic() if any(one.fullmatch(topic) for one in own(action))}


async def test_a_stolen_disk_reaches_its_own_and_is_cut_off_by_one_command(site: OpenSite, tmp_path: Path) -> None:
    files = [await asyncio.to_thread(enrol, site, name, tmp_path) for name in ("gate", "roof")]
    thief, honest = map(Thief, files)
    controller = open_files(site.data / "cctv.toml").broker_address("test")
    async with connected(controller) as ours, connected(honest.address) as roof_node:
        stolen = replace(thief.address, client_id="roof")  # another's id: the certificate's counts
        async with connected(stolen) as theirs, thief.client() as client:
            await reaches_its_own_topics_alone(ours, theirs)
            assert roof_node.connected
            assert not await lets_in(replace(thief.address, identity=forged_identity("roof")))
            await reads_nothing_by_http(client, thief)
            await takes_no_other_name(client, thief)
            grant = await stores_what_it_announced_alone(client, theirs)
            async with thief.socket("/live/push/gate.yard/main") as push:
                await asyncio.to_thread(site.cctv, "node", "revoke", "gate", "--why", "stolen")
                await is_cut_off(client, thief, theirs, push, grant)
        assert roof_node.connected


async def reaches_its_own_topics_alone(ours: Session, theirs: Session) -> None:
    heard_by_site: set[str] = set()
    heard_by_thief: set[str] = set()
    mark = uuid7().encode()

    async def at_site(topic: str, payload: bytes) -> None:
        if payload == mark:
            heard_by_site.add(topic)

    async def at_thief(topic: str, payload: bytes) -> None:
        if payload == mark or topic.startswith("$SYS"):
            heard_by_thief.add(topic)

    ours.subscribe(f"{PREFIX}/#", at_site)
    for topic_filter in ("#", "$SYS/#", f"{PREFIX}/node/roof/#", f"{PREFIX}/node/gate/#"):
        theirs.subscribe(topic_filter, at_thief)
    await asyncio.sleep(12)  # longer than a broker waits between two words on itself
    assert heard_by_thief == set()
    for topic in every_topic():
        await theirs.publish(topic, mark)
    await settled(heard_by_site)
    assert heard_by_site == reachable("write")
    heard_by_thief.clear()
    for topic in every_topic():
        await ours.publish(topic, mark)
    await settled(heard_by_thief)
    assert heard_by_thief == reachable("read")


async def settled(heard: set[str]) -> None:
    """Until a second has brought nothing new."""
    before = -1
    while before != len(heard):
        before = len(heard)
        await asyncio.sleep(1)


async def reads_nothing_by_http(client: httpx.AsyncClient, thief: Thief) -> None:
    """Every route there is, by the node's token: but for the CA and the ways to log in, public both, none answers."""
    document = json.loads(Path("docs/reference/openapi.json").read_text())
    answered = set()
    for path, methods in document["paths"].items():
        url = re.sub(r"{[^}]*}", "roof.yard", path)
        for method in methods:
            answer = await client.request(method.upper(), url, headers=thief.bearer(), json={})
            if answer.status_code not in {401, 403, 404, 405, 422, 429}:
                answered.add((method, path))
            if answer.status_code == 429:
                await asyncio.sleep(1)
    assert answered == {("get", "/api/v1/enrolment/ca"), ("get", "/api/v1/login")}
    for path in ("/live/roof.yard", "/live/gate.yard", "/live/push/roof.yard/main"):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with thief.socket(path) as socket:
                await socket.recv()


async def takes_no_other_name(client: httpx.AsyncClient, thief: Thief) -> None:
    """A certificate is for its own key and its own name; a token says whose key signed it."""
    renewal = "/api/v1/enrolment/renewal"
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    foreign = await client.post(renewal, json={"csr": request_certificate(other, "gate")}, headers=thief.bearer())
    assert foreign.status_code == 403
    request = {"csr": request_certificate(thief.key, "roof")}
    assert (await client.post(renewal, json=request, headers=thief.bearer("roof"))).status_code == 401
    named = await client.post(renewal, json=request, headers=thief.bearer())
    assert named.status_code == 200, named.text
    found = x509.load_pem_x509_certificate(named.json()["certificate"].encode())
    assert found.subject == common_name("gate")


async def stores_what_it_announced_alone(client: httpx.AsyncClient, theirs: Session) -> Grant:
    """A grant comes for its own announcement; these bytes and no others are taken. The second one is kept for later."""
    outcomes: dict[str, AckItem] = {}

    async def answered(_levels: dict[str, str], ack: Ack) -> None:
        outcomes.update({item.fact: item for item in ack.items})

    theirs.listen(ACK, answered, node="gate")
    md5 = hashlib.md5(BYTES, usedforsecurity=False).hexdigest()
    digests = {"sha256": hashlib.sha256(BYTES).hexdigest(), "md5": md5}
    size = {"length_bytes": len(BYTES), "init_bytes": 10}
    start = uuid7()
    facts = [
        run_fact(**digests, **size, seq=1, agent_start=start),
        run_fact(**digests, **size, seq=2, agent_start=start, camera="gate.door"),
        run_fact(**digests, **size, seq=3, agent_start=start, camera="roof.yard"),
        run_fact(**digests, **size, seq=4, agent_start=start, node="roof", camera="roof.yard"),
    ]
    for fact in facts:
        await theirs.send(FACT, fact, node="gate")
    async with asyncio.timeout(30):
        while not {facts[0].id, facts[1].id} <= set(outcomes):
            await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    grants = [outcomes[fact.id].grant if fact.id in outcomes else None for fact in facts]
    assert [grant is not None for grant in grants] == [True, True, False, False]
    own, later = grants[0], grants[1]
    assert own is not None
    assert later is not None
    roof = build_key(RunKey(SiteId("plant"), CameraId("roof.yard"), "motion", facts[0].start_ms, RunId(uuid7())))
    moved = re.sub(r"/media/put/[^?]*", f"/media/put/{roof}", own.url)
    longer = {**own.headers, "Content-Length": str(len(BYTES) + 1)}
    assert (await client.put(moved, content=BYTES, headers=own.headers)).status_code == 403
    assert (await client.put(own.url, content=b"x" * len(BYTES), headers=own.headers)).status_code == 422
    assert (await client.put(own.url, content=BYTES + b"x", headers=longer)).status_code == 422
    assert (await client.put(own.url, content=BYTES, headers=own.headers)).status_code == 200
    return later


async def is_cut_off(
    client: httpx.AsyncClient, thief: Thief, theirs: Session, push: ClientConnection, grant: Grant
) -> None:
    """Within 10 s broker, HTTP and WebSocket answer nothing any more."""
    async with asyncio.timeout(10):
        while theirs.connected:
            await asyncio.sleep(0.1)
        with contextlib.suppress(ConnectionClosed):
            while True:
                await push.recv()
    assert not await lets_in(thief.address)
    assert (await client.put(grant.url, content=BYTES, headers=grant.headers)).status_code == 403
    request = {"csr": request_certificate(thief.key, "gate")}
    assert (await client.post("/api/v1/enrolment/renewal", json=request, headers=thief.bearer())).status_code == 401
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with thief.socket("/live/push/gate.yard/main") as socket:
            await socket.recv()


async def lets_in(address: BrokerAddress) -> bool:
    """Whether the broker lets somebody in within a while."""
    session = Session(address)
    running = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(3):
            await session.wait_connected()
    except TimeoutError:
        return False
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return True


def forged_identity(name: str) -> str:
    """A certificate in another's name, by a CA of the thief's own."""
    with TemporaryDirectory() as folder:
        key = ensure_node_key(Path(folder) / "key.pem")
        authority = SiteAuthority(CaFiles(Path(folder), Path(folder) / "seal"))
        issued = authority.issue(request_certificate(key, name), name, SystemClock().now())
    return f"{issued.pem}\n{key}"
