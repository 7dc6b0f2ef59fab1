"""The dashboard in a real Chromium: first login, live wall, an alarm with its clip, a node that goes away."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from tests.e2e import wall
from tests.e2e.first_visit import arrive
from tests.e2e.journeys import guards_night, managers_monday, motion_in_a_region, opened_by_the_keys
from tests.servers import axe
from tests.servers.hook import Hook, hook
from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ALARM_MS = 90_000
WCAG_PX = 1366
# The browser tells these itself: the first answer before login is 401 by design, a refused rule is 422.
EXPECTED = ("status of 401", "status of 422")
REFUSED = '{"rules": [{"name": "a", "kind": "zone_intrusion", "severity": "purple"}]}'


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest.fixture(scope="module")
def logged_in(demo: RunningDemo, chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = browser.new_context(locale="ko-KR")
        page = context.new_page()
        faults: list[str] = []

        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and not any(known in message.text for known in EXPECTED):
                faults.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        arrive(page, demo)
        expect(page).to_have_url(f"{demo.base_url}/#/wall")
        yield page
        assert not faults, f"the page complained: {faults}"
        browser.close()


@pytest.fixture
def page(logged_in: Page, demo: RunningDemo) -> Page:
    """The wall, in the guard's window: whatever another test left behind."""
    logged_in.set_viewport_size({"width": 1366, "height": 800})
    logged_in.goto(f"{demo.base_url}/#/wall")
    logged_in.evaluate("localStorage.clear()")
    logged_in.reload()
    return logged_in


def cameras_of(page: Page, demo: RunningDemo) -> list[str]:
    """Those that nodes have told of: two, and one more after a technician's visit."""
    return [one["id"] for one in page.request.get(f"{demo.base_url}/api/v1/cameras").json()]


def test_both_cameras_are_live(page: Page) -> None:
    tiles = page.locator("canvas")
    expect(tiles.first).to_be_visible(timeout=20_000)
    assert page.get_by_text("yard").count() >= 1
    assert page.get_by_text("gate").count() >= 1
    page.wait_for_timeout(4000)
    first = tiles.first.screenshot()
    until("a picture that moves", lambda: tiles.first.screenshot() != first, 20)


def test_a_layout_is_arranged_saved_found_again_and_deleted(page: Page, demo: RunningDemo) -> None:
    expect(page.locator(".tile")).to_have_count(2, timeout=20_000)
    every = wall.order_of(page)
    wall.save_a_layout(page, "야간")
    expect(page.locator(".tile .caption strong")).to_have_text([every[1]])
    page.reload()
    expect(page.locator(".tile .caption strong")).to_have_text([every[1]], timeout=20_000)
    page.keyboard.press("l")
    expect(page.locator(".tile .caption strong")).to_have_text(every)
    page.keyboard.press("Shift+L")
    page.goto(f"{demo.base_url}/#/site")
    page.goto(f"{demo.base_url}/#/wall")
    expect(page.locator(".tile .caption strong")).to_have_text([every[1]], timeout=20_000)
    page.get_by_role("button", name="배치 편집").click()
    page.get_by_role("button", name="배치 삭제").click()
    page.get_by_role("dialog").get_by_role("button", name="배치 삭제").click()
    expect(page.locator(".tile .caption strong")).to_have_text(every)


def test_only_what_is_seen_is_streamed(page: Page, demo: RunningDemo) -> None:
    until("a viewer of each camera", lambda: wall.viewers(page, demo) == {"demo.gate": 1, "demo.yard": 1}, 60)
    page.evaluate(wall.HIDE)
    until("no viewer of a hidden window", lambda: wall.viewers(page, demo) == {}, 20)
    page.reload()
    page.set_viewport_size({"width": 390, "height": 330})
    until("a viewer of the one tile in view", lambda: list(wall.viewers(page, demo).values()) == [1], 20)
    page.goto(f"{demo.base_url}/#/site")
    until("no viewer on another page", lambda: wall.viewers(page, demo) == {}, 20)


@pytest.mark.parametrize(
    ("switched_off", "surface", "ready"),
    [
        (wall.NO_CODECS, "video", "(one) => one.videoWidth > 0 && one.currentTime > 0"),
        (wall.NO_CODECS + wall.NO_SOURCES, "img", "(one) => one.naturalWidth > 0"),
    ],
)
def test_a_browser_without_webcodecs_plays_by_mse_and_without_that_shows_pictures(
    page: Page, demo: RunningDemo, switched_off: str, surface: str, ready: str
) -> None:
    browser = page.context.browser
    assert browser is not None
    wall.plays(browser, demo, page.context.storage_state(), switched_off, surface, ready)


