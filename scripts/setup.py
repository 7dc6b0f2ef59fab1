"""Makes .venv with the commands cctv and cctv-edge, and the dashboard; quick when nothing changed.

Needs only a Python >= 3.11 with the standard library and a network to the package registries. pip comes from
the wheel beside this file, because Debian's python3 has neither pip nor ensurepip.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".setup.json"
LOG = VENV / "setup.log"
REPORT_EVERY = 10
CAMERA_MODULE = ROOT / "requirements" / "camera-module.txt"


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


def digest(*paths: Path) -> str:
    """SHA-256 over the files' names and bytes."""
    sha = hashlib.sha256()
    for path in paths:
        sha.update(path.name.encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def say(text: str) -> None:
    print(text, flush=True)


def pip_wheel() -> Path:
    """The one wheel of pip that the repository carries."""
    return next((ROOT / "scripts" / "vendor").glob("pip-*.whl"))


def clean_environment() -> dict[str, str]:
    """This process's environment without what would lead a virtual environment astray."""
    dropped = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV"}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def pip(python: Path, log: Path, total: int, *arguments: str) -> None:
    """Run pip for `python`, show how many of `total` packages it has reached, keep its output in `log`."""
    command = [str(python), str(pip_wheel() / "pip"), "--no-input", "--disable-pip-version-check"]
    tail: deque[str] = deque(maxlen=15)
    seen = 0
    with (
        log.open("a", encoding="utf-8") as out,
        subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        for line in process.stdout or ():
            out.write(line)
            tail.append(line)
            if line.startswith("Ignoring "):
                total -= 1
            elif match := re.match(r"(?:Collecting|Processing|Requirement already satisfied:) (\S+)", line):
                seen += 1
                name = match[1].rpartition("/")[2]
                if sys.stdout.isatty():
                    print(f"      {seen}/{total} {name[:50]:50}", end="\r", flush=True)
                elif seen % REPORT_EVERY == 0:
                    say(f"      {seen}/{total} packages")
            elif line.startswith("Installing collected packages") and seen > 1:
                say(f"      {seen}/{total} here, installing")
    if process.returncode:
        sys.stdout.write("\n" + "".join(tail))
        raise SetupError(f"pip failed (all it said: {log}). Is the package registry reachable from here?")


def runs(python: Path) -> bool:
    """Whether the virtual environment's interpreter still starts."""
    try:
        return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv(where: Path) -> None:
    """Make an empty virtual environment; the interpreter is the one that runs this."""
    shutil.rmtree(where, ignore_errors=True)
    command = [sys.executable, "-m", "venv", "--without-pip", str(where)]
    made = subprocess.run(command, check=False, capture_output=True, text=True, env=clean_environment())
    if made.returncode:
        raise SetupError(
            f"{sys.executable} cannot make a virtual environment ({made.stderr.strip().splitlines()[-1:]}). "
            "Debian, Ubuntu and Raspberry Pi OS have what is missing in: apt-get install python3-venv"
        )


def locked(lock: Path) -> int:
    """How many packages a lock names (for the progress line only)."""
    return sum(bool(re.match(r"[a-z0-9][^ ]*==", line)) for line in lock.read_text().splitlines())


def install_lock(python: Path, log: Path, lock: Path) -> None:
    """Install exactly what the lock names, every file checked by its hash."""
    exact = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(lock))
    pip(python, log, locked(lock), "install", *exact)


def set_up_python(done: dict[str, str], wanted: dict[str, str], lock: Path) -> None:
    """Bring .venv to the lock and to this project, step by step, noting each finished step."""
    lasting = ("python", "root")
    if any(done.get(key) != wanted[key] for key in lasting) or not runs(PYTHON):
        say(f"[1/4] Python environment .venv (Python {sys.version.split()[0]})")
        make_venv(VENV)
        done.clear()
        note(done, {key: wanted[key] for key in lasting})
    kind = lock.stem
    if done.get(kind) != wanted[kind]:
        say(f"[2/4] {locked(lock)} locked packages ({kind})")
        install_lock(PYTHON, LOG, lock)
        if kind == "dev":
            install_lock(PYTHON, LOG, CAMERA_MODULE)
        done.pop("project", None)
        note(done, {kind: wanted[kind]} | ({"runtime": wanted["runtime"]} if kind == "dev" else {}))
    if done.get("project") != wanted["project"]:
        say("[3/4] this project, editable: commands cctv and cctv-edge")
        pip(PYTHON, LOG, 1, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        note(done, {"project": wanted["project"]})


def set_up_dashboard(done: dict[str, str]) -> None:
    """Build controller/web unless what is built belongs to today's sources."""
    dashboard = runpy.run_path(str(ROOT / "scripts" / "dashboard.py"))
    web = ROOT / "controller" / "web"
    if not (web / "package.json").exists():
        return
    sources = dashboard["sources_digest"](web)
    if done.get("web") == sources and (web / "dist" / "index.html").exists():
        return
    say("[4/4] the dashboard")
    node_venv = ROOT / ".venv-node"
    path = dashboard["node_path"](node_venv)
    if path is None:
        say("      no Node >= 20 here: fetching one for this build only")
        make_venv(node_venv)
        install_lock(node_venv / "bin" / "python", node_venv / "setup.log", ROOT / "requirements" / "nodejs.txt")
        path = dashboard["node_path"](node_venv)
    try:
        dashboard["build"](web, path)
    except subprocess.CalledProcessError as error:
        raise SetupError(f"the dashboard did not build: {error}") from error
    note(done, {"web": sources})


def note(done: dict[str, str], finished: dict[str, str]) -> None:
    """Remember finished steps, so that an interrupted set-up goes on where it was."""
    done |= finished
    STAMP.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")


def remembered() -> dict[str, str]:
    """The steps that an earlier run finished."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    lock = ROOT / "requirements" / ("dev.txt" if parser.parse_args().dev else "runtime.txt")
    started = time.monotonic()
    with (ROOT / "pyproject.toml").open() as only_one_at_a_time:
        fcntl.flock(only_one_at_a_time, fcntl.LOCK_EX)
        wanted = {
            "python": f"{sys.version} {os.path.realpath(sys.executable)}",
            "root": str(ROOT),
            "runtime": digest(ROOT / "requirements" / "runtime.txt"),
            "dev": digest(ROOT / "requirements" / "dev.txt", CAMERA_MODULE),
            "project": digest(ROOT / "pyproject.toml"),
        }
        done = remembered()
        before = dict(done)
        set_up_python(done, wanted, lock)
        set_up_dashboard(done)
    if done != before:
        say(f"Ready in {time.monotonic() - started:.0f} s: .venv/bin/cctv and .venv/bin/cctv-edge")


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(f"Set-up stopped: {error}")
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted; the next run goes on from here.")
