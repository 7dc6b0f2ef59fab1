"""A technician beside a pole: a phone's page, the commands that it shows run for real, corners tapped on a picture."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.servers.running_demo import RunningDemo

PROGRAMS = {"cctv": "controller.cli", "cctv-edge": "edge_agent.cli"}


def python_of(shown: str) -> list[str]:
    """A command as the page shows it, with this interpreter's program in its place."""
    program, *words = shlex.split(shown)
    return [sys.executable, "-m", PROGRAMS[program], *words]


@contextlib.contextmanager
def pole(shown: list[str], demo: RunningDemo, folder: Path) -> Iterator[None]:
    """Run what the page shows: let the node in, start it; at the end it is stopped and shut out."""
    enrol = next(text for text in shown if text.startswith("cctv node add"))
    run = next(text for text in shown if text.startswith("cctv-edge run"))
    paths = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    at_site = ["--data", str(demo.data)]
    subprocess.run([*python_of(enrol), *at_site], cwd=folder, env=paths, check=True, timeout=60)
    log = (folder / "pole.log").open("wb")
    node = subprocess.Popen(python_of(run), cwd=folder, env=paths, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        disable = ["cctv", "node", "disable", shlex.split(enrol)[3]]
        subprocess.run([*python_of(shlex.join(disable)), *at_site], env=paths, check=False, timeout=60)
        os.killpg(node.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            node.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(node.pid, signal.SIGKILL)
        node.wait()
        log.close()


def spot(canvas: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a spot of the picture is on the page."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def tap(page: Page, canvas: Locator, x: float, y: float) -> None:
    page.mouse.click(*spot(canvas, x, y))


def drag(page: Page, canvas: Locator, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """From one spot of the picture to another."""
    page.mouse.move(*spot(canvas, *begin))
    page.mouse.down()
    page.mouse.move(*spot(canvas, *end), steps=5)
    page.mouse.up()


def technicians_pole(page: Page, demo: RunningDemo, folder: Path) -> None:
    """A camera is added, its zone drawn, its live picture seen."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{demo.base_url}/#/site")
    page.get_by_role("link", name="노드 추가").click()
    page.get_by_label("노드 이름").fill("pole-1")
    page.get_by_label("영상 주소").fill("scene://yard?seed=3")
    with pole(page.locator(".command code").all_inner_texts(), demo, folder):
        expect(page.get_by_text("노드가 연결되었습니다. 카메라 1대.")).to_be_visible(timeout=60_000)
        page.screenshot(path=folder / "pole-node.png")
        page.get_by_role("link", name="화면 보기").click()
        expect(page.locator(".tile-state")).to_contain_text("실시간", timeout=60_000)
        page.get_by_role("button", name="구역 그리기").click()
        page.get_by_label("이름", exact=True).fill("by the pole")
        canvas = page.locator(".shape-canvas")
        for x, y in ((0.2, 0.4), (0.8, 0.4), (0.8, 0.8)):
            tap(page, canvas, x, y)
        tap(page, canvas, 0.5, 0.2)  # from there the edge would cross the first one
        expect(page.get_by_text("변이 서로 엇갈립니다")).to_be_visible()
        tap(page, canvas, 0.3, 0.7)
        page.get_by_role("button", name="그리기 완료").click()
        drag(page, canvas, (0.3, 0.7), (0.2, 0.8))
        corner = page.locator(".shape-corner").nth(3)
        expect(corner).to_have_accessible_name("꼭짓점 4/4: 가로 20.0 %, 세로 80.0 %")
        page.get_by_role("button", name="실행 취소").click()
        expect(corner).to_have_accessible_name("꼭짓점 4/4: 가로 30.0 %, 세로 70.0 %")
        page.keyboard.press("Control+y")
        page.screenshot(path=folder / "pole-zone.png")
        page.get_by_role("button", name="저장").click()
        expect(page.get_by_text("규칙을 저장했습니다.")).to_be_visible(timeout=10_000)
        rules = page.request.get(f"{demo.base_url}/api/v1/rules").json()["rules"]
        (mine,) = [rule for rule in rules if rule["camera"] == "pole-1.front"]
        assert mine["zone"] == [
            pytest.approx(one, abs=0.01) for one in ([0.2, 0.4], [0.8, 0.4], [0.8, 0.8], [0.2, 0.8])
        ]
        page.goto(f"{demo.base_url}/#/site?camera=pole-1.front")
        expect(page.locator(".tile-state")).to_contain_text("실시간", timeout=60_000)
        expect(page.locator(".camera-rules")).to_contain_text("by the pole")
        page.screenshot(path=folder / "pole-live.png")
        page.goto(f"{demo.base_url}/#/rules")
        page.get_by_role("button", name="by the pole: 삭제").click()
        page.get_by_role("dialog").get_by_role("button", name="삭제").click()
        expect(page.get_by_text("by the pole")).to_have_count(0)
