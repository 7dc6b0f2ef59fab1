"""Third parties on a real broker: a client written from the document alone, an account that can no more."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.broker_users import CONTROLLER, BrokerUsers
from controller.adapters.mosquitto import Mosquitto
from shared import topics
from shared.broker import BrokerAddress, Session
from shared.mint import uuid7
from tests.builders import T0
from tests.repo.tree import ROOT
from tests.servers import processes

pytestmark = pytest.mark.integration
GOLDEN = ROOT / "tests" / "golden" / "wire" / "v1"
P = topics.PREFIX
LEVELS = {
    "node": "gate", "camera": "gate.yard", "id": "i1", "site": "site", "zone": "lawn", "which": "feed",
    "output": "horn",
}  # fmt: skip
MORE: dict[str, dict[str, Any]] = {
    "motion": {"schema": "cctv.motion.v1", "camera": "gate.yard", "motion": True, "event": uuid7(), "since_ms": T0},
    "zone-count": {
        "schema": "cctv.zone-count.v1", "camera": "gate.yard", "zone": "lawn", "judged_ms": T0, "counts": {"person": 2},
    },
    "camera-alarms": {
        "schema": "cctv.camera-alarms.v1", "camera": "gate.yard", "open": 2, "raised": 1, "severity": "high",
    },
    "output": {"schema": "cctv.output.v1", "output": "horn", "kind": "siren", "state": "off"},
}  # fmt: skip
FILES = {
    "status": "status.valid.online", "event": "fact.valid.event", "tamper": "fact.valid.tamper",
    "fact": "fact.valid.event", "cmd": "cmd.valid.hello", "reply": "reply.valid",
}  # fmt: skip


def topic_of(channel: topics.Channel[Any]) -> str:
    """The channel's topic in this test."""
    return channel.topic(**{name: value for name, value in LEVELS.items() if f"{{{name}}}" in channel.template})


def payload(channel: topics.Channel[Any]) -> bytes:
    """A payload that the channel's own decoder takes."""
    if channel.name in MORE:
        document = {"id": uuid7(), "at": "2026-01-01T00:00:00Z", **MORE[channel.name]}
        return channel.encode(channel.decode(json.dumps(document).encode()))
    return (GOLDEN / f"{FILES.get(channel.name, f'{channel.name}.valid')}.json").read_bytes()


@asynccontextmanager
async def broker(folder: Path, port: int) -> AsyncIterator[Callable[[str], Session]]:
    """Mosquitto as the product runs it; opens sessions by login."""
    processes.program("mosquitto", what="mosquitto")
    users = BrokerUsers(folder)
    for login in (CONTROLLER, "gate", "reader.hmi", "floor.horn", "home.ha"):
        users.set(login, "secret")
    running = Mosquitto("127.0.0.1", port, folder)
    await running.start()
    sessions: list[asyncio.Task[None]] = []

    def open_session(login: str) -> Session:
        session = Session(BrokerAddress("127.0.0.1", port, login, login, "secret"))
        sessions.append(asyncio.create_task(session.run()))
        return session

    try:
        yield open_session
    finally:
        for task in sessions:
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
        await running.stop()


async def tell_all(controller: Session, node: Session) -> None:
    """One message on every channel, by who writes there."""
    for channel in topics.CHANNELS:
        session = node if channel.writer == "node" else controller
        await session.publish(topic_of(channel), payload(channel))


async def test_a_client_of_the_document_alone_receives_what_is_public_and_all_of_it_fits(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    async with broker(tmp_path, port) as open_session:
        controller, node = open_session(CONTROLLER), open_session("gate")
        script = (ROOT / "tests" / "servers" / "third_party.py", ROOT / "docs" / "reference" / "asyncapi.json")
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-I", *map(str, script), "127.0.0.1", str(port), "reader.hmi",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(b"secret\n")
        public = {channel.name.replace("-", "_") for channel in topics.CHANNELS if channel.public}
        assert public >= {"motion", "event", "alarm", "verdict", "zone_count", "status", "controller_status"}
        try:
            async with asyncio.timeout(20):
                granted = [json.loads(await client.stdout.readline()) for _ in public]
                assert all(line["granted"] for line in granted)
                await controller.wait_connected()
                await node.wait_connected()
                await tell_all(controller, node)
                got = [json.loads(await client.stdout.readline()) for _ in public]
        finally:
            client.kill()
            await client.wait()
    assert {line["channel"]: line["fault"] for line in got} == dict.fromkeys(public, "")


async def test_an_account_reads_nothing_else_and_writes_nothing(tmp_path: Path, free_port: Callable[[], int]) -> None:
    heard: dict[str, list[str]] = {login: [] for login in ("reader.hmi", "floor.horn", "home.ha", CONTROLLER)}

    def hears(login: str, session: Session, *filters: str) -> None:
        async def hear(topic: str, _payload: bytes) -> None:
            heard[login].append(topic)

        for topic_filter in filters:
            session.subscribe(topic_filter, hear)

    async with broker(tmp_path, free_port()) as open_session:
        sessions = {login: open_session(login) for login in (*heard, "gate")}
        wide = ("#", "$SYS/#", f"{P}/#", *(channel.filter() for channel in topics.CHANNELS))
        for login in ("reader.hmi", "floor.horn", "home.ha"):
            hears(login, sessions[login], *wide)
        hears(CONTROLLER, sessions[CONTROLLER], f"{P}/#")
        async with asyncio.timeout(20):
            for session in sessions.values():
                await session.wait_connected()
            forged = [f"{P}/{name}" for name in ("node/gate/cmd/x", "node/gate/fact", "node/gate/config/desired")]
            forged += [f"{P}/site/site/alarm/x", f"{P}/controller/status", f"{P}/site/site/output/horn", "elsewhere"]
            for login in ("reader.hmi", "floor.horn"):
                for topic in (*forged, f"{P}/site/site/output/horn/set"):
                    with contextlib.suppress(Exception):
                        await sessions[login].publish(topic, b"forged", qos=1, timeout_s=2)
            for topic in forged:
                await sessions["home.ha"].publish(topic, b"forged", qos=1, timeout_s=2)
            await sessions["home.ha"].publish(f"{P}/site/site/output/horn/set", b"OFF")
            await tell_all(sessions[CONTROLLER], sessions["gate"])
            last = topics.BELL.topic(which="feed")
            while last not in heard[CONTROLLER] or len(set(heard["reader.hmi"])) < 8:
                await asyncio.sleep(0.02)
    told = {topic_of(channel): channel for channel in topics.CHANNELS}
    public = {topic for topic, channel in told.items() if channel.public}
    output = f"{P}/site/site/output/horn"
    assert set(heard["reader.hmi"]) == public
    assert set(heard["floor.horn"]) == {output}
    assert set(heard["home.ha"]) == public | {output}
    assert sorted(heard[CONTROLLER]) == sorted([*told, f"{output}/set"])
