"""The node's own page in a real browser: who has the token gets in, sees the cameras, and reads their language."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, async_playwright, expect

from edge_agent.core.media import Packet
from tests.fakes.footage import packets
from tests.fakes.node_site import TOKEN, NodeSite

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        await started.close()


async def test_a_person_logs_in_with_the_token_and_sees_the_camera(
    tmp_path: Path, free_port: Callable[[], int], browser: Browser
) -> None:
    site = NodeSite(tmp_path, free_port())
    context = await browser.new_context(locale="ko-KR", viewport={"width": 390, "height": 800})
    page = await context.new_page()
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    page.on("console", note)
    async with site.serving():
        await page.goto(f"http://127.0.0.1:{site.port}/")
        await page.fill("input[name=token]", "wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("올바르지")
        key = packets(1)[0]
        site.node.feed.packets.put_nowait(Packet(key.data, key.pts_ms, key=True))
        await page.fill("input[name=token]", TOKEN)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("카메라 노드 n1")
        picture = page.get_by_alt_text("n1.gate")
        await expect(picture).to_have_js_property("complete", value=True)
        assert await picture.evaluate("image => image.naturalWidth") > 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Camera node n1")
    assert [fault for fault in faults if "status of 403" not in fault] == []  # the wrong token's answer
