"""Debian trees made with debootstrap: plays are applied to them, at rest by chroot or started by systemd-nspawn."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.repo.tree import ROOT
from tests.servers.processes import program, unavailable

KEPT = ROOT / "build" / "provision"
INCLUDED = "python3,python3-apt,systemd,systemd-sysv,dbus,ca-certificates"
# As chroot ROOT COMMAND…, which Ansible's connection calls, but into the system that was started there.
ENTER = """#!/bin/sh
root=$1
shift
exec nsenter --target "$(cat "$root.pid")" --mount --uts --ipc --net --pid --root --wd -- "$@"
"""


def base_tree(suite: str) -> Path:
    """A small system of `suite`, made once for all runs."""
    if os.geteuid() != 0:
        unavailable("root for debootstrap")
    tree = KEPT / suite
    if not (KEPT / f"{suite}.whole").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        command = [program("debootstrap", what="debootstrap"), "--variant=minbase", f"--include={INCLUDED}"]
        done = subprocess.run([*command, suite, tree], check=False, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(tree)
            unavailable(f"a mirror with {suite} ({done.stdout[-300:]})")
        (KEPT / f"{suite}.whole").touch()
    return tree


@dataclass(frozen=True, slots=True)
class Wire:
    """A network that some trees alone are in: no way leads out of it."""

    bridge: str
    names: tuple[str, ...]

    def plug(self, root: Path, pid: str) -> bool:
        """Give the tree that runs as `pid` its address, and tell it those of all; whether it had its end already."""
        addresses = {name: f"10.77.0.{number}" for number, name in enumerate(self.names, 1)}
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in addresses.items())]
        (root / "etc/hosts").write_text("\n".join(lines) + "\n")
        inside = ["nsenter", "--target", pid, "--net", "ip"]
        if subprocess.run([*inside, "link", "set", "host0", "up"], check=False, capture_output=True).returncode:
            return False
        subprocess.run([*inside, "address", "replace", f"{addresses[root.name]}/24", "dev", "host0"], check=True)
        return True


@contextmanager
def wire(*names: str) -> Iterator[Wire]:
    """A bridge without an address of its own."""
    bridge = f"cctv{os.getpid()}"
    subprocess.run(["ip", "link", "add", bridge, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "link", "set", bridge, "up"], check=True)
        yield Wire(bridge, names)
    finally:
        subprocess.run(["ip", "link", "delete", bridge], check=True)


@dataclass(slots=True)
class Tree:
    """A copy of a small system, thrown away afterwards."""

    root: Path
    suite: str
    outer: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def make(self, *packages: str) -> None:
        """Copy it, and install more of Debian into it while it is at rest."""
        subprocess.run(["cp", "-a", base_tree(self.suite), self.root], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        policy = self.root / "usr/sbin/policy-rc.d"  # nothing starts while packages are installed into a tree at rest
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        if packages:
            apt = ["chroot", str(self.root), "apt-get", "--quiet", "--quiet", "--yes", "--no-install-recommends"]
            subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)
            subprocess.run([*apt, "install", *packages], check=True, stdout=subprocess.DEVNULL)

    def start(self, wire: "Wire | None" = None, bound: Mapping[Path, str] | None = None) -> None:
        """Start its systemd, in a network of its own or on a wire with others: it reaches nobody else.

        `bound` are folders of this machine, and where they are there: a disk that several share.
        """
        nspawn = program("systemd-nspawn", what="systemd-nspawn")
        quiet = ["-q", "--register=no", "--keep-unit", "--console=pipe"]
        quiet += [f"--network-bridge={wire.bridge}", f"--machine={self.root.name}"] if wire else ["--private-network"]
        quiet += [f"--bind={here}:{there}" for here, there in (bound or {}).items()]
        if wire:
            (self.root / "etc/hostname").write_text(f"{self.root.name}\n")
        with self.root.with_suffix(".console").open("wb") as console:
            self.outer = subprocess.Popen(
                [nspawn, *quiet, "-D", self.root, "-b"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
            )  # fmt: skip
        (self.root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
            if children:
                Path(f"{self.root}.pid").write_text(children[0])
                plugged = wire is None or wire.plug(self.root, children[0])
                if plugged and self.run("systemctl", "is-system-running", "--wait", fails=True).stdout == "running\n":
                    return
            time.sleep(0.5)
        raise AssertionError(f"{self.root} did not start: {self.root.with_suffix('.console').read_text()[-2000:]}")

    def run(self, *command: str, fails: bool = False, within_s: float = 120) -> subprocess.CompletedProcess[str]:
        """A command in it."""
        done = subprocess.run(
            ["sh", "-c", ENTER, "enter", self.root, *command],
            check=False, capture_output=True, text=True, timeout=within_s,
        )  # fmt: skip
        assert fails or done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def stop(self) -> None:
        """End its systemd, and with it everything in it."""
        if self.outer is not None:
            self.outer.terminate()
            try:
                self.outer.wait(30)
            except subprocess.TimeoutExpired:
                self.outer.kill()
                self.outer.wait()


def ansible() -> Path:
    """The programs of ansible, in an environment of their own."""
    venv, lock = ROOT / ".venv-ansible", ROOT / "requirements" / "ansible.txt"
    stamp = venv / "lock.txt"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        subprocess.run(["python3", "-m", "venv", "--without-pip", venv], check=True, cwd=ROOT)
        pip = next((ROOT / "scripts" / "vendor").glob("pip-*.whl")) / "pip"
        exact = [
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "--only-binary=:all:",
            "--requirement",
            str(lock),
        ]
        subprocess.run([str(venv / "bin" / "python"), str(pip), *exact], check=True)
        shutil.copy(lock, stamp)
    return venv / "bin"


def environment() -> dict[str, str]:
    """Ansible's own settings for a run of a test."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "SSL_CERT_FILE") if name in os.environ}
    return kept | {"PATH": f"{ansible()}:{os.environ['PATH']}", "LANG": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}


def play(book: str, inventory: Path, **said: str) -> tuple[int, Mapping[str, int], str]:
    """Run a playbook: its exit code, what it counted over all machines, and all that it said."""
    more = [word for name, value in said.items() for word in ("--extra-vars", f"{name}={value}")]
    done = subprocess.run(
        [ansible() / "ansible-playbook", "--inventory", inventory, book, *more],
        check=False, cwd=ROOT / "ansible", env=environment(), capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    recap = done.stdout.rpartition("PLAY RECAP")[2]
    counts: dict[str, int] = {}
    for line in recap.splitlines()[1:]:
        for word in line.partition(":")[2].split():
            name, _, number = word.partition("=")
            counts[name] = counts.get(name, 0) + int(number)
    return done.returncode, counts, done.stdout + done.stderr
