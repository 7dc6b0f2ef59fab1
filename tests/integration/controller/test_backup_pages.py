"""Backup and retention as an administrator sees them: in a real Chromium, beside somebody who changes the same."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from controller.adapters import tables as t
from shared.clock import SystemClock
from shared.mint import uuid7
from tests.fakes.exports import CAMERA
from tests.integration.controller.conftest import Served
from tests.integration.controller.test_report_print import opened

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
WAIT_MS = 20_000
PLACE = {
    "endpoint": "https://nas.site:9000", "bucket": "evidence", "access_key": "a" * 8, "secret_key": "b" * 16,
}  # fmt: skip
NIGHTLY = {"destination": "nas", "severities": ["high", "critical"], "every": "day", "at": "03:00"}
API = "/api/v1"


async def fill(served: Served) -> None:
    """A destination, a backup to it that fails for an hour, and the export that waits."""
    now = SystemClock().now()
    now_ms = SystemClock().unix_ms()
    async with served.client("admin") as client:
        (await client.put(f"{API}/export-destinations/nas", json=PLACE)).raise_for_status()
        (await client.put(f"{API}/archives/nightly", json=NIGHTLY)).raise_for_status()
    span = {"camera": CAMERA, "start_ms": now_ms - 90_000, "end_ms": now_ms - 60_000}
    records = [
        {"name": f"alarm-17{end}", "alarm": uuid7(), "kind": kind, "bytes": size, "sha256": "0" * 64}
        for end, kind, size in ((".json", "record", 9_000), (".html", "summary", 5_000), ("-1.jpg", "picture", 80_000))
    ]
    async with served.database.writing() as session:
        session.add(t.CameraRow(id=CAMERA, node="gate"))
        made: dict[str, Any] = {"who": "kim", "created_at": now, "changed_at": now, "spans": [span]}
        waits = t.ExportRow(id=uuid7(), alarms=[], state="waiting", reason="target_gone", target="nas", **made)
        done = {"files": [], "gaps": [], "records": records, "manifest_sha256": "0" * 64}
        session.add_all([waits, t.ExportRow(id=uuid7(), alarms=[], why="#17", state="done", result=done, **made)])
        archive = await session.get(t.ArchiveRow, "nightly", with_for_update=True)
        assert archive is not None
        archive.failing_ms = round((now - timedelta(hours=1)).timestamp() * 1000)
        archive.fault, archive.failures = "target_gone", 1
        session.add(t.ArchiveItemRow(archive="nightly", kind="hold", ref=uuid7(), export=waits.id))


async def go(page: Page, path: str) -> None:
    await page.goto(page.url.partition("#")[0] + f"#/{path}")


async def test_what_somebody_else_changed_is_shown_before_it_is_put_over(
    served: Served, chromium: str, free_port: Callable[[], int]
) -> None:
    await fill(served)
    async with opened(served, chromium, free_port(), "ko-KR") as page, served.client("admin") as other:
        await go(page, "exports")
        backup = page.locator(".export", has=page.get_by_text("nightly", exact=True)).last
        await expect(backup).to_contain_text("부터 실패하거나 늦어지고 있습니다", timeout=WAIT_MS)
        await expect(backup).to_contain_text("내보낼 폴더나 버킷이 없습니다")
        await expect(page.get_by_role("link", name="경보 요약")).to_be_visible()
        await backup.get_by_role("button", name="변경").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("매일 실행할 시각").fill("04:30")
        (await other.put(f"{API}/archives/nightly", json=NIGHTLY | {"every": "hour"})).raise_for_status()
        await dialog.get_by_role("button", name="저장").click()
        await expect(dialog).to_contain_text("다른 사람이 먼저 바꾸었습니다", timeout=WAIT_MS)
        await expect(dialog).to_contain_text("매일 03:00 → 매시간")
        assert (await other.get(f"{API}/archives")).json()[0]["every"] == "hour", "nothing is put over unseen"
        await dialog.get_by_role("button", name="취소").click()
        await expect(dialog).to_contain_text("입력한 내용이 저장되지 않았습니다")
        await dialog.get_by_role("button", name="계속 입력").click()
        await dialog.get_by_role("button", name="저장").click()
        await expect(dialog).to_be_hidden(timeout=WAIT_MS)
        assert (await other.get(f"{API}/archives")).json()[0]["at_min"] == 270


@pytest.mark.parametrize("language", ["en-GB", "ko-KR"])
async def test_a_backup_that_fails_is_told_where_one_looks(
    served: Served, chromium: str, free_port: Callable[[], int], language: str
) -> None:
    await fill(served)
    async with opened(served, chromium, free_port(), language) as page:
        await go(page, "site")
        await expect(page.locator(".troubles")).to_contain_text("nightly", timeout=WAIT_MS)
        told = "its directory or bucket is not there" if language == "en-GB" else "내보낼 폴더나 버킷이 없습니다"
        await expect(page.locator(".troubles")).to_contain_text(told, ignore_case=True)
        for path in ("site", "exports"):
            await go(page, path)
            for width in (1366, 390):
                await page.set_viewport_size({"width": width, "height": 900})
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
