"""Sets the project up and runs the demo in fresh Debian systems: with and without root, make, venv and Python.

Needs root, debootstrap, systemd-nspawn, iproute2 and a way to the package registries. Prints a table.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __package__ in {None, ""}:
    sys.path.insert(0, str(ROOT))

from scripts.guide_machines import NOISE, Machine, archive, ip  # noqa: E402

DEMO = "--until-alarm --timeout 240 --fps 5 --json"
UNPACK = "mkdir -p {home} && tar -xzf sht-cctv.tar.gz -C {home}"


@dataclass(frozen=True, slots=True)
class Case:
    """`before` with the network of this machine; `then` too, or started and cut off (`alone`); what has to be said."""

    name: str
    before: str
    then: str
    alone: bool = False
    says: str = ""
    fails: bool = False


def as_user(command: str) -> str:
    return f"runuser --user=visitor -- sh -c 'cd ~visitor/cctv && {command}'"


ROOT_HAS_IT = UNPACK.format(home="/opt/cctv")
USER_HAS_IT = "; ".join([
    "useradd --create-home visitor", UNPACK.format(home="~visitor/cctv"), "chown -R visitor: ~visitor/cctv",
])  # fmt: skip
MAKE = "apt-get -qq update; apt-get -qq install --yes make"
WHOLE = "python3 python3-apt libpython3-stdlib ^python3.1[0-9]$ ^libpython3.1[0-9]-stdlib$"
LESS = f"apt-get -qq update; apt-get -qq install --yes python3-minimal; apt-get -qq purge --yes {WHOLE}"
NONE = "apt-get -qq purge --yes python3-minimal ^python3.1[0-9]-minimal$ ^libpython3.1[0-9]-minimal$"
CASES = (
    Case("root, make, no python3-venv: set-up", f"{MAKE}; {ROOT_HAS_IT}", "make -C /opt/cctv setup", says="Ready in"),
    Case("root, make: demo to the first alarm", "", f"make -C /opt/cctv demo ARGS='{DEMO}'", alone=True, says='"alarm'),
    Case("a user, no make: set-up", USER_HAS_IT, as_user("scripts/python scripts/setup.py"), says="Ready in"),
    Case("a user, no make: demo to the first alarm", "", as_user(f"./demo {DEMO}"), alone=True, says='"alarm'),
)
REFUSALS = (
    Case(
        "no way to the registries", ROOT_HAS_IT, "cd /opt/cctv && scripts/python scripts/setup.py", alone=True,
        says="Is the package registry reachable", fails=True,
    ),
    Case(
        "python3-minimal alone", f"{LESS}; {ROOT_HAS_IT}", "cd /opt/cctv && scripts/python scripts/setup.py",
        says="apt-get install python3", fails=True,
    ),
    Case(
        "no Python", NONE, "cd /opt/cctv && scripts/python scripts/setup.py",
        says="apt-get install python3", fails=True,
    ),
)  # fmt: skip


@contextmanager
def machine(suite: str, name: str) -> Iterator[Machine]:
    """A fresh system with the project's files beside it, thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="platform-") as folder:
        made = Machine(name, Path(folder) / name, suite, "127.0.0.1")
        made.make()
        archive(made.root / "root" / "sht-cctv.tar.gz")
        ip("netns", "add", made.space)
        try:
            ip("-n", made.space, "link", "set", "lo", "up")
            yield made
        finally:
            made.stop()
            subprocess.run(["ip", "netns", "delete", made.space], check=False, capture_output=True)
            shutil.rmtree(made.root, ignore_errors=True)


def tried(here: Machine, case: Case) -> tuple[bool, str]:
    """Whether it went as it has to, and what was said last."""
    if case.before and (done := here.call(case.before))[0]:
        return False, done[1]
    if case.alone and not here.started:
        here.start()
    code, said = here.call(case.then)
    return (code != 0) == case.fails and case.says in said, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", choices=["bookworm", "trixie"], action="append")
    parser.add_argument("--only", help="one system alone: root, user, alone or less")
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("Only root can make systems with debootstrap: sudo .venv/bin/python scripts/try_platforms.py")
    failed = 0
    for suite in given.suite or ["bookworm", "trixie"]:
        # What is set up with a network is tried without one; what is refused comes in systems of its own.
        for name, cases in (("root", CASES[:2]), ("user", CASES[2:]), ("alone", REFUSALS[:1]), ("less", REFUSALS[1:])):
            if given.only not in {None, name}:
                continue
            with machine(suite, name) as here:
                for case in cases:
                    started = time.monotonic()
                    right, said = tried(here, case)
                    failed += not right
                    print(f"{'ok    ' if right else 'FAILED'} {suite}: {case.name}, {time.monotonic() - started:.0f} s")
                    lines = [line for line in said.strip().splitlines() if line.strip() and not line.startswith(NOISE)]
                    print("\n".join(f"         {line[:200]}" for line in lines[-2 if right else -20 :]), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
