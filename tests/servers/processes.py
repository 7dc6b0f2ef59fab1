"""Starts a server, waits until it answers, and makes sure that it never outlives the tests."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

# Below the kernel's range for outgoing connections, so that no client takes a port between choice and use.
_PORTS = range(15_000, 32_000)
_given: set[int] = set()


def free_port(consecutive: int = 1) -> int:
    """A port on loopback (the first of `consecutive`) that nothing listens on and nobody here was given."""
    for _ in range(1000):
        first = random.choice(_PORTS[: -consecutive or None])
        wanted = set(range(first, first + consecutive))
        if not wanted & _given and all(_is_free(port) for port in wanted):
            _given.update(wanted)
            return first
    raise RuntimeError("no free port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def unavailable(what: str) -> NoReturn:
    """Skip the test for want of `what`; a failure where the run was promised every server."""
    if os.environ.get("CCTV_TEST_REQUIRE_SERVERS"):
        pytest.fail(f"{what} is not installed", pytrace=False)
    pytest.skip(f"{what} is not installed (scripts/servers.py says how)")


def program(*names: str, what: str) -> str:
    """The path of the first of `names` that is installed; skips the test when none is."""
    ours = str(Path(sys.executable).parent)
    path = os.pathsep.join([ours, os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    unavailable(what)


@dataclass(slots=True)
class Server:
    """One running server process."""

    command: tuple[str, ...]
    log: Path
    ready: Callable[[], bool]
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    def start(self, timeout_s: float = 60) -> None:
        """Start it and return when it answers; raises RuntimeError with the end of its log if it does not."""
        # The kernel ends the server when this process dies, however it dies.
        tether = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*tether, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.log.parent,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                start_new_session=True,
            )
        deadline = time.monotonic() + timeout_s
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.command[0]} did not start:\n{tail}")
            time.sleep(0.02)

    def stop(self, sign: signal.Signals = signal.SIGTERM, patience_s: float = 5) -> None:
        """Ask it to end, then end it; idempotent."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(sign)
        try:
            self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """End it as a crash would."""
        self.stop(signal.SIGKILL)


def run_all(*commands: Sequence[str | Path], cwd: Path) -> None:
    """Run set-up commands one after the other; raises RuntimeError with the output of the one that fails."""
    for command in commands:
        done = subprocess.run(
            [str(part) for part in command], check=False, cwd=cwd, capture_output=True, text=True, timeout=180
        )
        if done.returncode:
            raise RuntimeError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