def test_an_alarm_is_opened_played_and_acknowledged(page: Page, demo: RunningDemo) -> None:
    page.goto(f"{demo.base_url}/#/alarms?severity=critical")  # a busy machine may have alarms of its own
    card = page.get_by_text("안전모 미착용").first
    expect(card).to_be_visible(timeout=ALARM_MS)
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/png"))
    opened_by_the_keys(page)
    page.keyboard.press("a")
    expect(page.get_by_text("admin 확인").first).to_be_visible(timeout=10_000)
    page.keyboard.press("s")
    page.get_by_label("30분").check()
    page.get_by_role("dialog").get_by_role("button", name="일시 보류").click()
    left = page.locator(".detail .chip").get_by_text(re.compile(r"보류 (30|29)분 남음"))
    expect(left).to_be_visible(timeout=10_000)
    page.get_by_label("상태", exact=True).select_option("shelved")
    expect(page).to_have_url(re.compile("state=shelved"))
    expect(page.locator(".alarm-list .card")).to_have_count(1)
    page.get_by_role("button", name="보류 해제").click()
    expect(page.locator(".alarm-list .card")).to_have_count(0)
    expect(left).to_have_count(0)


def test_an_alarm_is_found_on_the_timeline_and_played(page: Page, demo: RunningDemo, tmp_path: Path) -> None:
    page.goto(f"{demo.base_url}/#/timeline?span=600000")
    names = page.locator(".row-name")
    expect(names).to_have_count(len(cameras_of(page, demo)), timeout=10_000)
    first = page.locator(".in-view").get_by_role("button").filter(has_text="안전모 미착용").last
    expect(first).to_be_visible(timeout=ALARM_MS)
    first.click()
    ready = "[...document.querySelectorAll('.film video')].some((v) => v.readyState >= 2 && v.videoWidth > 0)"
    until("a stored picture of the alarm's moment", lambda: page.evaluate(ready), 60)
    page.keyboard.press("Space")
    moment = page.locator(".timeline-moment")
    before = moment.inner_text()
    until("a moment that runs", lambda: moment.inner_text() != before, 20)
    until(
        "a video that plays",
        lambda: page.evaluate("[...document.querySelectorAll('.film video')].some((v) => !v.paused)"),
        20,
    )
    page.keyboard.press("Space")
    page.keyboard.press(".")
    stood = moment.inner_text()
    page.keyboard.press(".")
    assert moment.inner_text() != stood
    page.get_by_role("button", name="1개월").click()
    expect(page.get_by_role("slider", name="재생 위치")).to_have_attribute("aria-valuetext", re.compile("저장됨"))
    expect(page).to_have_url(re.compile(r"timeline\?at=\d+&span=2678400000"))
    picture = tmp_path / "timeline.png"
    page.screenshot(path=str(picture))
    assert picture.stat().st_size > 10_000


def test_what_happened_is_found_again_by_what_is_known_of_it(page: Page, demo: RunningDemo) -> None:
    page.goto(f"{demo.base_url}/#/search")
    first = page.locator(".search-grid .card .number").last

    def is_there() -> bool:
        page.reload()
        page.wait_for_timeout(1_500)
        return first.is_visible()

    until("an alarm", is_there, ALARM_MS / 1000)
    number = first.inner_text()
    said = page.locator(".search-said")
    expect(said).to_contain_text("건", timeout=20_000)
    page.get_by_label("번호, 이름, 메모, 설명").fill(number)
    page.keyboard.press("Enter")
    expect(said).to_contain_text("1건", timeout=10_000)
    expect(page.locator(".search-grid .card .number")).to_have_text([number])
    page.locator(".saved summary").click()
    page.get_by_label("이 검색의 이름").fill("그 경보")
    page.get_by_role("button", name="저장", exact=True).click()
    kept = page.get_by_role("button", name="그 경보", exact=True)
    expect(kept).to_have_attribute("aria-pressed", "true", timeout=10_000)
    page.get_by_label("번호, 이름, 메모, 설명").fill("그런 것은 없다")
    page.keyboard.press("Enter")
    expect(page.get_by_text("찾은 것이 없습니다.")).to_be_visible(timeout=10_000)
    kept.click()
    expect(page.locator(".search-grid .card .number")).to_have_text([number])
    page.goto(f"{demo.base_url}/#/reports?period=week")
    page.get_by_role("button", name="다음 기간").click()
    counted = page.locator(".tile-figure a").first
    expect(counted).not_to_have_text("0", timeout=20_000)
    expect(page.locator(".heat rect:not([data-none])").first).to_be_visible()
    counted.click()
    expect(page.locator(".search-grid .card .number").last).to_be_visible(timeout=10_000)
    page.goto(f"{demo.base_url}/#/search")
    page.get_by_role("button", name="이벤트").click()
    page.get_by_role("button", name="사람", exact=True).click()
    event = page.locator(".found-event", has_text="사람").first
    expect(event).to_be_visible(timeout=20_000)
    event.get_by_role("link", name="타임라인에서 보기").click()
    expect(page).to_have_url(re.compile("#/timeline"))


