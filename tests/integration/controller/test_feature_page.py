"""Features of the site as an administrator switches them: in a real Chromium, beside somebody who does the same."""

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.integration.controller.conftest import Served
from tests.integration.controller.test_report_print import opened

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
WAIT_MS = 20_000
LISTEN = "/api/v1/features/listen"
WORDS = {
    "en-GB": (
        "Live sound",
        "Nobody has changed it.",
        "Switch off",
        "Switch on",
        "Switched by admin",
        "Somebody else switched it first.",
    ),
    "ko-KR": (
        "실시간 소리",
        "아무도 바꾸지 않았습니다.",
        "끄기",
        "켜기",
        "admin 님이 바꿈",
        "다른 사람이 먼저 바꾸었습니다.",
    ),
}


@pytest.mark.parametrize("language", [*WORDS])
async def test_a_feature_is_switched_and_told_and_never_from_what_is_out_of_date(
    served: Served, chromium: str, free_port: Callable[[], int], language: str
) -> None:
    name, unchanged, switch_off, switch_on, by, late = WORDS[language]
    async with opened(served, chromium, free_port(), language) as page, served.client("admin") as other:
        await page.goto(page.url.partition("#")[0] + "#/site?view=server")
        row = page.locator(".export", has=page.get_by_text(name, exact=True))
        await expect(row).to_contain_text(unchanged, timeout=WAIT_MS)
        await row.get_by_role("button", name=switch_off).click()
        await expect(row).to_contain_text(by, timeout=WAIT_MS)
        assert (await other.get(LISTEN)).json()["on"] is False
        (await other.put(LISTEN, json={"on": True})).raise_for_status()
        await row.get_by_role("button", name=switch_on).click()
        fault = page.locator("section", has=row).locator(".fault")
        await expect(fault).to_contain_text(late, timeout=WAIT_MS)
        await expect(row.get_by_role("button", name=switch_off)).to_be_visible()
