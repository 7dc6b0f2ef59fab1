"""A manager's Monday: an alarm's footage as files, watched until it is done, downloaded, checked by its hashes."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.first_visit import arrive
from tests.e2e.test_dashboard import ALARM_MS, FLAGS
from tests.servers.running_demo import running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(420)]
DONE_MS = 200_000


def cctv(*words: str) -> str:
    """What a command says; it must end well."""
    command = [sys.executable, "-m", "controller.cli", *words]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_an_alarm_is_exported_downloaded_and_checked(tmp_path: Path, chromium: str) -> None:
    with running_demo(tmp_path) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(locale="ko-KR").new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        arrive(page, demo)

        def ready() -> bool:
            items = page.request.get(f"{demo.base_url}/api/v1/alarms").json()["items"]
            return any(one["clip_ready"] and one["end_ms"] for one in items)

        until("an alarm with its clip", ready, ALARM_MS / 1000)
        items = page.request.get(f"{demo.base_url}/api/v1/alarms").json()["items"]
        alarm = next(one for one in items if one["clip_ready"] and one["end_ms"])
        page.goto(f"{demo.base_url}/#/alarms?id={alarm['id']}")
        page.get_by_role("button", name="더 보기").click()
        page.get_by_role("button", name="이 경보 내보내기").click()
        export = page.locator(".export").first
        expect(export).to_contain_text(f"#{alarm['number']}", timeout=10_000)
        expect(export.locator(".export-state")).to_have_text("완료", timeout=DONE_MS)
        with page.expect_download() as downloading:
            export.locator("a", has_text=".mp4").first.click()
        taken = tmp_path / "taken.mp4"
        downloading.value.save_as(taken)
        for width, height in ((1366, 800), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=tmp_path / f"exports-{width}.png")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="내보내기", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.screenshot(path=tmp_path / "exports-form.png")
        number = page.request.get(f"{demo.base_url}/api/v1/exports").json()["items"][0]["id"]
        (tmp_path / "usb").mkdir()
        cctv("export", "get", number, str(tmp_path / "usb"), "--data", str(demo.data))
        (copy,) = (tmp_path / "usb").iterdir()
        assert taken.read_bytes() in [file.read_bytes() for file in copy.glob("*.mp4")]
        assert cctv("export", "verify", str(copy)).endswith("as its manifest says\n")
        assert not faults, f"the page complained: {faults}"
        browser.close()
