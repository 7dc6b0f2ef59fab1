"""A whole running demo, driven as its user drives it: started, logged in to, killed in parts, stopped."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.servers.processes import free_port

START_S = 180.0
SPARING = ("--fps", "6")
"""Drawing and encoding 15 pictures a second, twice, would be half of what a test costs."""
_LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/#/login\?code=(\S+)")
PASSWORD = "a password of the tests"


class RunningDemo:
    """`cctv demo` in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.data = folder / "site"
        self.port = free_port()
        self._log = folder / "demo.log"
        self._arguments = arguments if "--video" in arguments else (*SPARING, *arguments)
        self.link = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once the welcome is printed."""
        command = [sys.executable, "-m", "controller.cli", "demo", "--data", str(self.data), "--port", str(self.port)]
        with self._log.open("ab") as log:
            already = log.tell()
            self._process = subprocess.Popen(
                [*command, *self._arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        deadline = time.monotonic() + START_S
        while "SHT-CCTV is running" not in (text := self._log.read_text()[already:]):
            assert self._process.poll() is None, f"the demo ended:\n{text}"
            assert time.monotonic() < deadline, f"the demo is not ready after {START_S:g} s:\n{text}\n{self.logs()}"
            time.sleep(0.1)
        found = _LINK.search(text)
        self.link = found[0] if found else ""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def told(self) -> str:
        """What the command itself has printed so far."""
        return self._log.read_text()

    def logs(self) -> str:
        """The end of every role's log."""
        parts = [f"== {file.name}\n{file.read_text()[-1500:]}" for file in sorted((self.data / "logs").glob("*.log"))]
        return "\n".join(parts)

    def log_in(self) -> httpx.Client:
        """A client with an administrator's session; uses up the one-time code."""
        client = httpx.Client(base_url=self.base_url, timeout=10, headers={"Origin": self.base_url})
        code = self.link.partition("code=")[2]
        session = client.post("/api/v1/session", json={"code": code}).raise_for_status().json()
        client.headers["X-CSRF-Token"] = session["csrf"]
        answer = client.post("/api/v1/session/password", json={"new": PASSWORD}).raise_for_status()
        if answer.content:
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    def processes(self) -> dict[int, str]:
        """Every process of this demo by pid, with its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if str(self.data) in command or _belongs(entry, str(self.data)):
                        found[int(entry.name)] = command
        return found

    def pid_of(self, role: str) -> int:
        """The process of a role, or of the node ("node")."""
        sign = "edge_agent.cli run" if role == "node" else f"controller.app.role {role} "
        return next(pid for pid, command in self.processes().items() if sign in command)

    def stop(self) -> float:
        """Ctrl-C; returns how long it took. Kills what is left after a generous time."""
        if self._process is None or self._process.poll() is not None:
            return 0.0
        started = time.monotonic()
        os.killpg(self._process.pid, signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        return time.monotonic() - started

    def kill_everything(self) -> None:
        """SIGKILL to the supervisor alone; the rest must end by itself."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


def _belongs(entry: Path, data: str) -> bool:
    """A camera process's command line names no folder, its environment marks it as a child of the node."""
    parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)
    if parent is None or parent[1] in {"0", "1"}:
        return False
    command = (Path("/proc") / parent[1] / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return data in command and "edge_agent" in command


def until(what: str, check: Callable[[], Any], within_s: float, every_s: float = 0.2) -> Any:
    """The first true answer of `check`; fails after `within_s` (a bound, not a measurement)."""
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(httpx.TransportError, json.JSONDecodeError):
            if answer := check():
                return answer
        assert time.monotonic() < deadline, f"{what}: not within {within_s:g} s"
        time.sleep(every_s)


@contextlib.contextmanager
def running_demo(folder: Path, *arguments: str) -> Iterator[RunningDemo]:
    """Start a demo; stop it at the end whatever happened."""
    demo = RunningDemo(folder, *arguments)
    try:
        demo.start()
        yield demo
    finally:
        demo.stop()
