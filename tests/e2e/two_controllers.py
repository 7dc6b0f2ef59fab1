"""Two whole controllers behind nginx on one database, broker and S3 store, with a node of one rendered camera."""

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg.rows import dict_row
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from controller.adapters.database import Database
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import NodeStore
from controller.core.node_file import NodeCamera, NodeFile, write_node_file
from shared.clock import SystemClock
from shared.ids import NodeId, SiteId
from shared.live import unpack
from tests.e2e.test_site import CCTV, EDGE, first_login, running
from tests.servers.nginx import Nginx, configure
from tests.servers.processes import free_port
from tests.servers.running_demo import until
from tests.servers.stores import S3Store

CAMERA = "n1.yard"
_ESTABLISHED = "01"
_A_SECOND = 15  # pictures
_RULE = {"name": "helmet", "kind": "ppe_missing", "required": ["helmet"], "cooldown_s": 1}


@dataclass
class Machine:
    """One controller: a data directory of its own, as if on a machine of its own."""

    data: Path
    port: int
    relay_port: int
    log: Path
    supervisor: subprocess.Popen[bytes] | None = None

    def pids(self) -> list[int]:
        """Every process of it: all are in the session of their supervisor."""
        found = []
        if self.supervisor is not None:
            for entry in Path("/proc").iterdir():
                with contextlib.suppress(OSError):
                    if entry.name.isdecimal() and self.supervisor.pid == os.getsid(int(entry.name)):
                        found.append(int(entry.name))
        return found

    def has_camera(self) -> bool:
        """Whether somebody is connected with its relay: the node that pushes, and who watches."""
        place = f"0100007F:{self.relay_port:04X}"
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        return any((line.split()[1], line.split()[3]) == (place, _ESTABLISHED) for line in lines)

    def send(self, number: signal.Signals) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @contextlib.contextmanager
    def run(self) -> Iterator[None]:
        """Start it anew, and wait until every role is ready."""
        self.log.write_text("")
        with running([*CCTV, "up", "--data", str(self.data)], self.log) as supervisor:
            self.supervisor = supervisor
            try:
                until("the controller", lambda: "is ready" in self.log.read_text(), 180)
            except AssertionError as fault:
                raise AssertionError(f"{fault}:\n{self.log.read_text()}\n{self.last_words()}") from None
            yield

    def last_words(self) -> str:
        """The end of each role's log."""
        files = sorted((self.data / "logs").glob("*.log"))
        return "\n".join(f"== {file.stem}\n{file.read_text()[-1500:]}" for file in files)

    def cctv(self, *words: str) -> str:
        done = subprocess.run(
            [*CCTV, *words, "--data", str(self.data)], capture_output=True, check=False, timeout=120, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass
class Reader:
    """Reads one WebSocket as the dashboard does, and dials again whenever it ends or is silent for `silence_s`."""

    url: Callable[[], str]
    take: Callable[[str | bytes], None]
    headers: dict[str, str]
    trust: ssl.SSLContext
    silence_s: float
    over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        while not self.over.is_set():
            with (
                contextlib.suppress(OSError, TimeoutError, WebSocketException),
                connect(
                    self.url(), additional_headers=self.headers, ssl=self.trust, open_timeout=5, close_timeout=0.2
                ) as socket,
            ):
                self._stay(socket)
            time.sleep(0.2)

    def _stay(self, socket: Connection) -> None:
        last_s = time.monotonic()
        while not self.over.is_set() and time.monotonic() - last_s < self.silence_s:
            with contextlib.suppress(TimeoutError):
                self.take(socket.recv(timeout=1))
                last_s = time.monotonic()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        thread = threading.Thread(target=self.read, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            thread.join(10)


@dataclass
class Pictures:
    """When live pictures of the camera came."""

    came_s: list[float] = field(default_factory=list)

    def take(self, message: str | bytes) -> None:
        if isinstance(message, bytes) and unpack(message)[0]["t"] == "au":
            self.came_s.append(time.monotonic())

    def longest_without(self, since_s: float, within_s: float) -> float:
        """The longest stretch without a picture from `since_s` on, once a second of them has come again."""
        until("live pictures", lambda: sum(one > since_s + 1 for one in self.came_s) >= _A_SECOND, within_s)
        seen = [since_s, *(one for one in self.came_s if one >= since_s)]
        return max(after - before for before, after in itertools.pairwise(seen))


@dataclass
class Feed:
    """What the dashboard's feed told, resumed where it was cut off."""

    last: int | None = None
    told: list[dict[str, Any]] = field(default_factory=list)
    greetings: int = 0

    def take(self, message: str | bytes) -> None:
        row = json.loads(message)
        if row["kind"] == "hello":
            self.greetings += 1
            if self.last is None:
                self.last = row["id"]
            return
        self.told.append(row)
        self.last = max(row["id"], self.last or 0)


@dataclass(frozen=True)
class TwoControllers:
    """Both machines, what they share, and who is logged in."""

    east: Machine
    west: Machine
    nginx: Nginx
    database_url: str
    s3: S3Store
    client: httpx.Client

    def with_camera(self) -> tuple[Machine, Machine]:
        """The machine to which nginx leads the camera, and the other one."""
        machines = (self.east, self.west)
        until("one relay with the camera", lambda: sum(one.has_camera() for one in machines) == 1, 60)
        return machines if machines[0].has_camera() else machines[::-1]

    def reader(self, url: Callable[[], str], take: Callable[[str | bytes], None], silence_s: float) -> Reader:
        cookie = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        headers = {"Cookie": cookie, "Origin": self.nginx.url}
        return Reader(url, take, headers, self.nginx.trust(), silence_s)

    @contextlib.contextmanager
    def watching(self) -> Iterator[Pictures]:
        """A viewer of the camera."""
        pictures = Pictures()
        place = f"{self.nginx.url.replace('http', 'ws', 1)}/live/{CAMERA}"
        with self.reader(lambda: place, pictures.take, 4).reading():
            until("live pictures", lambda: pictures.came_s, 60)
            yield pictures

    @contextlib.contextmanager
    def following(self) -> Iterator[Feed]:
        """A reader of the feed."""
        feed = Feed()
        place = f"{self.nginx.url.replace('http', 'ws', 1)}/api/v1/feed"
        with self.reader(lambda: place if feed.last is None else f"{place}?since={feed.last}", feed.take, 60).reading():
            until("the feed", lambda: feed.greetings, 30)
            yield feed

    def rows(self, asked: str) -> list[dict[str, Any]]:
        """What the database says."""
        address = self.database_url.replace("+psycopg", "")
        with psycopg.connect(address, row_factory=dict_row) as connection:
            return connection.execute(asked.encode()).fetchall()

    def all_led_by(self, machine: Machine) -> bool:
        """Whether nothing is led by anybody else any more."""
        held = self.rows("SELECT name, holder FROM lease WHERE name NOT LIKE 'worker%' AND holder <> ''")
        return bool(held) and all(one["holder"].endswith(f":{machine.data}") for one in held)

    def alarms(self) -> dict[str, dict[str, Any]]:
        """Those of the rule that have their clip; none while nobody answers."""
        with contextlib.suppress(httpx.HTTPError):
            found = self.client.get("/api/v1/alarms?state=all&limit=200").raise_for_status().json()["items"]
            return {one["id"]: one for one in found if one["kind"] == "ppe_missing" and one["clip_ready"]}
        return {}

    def wait_for_another_alarm(self, within_s: float) -> None:
        """One that was raised after this was asked, with its clip."""
        before = set(self.alarms())
        until("another alarm", lambda: set(self.alarms()) - before, within_s, every_s=1)


@contextlib.contextmanager
def two_controllers(folder: Path, database_url: str, s3: S3Store, broker_port: int) -> Iterator[TwoControllers]:
    """Both running, with the rule in force and the node at work; whoever was killed may be started again."""
    machines = [Machine(folder / name, free_port(), free_port(), folder / f"{name}.log") for name in ("east", "west")]
    east, west = machines
    secrets = {"access": s3.access_key, "secret": s3.secret_key, "database": database_url, "broker": "not-a-usual-one"}
    for name, text in secrets.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    address = f"https://localhost:{free_port()}"
    for one in machines:
        one.data.mkdir(mode=0o700)
        (one.data / "cctv.toml").write_text(_settings(one, address, folder, s3, broker_port))
        (one.data / "cctv.toml").chmod(0o600)
    east.cctv("prepare")
    inside = east.data / "tls" / "ca.pem"
    nginx = configure(folder / "nginx", [one.port for one in machines], inside_ca=inside, port=urlsplit(address).port)
    nginx.server.start()
    try:
        with contextlib.ExitStack() as undo:
            undo.callback(west.send, signal.SIGCONT)
            undo.callback(east.send, signal.SIGCONT)
            undo.enter_context(east.run())
            client = undo.enter_context(contextlib.closing(first_login(east.log, nginx.trust())))
            for name in ("secrets", "tls"):
                shutil.copytree(east.data / name, west.data / name)
            undo.enter_context(west.run())
            client.put("/api/v1/rules", json={"rules": [_RULE]}).raise_for_status()
            node_file = _let_in(folder, nginx, database_url, broker_port)
            undo.enter_context(running([*EDGE, "run", "--config", str(node_file)], folder / "node.log"))
            yield TwoControllers(east, west, nginx, database_url, s3, client)
    finally:
        nginx.server.stop()


def _settings(one: Machine, address: str, folder: Path, s3: S3Store, broker_port: int) -> str:
    return f"""
site = "plant"
public_url = "{address}"
database_url_file = "{folder}/database"
[listen]
host = "0.0.0.0"
port = {one.port}
proxies = ["127.0.0.1/32"]
[relay]
port = {one.relay_port}
shared = true
ca_file = "{folder}/nginx/public.pem"
[broker]
kind = "external"
port = {broker_port}
password_file = "{folder}/broker"
[store]
kind = "s3"
endpoint = "http://{s3.endpoint}"
bucket = "{s3.bucket}"
access_key_file = "{folder}/access"
secret_key_file = "{folder}/secret"
"""


def _let_in(folder: Path, nginx: Nginx, database_url: str, broker_port: int) -> Path:
    """The node's file, as it is written by hand where the broker is somebody else's."""
    private, public = make_node_keys()

    async def enrol() -> None:
        database = Database(database_url)
        try:
            await NodeStore(database, SystemClock()).enrol(NodeId("n1"), public, "test")
        finally:
            await database.close()

    asyncio.run(enrol())
    place = NodeFile(
        SiteId("plant"), NodeId("n1"), nginx.url, "127.0.0.1", broker_port, "not-a-usual-one", private, None,
        (NodeCamera("yard", "scene://yard?seed=9"),), "n1-data",
    )  # fmt: skip
    file = folder / "n1.toml"
    trusted = f'ca_file = "{nginx.ca_file}"\n\n[broker]'
    file.write_text(write_node_file(place).replace("\n[broker]", trusted))
    file.chmod(0o600)
    return file
