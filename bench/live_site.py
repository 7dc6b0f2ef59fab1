"""A real controller with one node of many live cameras, for benches of live pictures; ended by SIGINT.

`python -m bench.live_site FOLDER --port 8480 --cameras 16` prints one JSON line once everything answers: the link of
the first login, and the process of each role.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.live_node import render
from controller.adapters.secret_files import write_secret
from controller.adapters.supervisor import Child
from controller.app.embedded import children_of, make_ready, supervise
from controller.app.nodes import enrol_node
from controller.app.site import prepare_site
from controller.core.node_file import NodeCamera

ROLES = ("api", "ingest", "relay")
_START_S = 120.0
_SECONDS = 20


@dataclass(frozen=True, slots=True)
class LiveSite:
    """A running site."""

    link: str
    base_url: str
    folder: Path

    def pid_of(self, role: str) -> int:
        """The process of a role."""
        config = str(self.folder / "site")
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if f"controller.app.role {role} " in command and config in command:
                        return int(entry.name)
        raise LookupError(role)


def streams(fps: int, sub: str, main: str) -> str:
    """Films by quality; sizes are WIDTHxHEIGHT, no sub stream: empty."""
    found: dict[str, Any] = {}
    for quality, size in (("main", main), ("sub", sub)):
        if size:
            width, height = map(int, size.split("x"))
            found[quality] = render(width, height, fps, _SECONDS, width * height * fps // 8).dump()
    return json.dumps(found)


@contextmanager
def live_site(folder: Path, port: int, cameras: int, films: str) -> Iterator[LiveSite]:
    """A site in a process of its own, until the end of the block."""
    (folder / "films.json").write_text(films)
    command = [sys.executable, "-m", "bench.live_site", str(folder), "--port", str(port), "--cameras", str(cameras)]
    with (folder / "site.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
    try:
        assert process.stdout is not None
        deadline = time.monotonic() + _START_S
        line = b"."
        while line and not line.startswith(b"{") and time.monotonic() < deadline:
            line = process.stdout.readline()  # the supervisor's log comes before it
        if not line.startswith(b"{"):
            raise RuntimeError(f"the site did not start:\n{(folder / 'site.log').read_text()[-3000:]}")
        told = json.loads(line)
        yield LiveSite(told["link"], told["base_url"], folder)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


async def _run(folder: Path, port: int, cameras: int) -> None:
    site = prepare_site(folder / "site", site="bench", port=port)
    code = await make_ready(site)
    named = tuple(NodeCamera(f"c{number:02}", "scene://yard?seed=1") for number in range(1, cameras + 1))
    node_file = folder / "node.toml"
    write_secret(node_file, await enrol_node(site, "bench", named, "bench", renew=True))
    node = (sys.executable, "-m", "bench.live_node", str(node_file), str(folder / "films.json"))
    children = [*children_of(site, ROLES, log_files=True), Child("node", node, 2, site.log_dir / "node.log")]
    ready = asyncio.Event()

    async def announce() -> None:
        await ready.wait()
        link = f"{site.settings.base_url}/#/login?code={code}"
        sys.stdout.write(json.dumps({"link": link, "base_url": site.settings.base_url}) + "\n")
        sys.stdout.flush()

    announcing = asyncio.create_task(announce())
    try:
        await supervise(site, children, on_ready=ready)
    finally:
        announcing.cancel()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8480)
    parser.add_argument("--cameras", type=int, default=16)
    given = parser.parse_args(arguments)
    asyncio.run(_run(given.folder, given.port, given.cameras))


if __name__ == "__main__":
    main()
