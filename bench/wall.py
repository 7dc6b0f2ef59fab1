"""The live wall in a real Chromium before a real controller: what each tile shows, how late, and what the page costs.

`python -m bench.wall [--tiles 16] [--sub 320x180] [--main 1280x720] [--fps 15] [--seconds 60] [--select]
[--player mse]` prints one JSON line; with `--picture FILE` also a screenshot of the end.
Needs a built dashboard and Playwright.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from bench.live_site import live_site, streams
from shared.clock import SystemClock

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-precise-memory-info",
)  # fmt: skip
_PASSWORD = "a password of the bench"  # noqa: S105 - of a site that lives as long as this
_SETTLE_S = 10.0
_LONG_TASKS = """
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) globalThis.longTasks.push(one.duration);
    }).observe({ entryTypes: ["longtask"] });
"""
_TILES = """[...document.querySelectorAll(".tile-figures")].map((one) => ({
    drawn: Number(one.dataset.drawn), came: Number(one.dataset.came),
    skipped: Number(one.dataset.skipped), latency: Number(one.dataset.latency),
}))"""


def log_in(page: Page, link: str) -> None:
    """First login with a password of one's own; ends on the wall."""
    page.goto(link)
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(2, timeout=60_000)
    for field in fields.all():
        field.fill(_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation")).to_be_visible(timeout=60_000)


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def _busy_s() -> float:
    told = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    ticks = [int(one) for one in told]
    return (sum(ticks[:8]) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def heap_bytes(session: CDPSession) -> int:
    """The page's own JavaScript heap; what workers hold is not in it."""
    told: dict[str, Any] = session.send("Performance.getMetrics")
    return int(next(one["value"] for one in told["metrics"] if one["name"] == "JSHeapUsedSize"))


def watch(page: Page, session: CDPSession, seconds: float) -> dict[str, object]:
    """What tiles say of themselves, once a second."""
    page.evaluate("globalThis.longTasks.length = 0")
    samples: list[list[dict[str, float]]] = []
    heaps: list[int] = []
    begun, busy = time.monotonic(), _busy_s()
    while time.monotonic() - begun < seconds:
        time.sleep(1)
        samples.append(page.evaluate(_TILES))
        heaps.append(heap_bytes(session))
    took = time.monotonic() - begun
    tiles = max(len(one) for one in samples)
    whole = [one for one in samples if len(one) == tiles]
    rows = [[one[index] for one in whole] for index in range(tiles)]
    latencies = [tile["latency"] for one in whole for tile in one]
    tasks: list[float] = page.evaluate("globalThis.longTasks")
    half = len(heaps) // 2
    return {
        "tiles": tiles,
        "seconds": round(took),
        "came_fps_least": min(round(statistics.mean(tile["came"] for tile in row), 1) for row in rows),
        "drawn_fps_mean": round(statistics.mean(tile["drawn"] for row in rows for tile in row), 1),
        "drawn_fps_least": min(round(statistics.mean(tile["drawn"] for tile in row), 1) for row in rows),
        "latency_ms_median": statistics.median(latencies),
        "latency_ms_p95": quantile(latencies, 0.95),
        "latency_ms_most": max(latencies),
        "skipped": sum(int(row[-1]["skipped"] - row[0]["skipped"]) for row in rows),
        "long_tasks": len(tasks),
        "longest_task_ms": round(max(tasks, default=0)),
        "heap_mb_first_half": round(statistics.mean(heaps[:half]) / 1e6, 1),
        "heap_mb_second_half": round(statistics.mean(heaps[half:]) / 1e6, 1),
        "processors_busy": round((_busy_s() - busy) / took, 2),
    }


def measure(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """One line of the report."""
    films = streams(given.fps, given.sub, given.main)
    with live_site(folder, given.port, given.tiles, films) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(_LONG_TASKS + 'localStorage.setItem("cctv.figures", "true");')
        log_in(page, site.link)
        if given.player:
            page.goto(f"{site.base_url}/?player={given.player}#/wall")
        expect(page.locator(".tile")).to_have_count(given.tiles, timeout=60_000)
        if given.select:
            page.keyboard.press("1")
        page.wait_for_timeout(_SETTLE_S * 1000)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        told = watch(page, session, given.seconds)
        if given.picture:
            page.screenshot(path=given.picture)
        with suppress(Exception):
            browser.close()
    load = os.getloadavg()
    return {
        "date": f"{SystemClock().now():%Y-%m-%d}",
        "cores": os.cpu_count(),
        "load_average": [round(one, 2) for one in load],
        "sub": given.sub,
        "main": given.main,
        "selected": bool(given.select),
        "player": given.player or "webcodecs",
        "fps": given.fps,
        **told,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=int, default=16)
    parser.add_argument("--sub", default="320x180")
    parser.add_argument("--main", default="1280x720")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--select", action="store_true", help="the first camera in full quality")
    parser.add_argument("--player", choices=("mse", "stills"))
    parser.add_argument("--port", type=int, default=18480)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--picture")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cctv-wall-") as folder:
        print(json.dumps(measure(given, Path(folder))))


if __name__ == "__main__":
    main()
