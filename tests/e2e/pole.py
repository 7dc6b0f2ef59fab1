"""A technician beside a pole: a phone's page, the commands that it shows run for real, corners tapped on a picture."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.servers.running_demo import RunningDemo

PROGRAMS = {"cctv": "controller.cli", "cctv-edge": "edge_agent.cli"}


def python_of(shown: str) -> list[str]:
    """A command as the page shows it, with this interpreter's program in its place."""
    program, *words = shlex.split(shown)
    return [sys.executable, "-m", PROGRAMS[program], *words]


@contextlib.contextmanager
def pole(shown: list[str], demo: RunningDemo, folder: Path) -> Iterator[None]:
    """Run what the page shows: let the node in, start it; at the end it is stopped and shut out."""
    enrol = next(text for text in shown if text.startswith("cctv node add"))
    run = next(text for text in shown if text.startswith("cctv-edge run"))
    paths = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    at_site = ["--data", str(demo.data)]
    subprocess.run([*python_of(enrol), *at_site], cwd=folder, env=paths, check=True, timeout=60)
    log = (folder / "pole.log").open("wb")
    node = subprocess.Popen(python_of(run), cwd=folder, env=paths, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        disable = ["cctv", "node", "disable", shlex.split(enrol)[3]]
        subprocess.run([*python_of(shlex.join(disable)), *at_site], env=paths, check=False, timeout=60)
        os.killpg(node.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            node.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(node.pid, signal.SIGKILL)
        node.wait()
        log.close()


def spot(canvas: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a spot of the picture is on the page."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def tap(page: Page, canvas: Locator, x: float, y: float) -> None:
    page.mouse.click(*spot(canvas, x, y))


def drag(page: Page, canvas: Locator, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """From one spot of the picture to another."""
    page.mouse.move(*spot(canvas, *begin))
    page.mouse.down()
    page.mouse.move(*spot(canvas, *end), steps=5)
    page.mouse.up()
