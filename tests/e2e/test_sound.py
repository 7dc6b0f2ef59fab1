"""Sound in a real Chromium: heard where it is switched on and wanted, nowhere else, and never recorded."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.first_visit import arrive
from tests.e2e.wall import HIDE
from tests.fakes.sounding import write_sounding_film
from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
LOUD = 0.2  # the tone is half as loud as can be


@contextlib.contextmanager
def ears(demo: RunningDemo, folder: Path) -> Iterator[None]:
    """A node whose cameras are films with a tone; all but one are switched on."""
    write_sounding_film(folder / "hall.mp4", "aac", 20)
    write_sounding_film(folder / "shop.mov", "pcm_alaw", 20)
    write_sounding_film(folder / "deaf.mp4", "aac", 20)
    cameras = [word for name in ("hall.mp4", "shop.mov", "deaf.mp4") for word in ("--camera", f"{name[:4]}={name}")]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    add = [sys.executable, "-m", "controller.cli", "node", "add", "ear", *cameras, "--out", "ear.toml"]
    subprocess.run([*add, "--data", str(demo.data)], cwd=folder, env=paths, check=True, timeout=60)
    config = folder / "ear.toml"
    text = config.read_text()
    for name in ("hall", "shop"):
        assert f'name = "{name}"\n' in text
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\naudio = true\n')
    config.write_text(text)
    run = [sys.executable, "-m", "edge_agent.cli", "run", "--config", "ear.toml"]
    with (folder / "ear.log").open("wb") as log:
        node = subprocess.Popen(run, cwd=folder, env=paths, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(node.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                node.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(node.pid, signal.SIGKILL)
            node.wait()


def listeners(page: Page, demo: RunningDemo) -> dict[str, int]:
    told: list[dict[str, Any]] = page.request.get(f"{demo.base_url}/api/v1/live/viewers").json()
    return {one["camera"]: one["viewers"] for one in told if one["quality"] == "sound"}


def pushed(folder: Path) -> int:
    """How often the node was asked for sound."""
    return (folder / "ear.log").read_text().count("sound begins")


def heard(page: Page) -> float:
    return float(page.locator(".hearing").get_attribute("data-peak", timeout=5_000) or 0)


def test_a_camera_is_heard_where_that_is_switched_on_and_its_recording_stays_silent(
    tmp_path: Path, chromium: str
) -> None:
    with running_demo(tmp_path) as demo, ears(demo, tmp_path), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(locale="ko-KR").new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        arrive(page, demo)
        until("the cameras that sound", lambda: _sounding(page, demo) == {"ear.hall", "ear.shop"}, 60)
        for camera in ("ear.hall", "ear.shop"):
            page.goto(f"{demo.base_url}/#/wall?camera={camera}")
            tile = page.locator(".tile[data-selected]")
            expect(tile.locator(".tile-state")).to_contain_text("·", timeout=60_000)
            expect(page.locator(".hearing")).to_have_count(0)
            assert listeners(page, demo) == {}
            tile.get_by_role("button", name="소리 듣기").click()
            expect(page.locator(".hearing")).to_have_attribute("data-status", "playing", timeout=20_000)
            until(f"the tone of {camera}", lambda: heard(page) > LOUD, 20)
            assert listeners(page, demo) == {camera: 1}
            page.keyboard.press("u")
            until("silence", lambda: listeners(page, demo) == {}, 20)
        assert pushed(tmp_path) == 2
        page.keyboard.press("u")
        until("the tone by a key", lambda: heard(page) > LOUD, 20)
        page.evaluate(HIDE)
        until("silence of a hidden window", lambda: listeners(page, demo) == {}, 20)
        expect(page.locator(".hearing")).to_have_count(0)
        page.goto(f"{demo.base_url}/#/wall?camera=ear.deaf")
        page.reload()
        expect(page.locator(".tile[data-selected] .tile-tools button")).to_have_count(2, timeout=20_000)
        assert faults == []
        browser.close()
    recorded = list(tmp_path.rglob("ring/ear.*/*.mp4"))
    assert len(recorded) >= 3
    for film in recorded:
        with av.open(str(film)) as container:
            assert [stream.type for stream in container.streams] == ["video"]


def _sounding(page: Page, demo: RunningDemo) -> set[str]:
    answer = page.request.get(f"{demo.base_url}/api/v1/cameras")
    if not answer.ok:
        raise httpx.TransportError("not yet")
    return {one["id"] for one in answer.json() if one["has_audio"]}
