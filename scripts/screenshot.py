"""Takes the README's picture: the demo's own dashboard, in Chromium, with an alarm on the wall."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.servers.processes import program
from tests.servers.running_demo import PASSWORD, running_demo

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
_ALARM_MS = 120_000


def main() -> int:
    """Write docs/images/wall.png and alarm.png."""
    chromium = program("chromium", "chromium-browser", "google-chrome", what="Chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB").new_page()
        page.goto(demo.link)
        fields = page.locator("input[type=password]")
        expect(fields).to_have_count(2, timeout=20_000)
        for field in fields.all():
            field.fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("canvas").first).to_be_visible(timeout=20_000)
        alarms = page.get_by_text("#1", exact=True).first
        expect(alarms).to_be_visible(timeout=_ALARM_MS)
        page.wait_for_timeout(25_000)
        page.screenshot(path=str(PICTURES / "wall.png"))
        page.goto(f"{demo.base_url}/#/alarms")
        page.wait_for_timeout(1500)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_timeout(6000)
        page.screenshot(path=str(PICTURES / "alarm.png"))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