def test_motion_in_a_drawn_region_leads_to_the_timeline(page: Page, demo: RunningDemo) -> None:
    motion_in_a_region(page, demo)


def test_a_destination_is_added_tried_and_deleted(page: Page, demo: RunningDemo) -> None:
    page.goto(f"{demo.base_url}/#/settings?view=messages")
    expect(page.get_by_text("알림 수단이 없습니다")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="알림 수단 추가").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("종류").select_option("webhook")
    add = dialog.get_by_role("button", name="추가", exact=True)
    add.click()
    address = dialog.get_by_label("주소", exact=True)
    expect(address).to_have_accessible_description("값을 입력하십시오.")
    with hook() as url:
        address.fill(url)
        add.click()
        expect(dialog.get_by_text("암호화되지 않은 http입니다.")).to_be_visible(timeout=10_000)
        dialog.get_by_label("내부망 주소 허용").check()
        add.click()
        expect(page.get_by_text("지금 한 번만 표시되니")).to_be_visible(timeout=10_000)
        panel = page.get_by_role("article", name="webhook")
        panel.get_by_role("button", name="시험 알림 보내기").click()
        expect(panel.get_by_text("시험 알림이 전달되었습니다")).to_be_visible(timeout=30_000)
        Hook.status = 503
        panel.get_by_role("button", name="시험 알림 보내기").click()
        expect(panel.get_by_text("전달되지 않았습니다: 받는 서버가 거절했습니다(응답 503).")).to_be_visible(
            timeout=30_000
        )
    assert url not in page.content()
    panel.get_by_role("button", name="삭제").click()
    dialog.get_by_role("button", name="삭제").click()
    expect(page.get_by_text("알림 수단이 없습니다")).to_be_visible(timeout=10_000)
    expect(page.locator(".receipts tbody tr").filter(has_text="시험 알림")).to_have_count(2)  # others tell of alarms


def refuse(page: Page, demo: RunningDemo, edit: str, save: str, told: str) -> None:
    """Save a rule that the server refuses: the field is named, the text stays, on another page and back too."""
    page.goto(f"{demo.base_url}/#/rules")
    page.get_by_role("button", name=edit).click()
    text = page.locator("textarea")
    text.fill(REFUSED)
    page.get_by_role("button", name=save).click()
    expect(page.get_by_text(re.compile(told))).to_be_visible(timeout=10_000)
    expect(text).to_have_value(REFUSED)
    page.goto(f"{demo.base_url}/#/site")
    page.goto(f"{demo.base_url}/#/rules")
    expect(text).to_have_value(REFUSED)


def test_a_refused_rule_is_told_in_korean_and_its_text_stays(page: Page, demo: RunningDemo) -> None:
    refuse(page, demo, "편집", "저장", r"rules\[0\]\.severity: .purple.: 쓸 수 없는 값입니다\.")
    page.locator("textarea").fill("{")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_text("1번째 줄: JSON 형식이 아닙니다.")).to_be_visible(timeout=5000)
    page.get_by_role("button", name="취소").click()
    expect(page.locator("textarea")).to_have_count(0)


