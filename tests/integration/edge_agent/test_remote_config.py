"""A node whose settings are changed through a real broker: refused by name, kept, taken back, also after a kill."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from controller.core.node_file import NodeCamera, NodeFile, write_node_file
from edge_agent.app.run import run_agent
from edge_agent.cli import app
from edge_agent.environment import ServicePlace
from edge_agent.settings import load_file
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.commands import Command, ConfigDesired, ConfigReported, Reply
from shared.ids import NodeId, SiteId
from shared.messages import NodeStatus
from shared.mint import uuid7
from shared.reply_parts import ReplyParts
from shared.topics import COMMAND, CONFIG_DESIRED, CONFIG_REPORTED, REPLY, STATUS, node_acl
from tests.fakes.footage import write_film
from tests.servers.mosquitto import Mosquitto

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


def acl() -> str:
    lines = ["user controller", "topic readwrite cctv/v1/#", "user n1"]
    for mode, filters in node_acl("n1").items():
        lines += [f"topic {mode} {topic}" for topic in filters]
    return "\n".join(lines) + "\n"


class Site:
    """The controller's end, and the node's file with two cameras that play a film."""

    def __init__(self, folder: Path, broker: Mosquitto, dead_port: int) -> None:
        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.config = folder / "n1.toml"
        film = write_film(folder / "film.mp4", options={"g": "10", "bf": "0", "preset": "ultrafast"})
        self.dead = f"rtsp://127.0.0.1:{dead_port}/nothing"
        self.config.write_text(
            write_node_file(
                NodeFile(
                    site=SiteId("site"),
                    node=NodeId("n1"),
                    controller_url="http://127.0.0.1:9",
                    broker_host=broker.host,
                    broker_port=broker.port,
                    broker_password="node-password",
                    key_pem=key.decode(),
                    ca_pem=None,
                    cameras=(NodeCamera("yard", str(film)), NodeCamera("gate", str(film))),
                    data_dir="data",
                )
            ),
            encoding="utf-8",
        )
        self.config.chmod(0o600)
        self.reports: list[ConfigReported] = []
        self.replies: dict[str, ReplyParts] = {}
        self.answered: dict[str, tuple[Reply, bytes]] = {}
        self.status: NodeStatus | None = None
        self.states: list[str] = []
        address = BrokerAddress(broker.host, broker.port, f"controller-{uuid7()}", "controller", "controller-password")
        self.session = Session(address)
        self.session.listen(CONFIG_REPORTED, self._report)
        self.session.listen(STATUS, self._status)
        self.session.listen(REPLY, self._reply)

    async def _report(self, _levels: dict[str, str], report: ConfigReported) -> None:
        self.reports.append(report)

    async def _status(self, _levels: dict[str, str], status: NodeStatus) -> None:
        self.status = status
        self.states.append(status.state)

    async def _reply(self, levels: dict[str, str], reply: Reply) -> None:
        parts = self.replies.setdefault(levels["id"], ReplyParts())
        if parts.add(reply):
            self.answered[levels["id"]] = parts.whole()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.session.run())
        try:
            async with asyncio.timeout(10):
                await self.session.wait_connected()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def desire(self, version: int, **settings: Any) -> None:
        body = {"id": uuid7(), "at": SystemClock().now(), "node": "n1", "version": version, "settings": settings}
        await self.session.send(CONFIG_DESIRED, ConfigDesired.model_validate(body), node="n1")

    async def ask(self, **order: Any) -> tuple[Reply, bytes]:
        id_ = uuid7()
        message = Command.model_validate({"id": id_, "at": SystemClock().now(), "command": order})
        await self.session.send(COMMAND, message, node="n1", id=id_)
        await until(lambda: id_ in self.answered)
        return self.answered[id_]

    def live(self) -> bool:
        status = self.status
        return status is not None and [camera.state for camera in status.cameras] == ["live", "live"]

    def last(self) -> tuple[int, str, int]:
        report = self.reports[-1] if self.reports else None
        return (-1, "", -1) if report is None else (report.version, report.state, report.running)

    @asynccontextmanager
    async def node(self, trial_ms: int) -> AsyncIterator[None]:
        task = asyncio.create_task(run_agent(load_file(self.config), ServicePlace(), trial_ms=trial_ms))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


@pytest.fixture
def site(tmp_path: Path, mosquitto: Callable[..., Mosquitto], free_port: Callable[[], int]) -> Site:
    broker = mosquitto(users={"n1": "node-password", "controller": "controller-password"}, acl=acl())
    return Site(tmp_path, broker, free_port())


async def test_settings_are_refused_kept_or_taken_back_and_commands_are_answered(site: Site) -> None:
    async with site.connected(), site.node(trial_ms=60_000):
        await until(site.live)
        await site.desire(1, cameras={"yard": {"motion": {"sensitivity": 7}}})
        await until(lambda: site.last() == (1, "refused", 0))
        assert site.reports[-1].reason.startswith("cameras.yard.motion.sensitivity: ")

        await site.desire(2, cameras={"yard": {"motion": {"sensitivity": 0.9}}})
        await until(lambda: site.last() == (2, "applied", 2))
        assert site.live()

        reply, jpeg = await site.ask(kind="snapshot", camera="n1.gate")
        assert (reply.ok, reply.media_type, jpeg[:3]) == (True, "image/jpeg", b"\xff\xd8\xff")
        reply, _ = await site.ask(kind="reboot")
        assert (reply.ok, "commands.reboot" in reply.reason) == (False, True)
        reply, packed = await site.ask(kind="diagnostics")
        assert reply.ok
        assert b"node-password" not in packed
        assert packed[:2] == b"PK"

    async with site.connected(), site.node(trial_ms=3_000):
        await until(lambda: site.last() == (2, "applied", 2) and site.live())
        await site.desire(3, cameras={"gate": {"source": site.dead}})
        await until(lambda: site.last() == (3, "rolled-back", 2))
        assert "n1.gate" in site.reports[-1].reason
        await until(site.live)
    kept = json.loads((site.config.parent / "data" / "config.json").read_text())
    assert (kept["good"]["version"], kept["trying"]) == (2, None)
    said = await asyncio.to_thread(CliRunner().invoke, app, ["check", "--config", str(site.config), "--json"])
    (finding,) = [found for found in json.loads(said.stdout)["findings"] if found["check"] == "configuration"]
    assert finding["level"] == "warning"
    assert "version 2 " in finding["says"]
    assert "version 3 was rolled back" in finding["says"]


async def test_a_node_killed_in_the_middle_of_a_change_comes_back_without_it(site: Site) -> None:
    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "edge_agent.cli", "run", "--config", str(site.config)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=Path(__file__).resolve().parents[3])

    async with site.connected():
        node = start()
        try:
            await until(site.live)
            told = len(site.states)
            await site.desire(5, cameras={"gate": {"source": site.dead}})
            await until(lambda: site.last() == (5, "applying", 0))
            await until(lambda: "offline" in site.states[told:])  # for a moment alone
            await until(lambda: site.states[-1] == "online")
            os.kill(node.pid, signal.SIGKILL)
            node.wait()
            node = start()
            await until(lambda: site.last() == (5, "rolled-back", 0))
            await until(site.live)
        finally:
            node.terminate()
            node.wait(20)
