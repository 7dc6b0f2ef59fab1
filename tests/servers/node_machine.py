"""A node's machine without systemd: an agent below a root with versions, started anew when it ends, and its updater.

Versions are real environments made from real releases; their code is this tree's, under another number.
"""

import contextlib
import io
import site
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Self

from scripts.setup import pip_wheel
from tests.fakes.releases import ReleaseMaker
from tests.repo.tree import ROOT

PROGRAM = """
from edge_agent.cli import app
if __name__ == "__main__":
    app()
"""
SPOILED = """
import sys
from edge_agent.cli import app
def main():
    if "run" in sys.argv:
        sys.exit("this version does not run")
    app()
"""


def wheel(version: str, *, spoiled: bool = False) -> bytes:
    """This tree's agent as a version; a spoiled one proves itself and does not run."""
    info, packages = f"sht_cctv-{version}.dist-info", site.getsitepackages()
    held = {
        "tree.pth": "\n".join([str(ROOT), *packages]) + "\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: sht-cctv\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ncctv-edge = "
        + ("spoiled:main\n" if spoiled else "edge_agent.cli:app\n"),
    }
    if spoiled:
        held["spoiled.py"] = SPOILED
    held[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*held, f"{info}/RECORD"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in held.items():
            archive.writestr(name, text)
    return out.getvalue()


def release(maker: ReleaseMaker, folder: Path, version: str, *, spoiled: bool = False) -> Path:
    """A signed release of it."""
    files = {
        f"sht_cctv-{version}-py3-none-any.whl": wheel(version, spoiled=spoiled),
        "pip.whl": pip_wheel().read_bytes(),
        "node.txt": b"",
    }
    (staged := folder / f"staged-{version}").mkdir()
    file = folder / f"{version}.release"
    file.write_bytes(maker.make(staged, files, version=version))
    return file


class NodeMachine:
    """`config` is the file that the node was let in with."""

    def __init__(self, root: Path, config: Path, maker: ReleaseMaker, version: str) -> None:
        self.root, self.config = root, config
        self.log = root / "agent.log"
        self.gate_s = 120
        place = root / "versions" / version
        place.mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
        packages = next((place / "venv/lib").glob("python*/site-packages"))
        with zipfile.ZipFile(io.BytesIO(wheel(version))) as archive:
            archive.extractall(packages)
        program = place / "venv/bin/cctv-edge"
        program.write_text(f"#!{place}/venv/bin/python\n{PROGRAM}")
        program.chmod(0o755)
        for link in ("current", "good"):
            (root / link).symlink_to(f"versions/{version}")
        (root / "release.pem").write_text(maker.public_pem)
        restart = root / "restart"
        restart.write_text(f"#!/bin/sh\nkill $(cat {root}/pid) 2>/dev/null || true\n")
        restart.chmod(0o755)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=one) for one in (self._keep, self._update)]
        self._processes: set[subprocess.Popen[bytes]] = set()

    def __enter__(self) -> Self:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._over.set()
        for process in tuple(self._processes):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for one in self._threads:
            one.join()

    def _keep(self) -> None:
        """As `Restart=always` does."""
        while not self._over.is_set():
            agent = [str(self.root / "current/venv/bin/cctv-edge"), "run", "--config", str(self.config)]
            self._run(agent, self.log, self.root / "pid")
            self._over.wait(0.3)

    def _update(self) -> None:
        """As the path's unit does."""
        wanted = self.config.parent / "update" / "wanted.json"
        while not self._over.wait(0.2):
            if wanted.exists():
                updater = [str(self.root / "good/venv/bin/cctv-edge"), "update", "--root", str(self.root)]
                updater += ["--config", str(self.config), "--restart", str(self.root / "restart")]
                self._run([*updater, "--within", str(self.gate_s)], self.root / "updater.log")

    def _run(self, command: list[str], log: Path, note: Path | None = None) -> None:
        with log.open("ab") as sink:
            process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        self._processes.add(process)
        if note is not None:
            note.write_text(str(process.pid))
        if self._over.is_set():
            process.terminate()
        process.wait()
        self._processes.discard(process)
