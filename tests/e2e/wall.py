"""Steps of the live wall in a browser: layouts, what is streamed, and the ways to play."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.servers.running_demo import RunningDemo, until

NO_CODECS = "delete globalThis.VideoDecoder;"
NO_SOURCES = "delete globalThis.MediaSource; delete globalThis.ManagedMediaSource;"
HIDE = """(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
})()"""


def order_of(page: Page) -> list[str]:
    """Names of the cameras by place."""
    return page.locator(".tile .caption strong").all_inner_texts()


def save_a_layout(page: Page, name: str) -> None:
    """Move the first camera by key, save the wall under a name: the address names it from then on."""
    before = order_of(page)
    page.get_by_role("button", name="배치 편집").click()
    page.get_by_label("분할", exact=True).select_option("4")
    page.locator(".place-handle").first.press("ArrowRight")
    assert order_of(page) == [before[1], before[0]]
    page.get_by_label("2번 칸의 카메라").select_option(label="빈 칸")
    page.get_by_role("button", name="새 이름으로 저장").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("이름").fill(name)
    dialog.get_by_role("button", name="저장").click()
    expect(dialog).to_have_count(0)
    assert "layout=" in page.url


def viewers(page: Page, demo: RunningDemo) -> dict[str, int]:
    """Viewers by camera, as the server counts them."""
    told: list[dict[str, Any]] = page.request.get(f"{demo.base_url}/api/v1/live/viewers").json()
    return {one["camera"]: one["viewers"] for one in told}


def plays(browser: Browser, demo: RunningDemo, state: Any, switched_off: str, surface: str, ready: str) -> None:
    """A browser that lacks something plays by the next way, and its pictures change."""
    context = browser.new_context(locale="ko-KR", storage_state=state)
    context.add_init_script(switched_off)
    try:
        page = context.new_page()
        page.goto(f"{demo.base_url}/#/wall")
        first = page.locator(f".tile {surface}.surface").first
        expect(first).to_be_visible(timeout=20_000)
        until(f"a picture in {surface}", lambda: first.evaluate(ready), 90)
        expect(page.locator(".tile-state").first).to_contain_text("·", timeout=60_000)
        shown = first.screenshot()
        until(f"a {surface} that changes", lambda: first.screenshot() != shown, 60)
    finally:
        context.close()