def test_it_speaks_english_and_takes_light(page: Page, demo: RunningDemo, tmp_path: Path) -> None:
    page.goto(f"{demo.base_url}/#/settings")
    page.get_by_text("English").first.click()
    expect(page.get_by_text("Settings").first).to_be_visible(timeout=5000)
    picture = tmp_path / "settings.png"
    page.screenshot(path=str(picture))
    assert picture.stat().st_size > 10_000
    expect(page.get_by_text("Knows rendered scenes only.")).to_be_visible(timeout=5000)
    refuse(page, demo, "Edit", "Save", r"rules\[0\]\.severity: .purple. is not one of: low, medium, high, critical\.")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Danger zone entry (yard)").first).to_be_visible(timeout=5000)
    assert not re.search("[가-힣]", page.locator("main").inner_text())


def test_a_phone_shows_everything_about_a_camera(page: Page, demo: RunningDemo) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{demo.base_url}/#/site")
    cells = page.locator("table td")
    expect(cells.first).to_be_visible(timeout=20_000)
    assert cells.count() == 8 * len(cameras_of(page, demo))
    for cell in cells.all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    expect(page.get_by_role("columnheader")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1366])
def test_no_choice_of_the_alarm_list_is_cut_off(page: Page, demo: RunningDemo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("localStorage.setItem('cctv.language', 'en')")  # its words are the longer ones
    page.goto(f"{demo.base_url}/#/alarms?state=shelved")
    page.reload()
    expect(page.locator(".filters select").first).to_have_value("shelved", timeout=20_000)
    cut = page.evaluate(
        """[...document.querySelectorAll(".filters select")].map((one) => {
            const own = one.cloneNode(true);
            own.style.cssText = "position: absolute; flex: none; width: auto";
            document.querySelector(".filters").append(own);
            const missing = own.offsetWidth - one.offsetWidth;
            own.remove();
            return missing;
        })"""
    )
    assert len(cut) == 3
    assert max(cut) <= 0, f"px that are missing: {cut}"


PLACES = (
    "wall", "alarms", "alarms?view=review&seen=1", "alarms?view=load", "timeline", "search", "search?of=motion",
    "reports?period=week", "exports", "rules", "site", "site?add=1", "site?camera=demo.yard", "settings",
    "site?camera=demo.yard&view=masks", "site?camera=demo.yard&view=ground", "settings?view=messages",
    "settings?view=people",
)  # fmt: skip


@pytest.mark.parametrize("width", [320, 390, 1366, 2560])
def test_nothing_overflows_sideways_and_everybody_can_use_it(page: Page, demo: RunningDemo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    found: list[str] = []
    for place in PLACES:
        page.goto(f"{demo.base_url}/#/{place}")
        page.wait_for_timeout(500)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{place} at {width} px is {too_wide} px too wide"
        if width == WCAG_PX:
            found += [f"{place}, {fault}" for fault in axe.faults_in_both_themes(page)]
    assert not found, "\n".join(found)


def test_a_guards_night(page: Page, demo: RunningDemo, tmp_path: Path) -> None:
    guards_night(page, demo, tmp_path)


@pytest.mark.timeout(600)
def test_a_managers_monday(page: Page, demo: RunningDemo, tmp_path: Path) -> None:
    managers_monday(page, demo, tmp_path)


def test_a_node_that_goes_away_is_an_alarm_that_clears_when_it_is_back(page: Page, demo: RunningDemo) -> None:
    settings, node_file = demo.data / "cctv.toml", demo.data / "node.toml"
    settings.write_text(settings.read_text() + "\n[watch.node_away]\ngrace_s = 1\n")
    os.kill(demo.pid_of("notify"), signal.SIGKILL)  # it comes back with the new setting
    away_file = node_file.rename(demo.data / "node.away")
    os.kill(demo.pid_of("node"), signal.SIGKILL)
    page.goto(f"{demo.base_url}/#/alarms")
    card = page.locator(".card").filter(has_text="노드 오프라인").first
    expect(card).to_be_visible(timeout=60_000)
    card.click()
    expect(page.get_by_text("노드 demo에서 응답이 없어 카메라(gate, yard)를 볼 수 없습니다.")).to_be_visible(
        timeout=10_000
    )
    expect(page.locator(".player")).to_have_count(0)
    away_file.rename(node_file)
    expect(page.get_by_text("정상 회복")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="조치 완료").click()
    page.get_by_label("실제 상황").check()
    page.get_by_role("dialog").get_by_role("button", name="조치 완료").click()
    expect(page.locator(".detail .state").get_by_text("조치 완료")).to_be_visible(timeout=10_000)
