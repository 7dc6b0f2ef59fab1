"""Debian trees made with debootstrap: plays are applied to them, at rest by chroot or started by systemd-nspawn."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
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
exec nsenter --target "$(cat "$root.pid")" --mount --uts --ipc --net --pid --root --wd=/ -- "$@"
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


@dataclass(slots=True)
class Tree:
    """A copy of a small system, thrown away afterwards."""

    root: Path
    suite: str
    outer: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def make(self) -> None:
        subprocess.run(["cp", "-a", base_tree(self.suite), self.root], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        policy = self.root / "usr/sbin/policy-rc.d"  # nothing starts while packages are installed into a tree at rest
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def start(self) -> None:
        """Start its systemd, in a network of its own: it reaches nobody."""
        nspawn = program("systemd-nspawn", what="systemd-nspawn")
        quiet = ["-q", "--register=no", "--keep-unit", "--private-network", "--console=pipe"]
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
                if self.run("systemctl", "is-system-running", "--wait", fails=True).stdout.strip() == "running":
                    return
            time.sleep(0.5)
        raise AssertionError(f"{self.root} did not start: {self.root.with_suffix('.console').read_text()[-2000:]}")

    def run(self, *command: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        """A command in it."""
        done = subprocess.run(
            ["sh", "-c", ENTER, "enter", self.root, *command], check=False, capture_output=True, text=True, timeout=120
        )
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
