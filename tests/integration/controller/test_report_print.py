"""A report as it is read and printed: in a real Chromium, from a site with three weeks of figures."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import uvicorn
from playwright.async_api import Page, async_playwright, expect

from controller.adapters import tables as t
from controller.adapters.database import Database
from controller.app.api import DASHBOARD
from controller.core.report import STEP_MS
from shared.clock import to_datetime
from shared.mint import uuid7
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, pack
from shared.motion_grid import STEP_MS as LAYER_MS
from tests.integration.controller.conftest import PASSWORD, Served
from tests.servers.processes import unavailable

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
SEOUL = ZoneInfo("Asia/Seoul")
MONDAY = datetime(2026, 3, 2, tzinfo=SEOUL)
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
RULES = (
    ("helmet in the press hall", "ppe_missing", "Press hall"),
    ("vest in the press hall", "ppe_missing", "Press hall"),
    ("프레스 위험 구역", "zone_intrusion", "프레스 2호기"),
    ("forklift lane", "proximity", "Forklift lane"),
    ("lone worker", "occupancy", "Chemical store"),
)
"""Name, kind, zone."""


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


async def fill(database: Database) -> None:
    """Three weeks: people in zones in every hour of work, alarms of each rule, one camera's motion."""
    dice, rows = Random(1), list[Any]()
    rows.append(t.NodeRow(id="gate", created_at=MONDAY, state="online", last_seen_at=MONDAY))
    rows += [t.CameraRow(id=f"gate.{name}", node="gate", state="live") for name in ("hall", "yard")]
    number = 0
    for day in range(-14, 7):
        for hour in range(6, 22):
            at = MONDAY + timedelta(days=day, hours=hour)
            for name, kind, zone in RULES:
                present_ms = dice.randrange(60_000, 400_000)
                breach_ms = present_ms * dice.randrange(12) // 100
                rows.append(
                    t.PersonTimeRow(
                        camera="gate.hall", step=ms(at) // STEP_MS, rule=name, rule_name=name, kind=kind,
                        zone_name=zone, judged_ms=800_000, present_ms=present_ms, breach_ms=breach_ms,
                        unknown_ms=present_ms // 10 if kind == "ppe_missing" else 0, tracks=dice.randrange(1, 9),
                    )
                )  # fmt: skip
                if dice.random() < 0.09:
                    number += 1
                    rows += alarm(number, name, kind, zone, at + timedelta(minutes=dice.randrange(60)), dice)
    for minute in range(40):
        moved = np.zeros((MINUTE_MS // LAYER_MS, ROWS, COLUMNS), np.bool_)
        moved[:, 8:14, minute % 20 : minute % 20 + 6] = True
        at_ms = ms(MONDAY + timedelta(hours=9, minutes=minute))
        grid: dict[str, Any] = {"columns": COLUMNS, "rows": ROWS, "step_ms": LAYER_MS, "cells": pack(moved)}
        rows.append(t.MotionGridRow(camera="gate.hall", minute_ms=at_ms, **grid))
    rows.append(t.MotionToldRow(camera="gate.hall", first_ms=ms(MONDAY), last_ms=ms(MONDAY + timedelta(days=7))))
    async with database.writing() as session:
        session.add_all(rows)


def alarm(number: int, name: str, kind: str, zone: str, at: datetime, dice: Random) -> list[Any]:
    """One that was acknowledged and resolved, with its occurrence."""
    one, at_ms = uuid7(), ms(at)
    raised = to_datetime(at_ms)
    times: dict[str, Any] = {"condition_ms": at_ms, "end_ms": at_ms + dice.randrange(4_000, 60_000)}
    return [
        t.AlarmRow(
            id=one, number=number, rev=1, state="resolved", rule=name, rule_name=name, kind=kind, required=[],
            severity=dice.choice(["medium", "high"]), camera="gate.hall", zone_name=zone, persistence_s=2,
            raised_at=raised, confidence=0.9, occurrences=1, late=False, cameras=["gate.hall"],
            assessment=dice.choice(["true", "true", "nuisance"]), acknowledged_by="kim",
            acknowledged_at=raised + timedelta(seconds=dice.randrange(5, 90)),
            resolved_at=raised + timedelta(seconds=dice.randrange(100, 900)), **times,
        ),
        t.OccurrenceRow(
            id=uuid7(), alarm=one, camera="gate.hall", start_ms=at_ms - 2_000, confidence=0.9, track_ids=[1],
            late=False, **times,
        ),
    ]  # fmt: skip


@asynccontextmanager
async def opened(served: Served, chromium: str, port: int, language: str) -> AsyncIterator[Page]:
    """A page of somebody who is logged in, in one language."""
    if not (DASHBOARD / "index.html").is_file():
        unavailable("the built dashboard (npm run build in controller/web)")
    server = uvicorn.Server(
        uvicorn.Config(served.app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            context = await browser.new_context(locale=language, viewport={"width": 1366, "height": 900})
            page = await context.new_page()
            while not server.started:
                await asyncio.sleep(0.05)
            base = f"http://127.0.0.1:{port}"
            answer = await page.request.post(
                f"{base}/api/v1/session",
                data={"username": "admin", "password": PASSWORD},
                headers={"Origin": base},
            )
            assert answer.ok, await answer.text()
            await page.goto(base)
            yield page
            await browser.close()
    finally:
        server.should_exit = True
        await serving


async def shown(page: Page, period: str) -> None:
    """Open the report of the week, or of its Tuesday, and wait until all of it is there."""
    await page.goto(page.url.partition("#")[0] + f"#/reports?period={period}&day=2026-03-03")
    await expect(page.locator(".report-body[aria-busy=false]")).to_be_visible(timeout=20_000)
    await expect(page.locator(".trend-lines .line")).to_have_count(5, timeout=20_000)


@pytest.mark.parametrize("language", ["en-GB", "ko-KR"])
async def test_a_report_is_read_and_printed(
    served: Served, chromium: str, free_port: Callable[[], int], language: str
) -> None:
    await fill(served.database)
    async with opened(served, chromium, free_port(), language) as page:
        for period in ("day", "week"):
            await shown(page, period)
            await expect(page.locator(".measured").first.locator("li")).to_have_count(len(RULES))
            await page.emulate_media(media="print")
            await page.set_viewport_size({"width": 688, "height": 900})
            paper = page.locator(".paper")
            await expect(paper).to_be_visible()
            about = await paper.inner_text()
            assert served.site.settings.site in about
            assert "Asia/Seoul" in about
            assert "admin" in about
            assert "2026-03-0" in about
            assert ("names nobody" if language == "en-GB" else "사람 이름 없이") in about
            assert await page.locator(".report .no-print:visible").count() == 0
            ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            assert ground == "rgb(255, 255, 255)"
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            printed = await page.pdf(prefer_css_page_size=True, print_background=True)
            assert printed.startswith(b"%PDF")
            assert 2 <= printed.count(b"/Type /Page\n") <= 4
            await page.emulate_media(media="screen")
            await page.set_viewport_size({"width": 1366, "height": 900})


async def test_a_cause_is_chosen_and_a_camera_shows_where_it_moves(
    served: Served, chromium: str, free_port: Callable[[], int]
) -> None:
    await fill(served.database)
    async with opened(served, chromium, free_port(), "en-GB") as page:
        await shown(page, "week")
        cells = page.locator(".heat rect:not([data-none])")
        every = await cells.count()
        await page.get_by_label("Cause").select_option("forklift lane")
        await expect(page.get_by_role("heading", name="Alarms by weekday and hour · forklift lane")).to_be_visible()
        assert 0 < await cells.count() < every
        await page.get_by_role("button", name="Show where it moves").click()
        await expect(page.locator(".picture-heat .motion-heat rect").first).to_be_visible(timeout=10_000)
        await expect(page.locator(".picture-heat [role=status]")).to_contain_text("40")
        await page.get_by_text("As a table").click()
        await expect(page.locator(".trend-table tbody tr")).to_have_count(12)
