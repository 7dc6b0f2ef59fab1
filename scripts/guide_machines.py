"""Two fresh Debian systems in a network of their own, for who follows a guide on them."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.provision.trees import base_tree
from tests.repo.tree import ROOT

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Where packages come through a proxy that has a certificate of its own, systems are told of it as this one was.
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
CERTIFICATES = {"PIP_CERT": BUNDLE, "NODE_EXTRA_CA_CERTS": BUNDLE, "SSL_CERT_FILE": BUNDLE}
START_S = 90
NOISE = "Attempted to remove disk file system"
"""What systemd-nspawn says when a system at rest is left: it is not about what was run."""


def archive(path: Path) -> None:
    """What the guide's `git archive` writes, of what is committed here."""
    command = ["git", "-c", "safe.directory=*", "archive", "--format=tar.gz", "--output", str(path), "HEAD"]
    subprocess.run(command, check=True, cwd=ROOT)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@dataclass(slots=True)
class Machine:
    """A Debian system: at rest it has this machine's network, once started one of its own, which leads nowhere."""

    name: str
    root: Path
    suite: str
    address: str
    _outer: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _inner: str = field(default="", init=False)

    @property
    def space(self) -> str:
        """The name of its network."""
        return f"guide-{os.getpid()}-{self.name}"

    @property
    def started(self) -> bool:
        return self._outer is not None

    def make(self) -> None:
        subprocess.run(["cp", "-a", base_tree(self.suite), self.root], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        shutil.copy(BUNDLE, self.root / str(BUNDLE).lstrip("/"))
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {self.name}\n")
        (self.root / "etc/hostname").write_text(f"{self.name}\n")
        policy = self.root / "usr/sbin/policy-rc.d"  # nothing starts in a system at rest
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def start(self) -> None:
        """Let its systemd take over."""
        (self.root / "usr/sbin/policy-rc.d").unlink()
        quiet = ["-q", "--register=no", "--keep-unit", "--console=pipe", "-M", self.space]
        network = f"--network-namespace-path=/run/netns/{self.space}"
        with self.root.with_suffix(".console").open("wb") as console:
            self._outer = subprocess.Popen(
                ["systemd-nspawn", *quiet, network, "-D", self.root, "-b"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
            )  # fmt: skip
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text().split()
            if children:
                self._inner = children[0]
                if self.call("systemctl is-system-running || true")[1].strip() in {"running", "degraded"}:
                    return
            time.sleep(0.5)
        raise RuntimeError(f"{self.name} did not start: {self.root.with_suffix('.console').read_text()[-2000:]}")

    def begin(self, commands: str) -> subprocess.Popen[str]:
        """Start commands as root in root's home."""
        if self.started:
            enter = ["nsenter", "--target", self._inner, "--mount", "--uts", "--ipc", "--net", "--pid", "--root"]
            enter += ["--wdns=/", "--"]
            names: Mapping[str, object] = {}
        else:
            enter = ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--resolv-conf=off", "--pipe"]
            enter += ["-M", self.space, "-D", str(self.root)]
            names = {**CERTIFICATES, "SYSTEMD_OFFLINE": 1}
        clean = ["env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        said = [f"{name}={value}" for name, value in names.items()]
        return subprocess.Popen(
            [*enter, *clean, *said, "bash", "-e", "-o", "pipefail", "-c", f"cd /root\n{commands}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip

    def call(self, commands: str) -> tuple[int, str]:
        """Run commands to their end: exit code and output."""
        process = self.begin(commands)
        output, _ = process.communicate()
        return process.returncode, output

    def stop(self) -> None:
        if self._outer is not None:
            self._outer.terminate()
            try:
                self._outer.wait(30)
            except subprocess.TimeoutExpired:
                self._outer.kill()
                self._outer.wait()


@dataclass(slots=True)
class Machines:
    """A controller's and a node's machine, joined by a wire."""

    folder: Path
    suite: str
    controller: Machine = field(init=False)
    node: Machine = field(init=False)

    def __post_init__(self) -> None:
        self.controller = Machine("controller", self.folder / "controller", self.suite, "10.99.0.1")
        self.node = Machine("node", self.folder / "node", self.suite, "10.99.0.2")

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        both = [(self.controller, f"gc{os.getpid()}"), (self.node, f"gn{os.getpid()}")]
        for machine, _ in both:
            machine.make()
            ip("netns", "add", machine.space)
        ip("link", "add", both[0][1], "type", "veth", "peer", "name", both[1][1])
        for machine, end in both:
            ip("link", "set", end, "netns", machine.space)
            for command in (["addr", "add", f"{machine.address}/24", "dev", end], ["link", "set", end, "up"]):
                ip("-n", machine.space, *command)
            ip("-n", machine.space, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for machine in (self.controller, self.node):
            machine.stop()
            subprocess.run(["ip", "netns", "delete", machine.space], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def end(process: subprocess.Popen[str], how: signal.Signals) -> None:
    """Send a signal to all that the commands started, as a terminal does."""
    os.killpg(process.pid, how)
