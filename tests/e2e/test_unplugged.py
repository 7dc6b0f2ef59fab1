"""A node whose cable is pulled: the page says so, the node records on, and no second is unknown afterwards."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.first_visit import arrive
from tests.e2e.test_dashboard import FLAGS
from tests.servers.cable import Cable
from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(400)]
CAMERA = "demo.yard"


def lead_through(cable: Cable, demo: RunningDemo) -> None:
    """Have the node reach its site by the cable alone."""
    node_file = demo.data / "node.toml"
    text = node_file.read_text()
    for pattern in (r"(?m)^controller_url = .*:(\d+)", r"(?m)^port = (\d+)"):
        found = re.search(pattern, text)
        assert found is not None, f"{pattern} is not in the node's file"
        text = text[: found.start(1)] + str(cable.to(int(found[1]))) + text[found.end(1) :]
    node_file.write_text(text)
    os.kill(demo.pid_of("node"), signal.SIGKILL)


def test_a_cable_that_is_pulled_leaves_no_gap(tmp_path: Path, chromium: str) -> None:
    cable = Cable()
    with running_demo(tmp_path) as demo, sync_playwright() as playwright:
        lead_through(cable, demo)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(locale="ko-KR", viewport={"width": 1366, "height": 800}).new_page()
        arrive(page, demo)

        def ask(path: str) -> Any:
            answer = page.request.get(f"{demo.base_url}/api/v1/{path}")
            assert answer.ok, answer.text()
            return answer.json()

        def yard(from_ms: int, to_ms: int) -> dict[str, Any]:
            asked = f"timeline?camera={CAMERA}&from_ms={from_ms}&to_ms={to_ms}&buckets=100"
            (camera,) = ask(asked)["cameras"]
            return dict(camera)

        def now_ms() -> int:
            return int(page.evaluate("Date.now()"))

        page.goto(f"{demo.base_url}/#/timeline?span=600000")
        began_ms = now_ms()
        until("footage that is stored", lambda: yard(began_ms - 120_000, now_ms())["bands"], 120, every_s=1)
        with cable.pulled():
            pulled_ms = now_ms()
            away = page.locator(".in-view").get_by_role("button").filter(has_text="노드 연결 끊김").first
            expect(away).to_be_visible(timeout=60_000)
            page.goto(f"{demo.base_url}/#/site")
            expect(page.get_by_text("오프라인").first).to_be_visible(timeout=10_000)
            page.screenshot(path=str(tmp_path / "pulled.png"))
            page.wait_for_timeout(max(0, pulled_ms + 20_000 - now_ms()))
        back_ms = now_ms()
        while_away = (pulled_ms, back_ms)

        def is_told() -> bool:
            camera = yard(*while_away)
            covered = sum(band["covered_ms"] for band in camera["bands"])
            return covered >= back_ms - pulled_ms - 1000 and not camera["gaps"]

        until("every second of it known", is_told, 150, every_s=1)
        page.goto(f"{demo.base_url}/#/timeline?at={pulled_ms + 8000}&span=600000&cameras={CAMERA}")
        expect(page.locator(".in-view").get_by_role("button").filter(has_text="노드 연결 끊김")).to_have_count(0)
        page.screenshot(path=str(tmp_path / "filled.png"))
        browser.close()
    cable.close()
