"""A technician's pole: a node is let in by the commands that a phone's page shows, its zone drawn, its picture seen.

On a site of its own: a third camera would be in the way of what others count.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.first_visit import arrive
from tests.e2e.pole import drag, pole, tap
from tests.e2e.test_dashboard import EXPECTED, FLAGS
from tests.servers.running_demo import running_demo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_a_technicians_pole(tmp_path: Path, chromium: str) -> None:
    with running_demo(tmp_path) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(locale="ko-KR", has_touch=True).new_page()
        faults: list[str] = []
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        arrive(page, demo)
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{demo.base_url}/#/site")
        page.get_by_role("link", name="노드 추가").click()
        page.get_by_label("노드 이름").fill("pole-1")
        page.get_by_label("영상 주소").fill("scene://yard?seed=3&fps=6")
        with pole(page.locator(".command code").all_inner_texts(), demo, tmp_path):
            expect(page.get_by_text("노드가 연결되었습니다. 카메라 1대.")).to_be_visible(timeout=60_000)
            page.screenshot(path=tmp_path / "pole-node.png")
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
            page.screenshot(path=tmp_path / "pole-zone.png")
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
            page.screenshot(path=tmp_path / "pole-live.png")
            page.goto(f"{demo.base_url}/#/rules")
            page.get_by_role("button", name="by the pole: 삭제").click()
            page.get_by_role("dialog").get_by_role("button", name="삭제").click()
            expect(page.get_by_role("button", name="by the pole: 삭제")).to_have_count(0)
        assert not [one for one in faults if not any(known in one for known in EXPECTED)]
        browser.close()
