"""What a guard does in a night and a manager on a Monday, in a browser on a running site."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.servers import axe
from tests.servers.running_demo import RunningDemo, until

ALARM_S = 90.0
WAIT_MS = 15_000
FOOTAGE_MS = 330_000  # a node tells of a minute when it is over, and only then what is missing is fetched
# What reaches the loudspeakers is listened to: a tone that was only asked for is silence.
HEARING = """(() => {
  let peak = 0;
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      const ear = new AnalyserNode(this.context);
      const samples = new Float32Array(ear.fftSize);
      connect.call(this, ear);
      const listening = setInterval(() => {
        ear.getFloatTimeDomainData(samples);
        peak = Math.max(peak, ...samples);
      }, 20);
      setTimeout(() => clearInterval(listening), 3000);
    }
    return connect.call(this, to, ...more);
  };
  window.heard = () => peak;
})()"""
# Keys faster than any picture: each is answered by what the one before it made.
AT_ONCE = """async (keys) => {
  for (const key of keys) {
    const on = document.activeElement ?? document.body;
    on.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: key !== key.toLowerCase(), bubbles: true }));
    await null;
    await null;
  }
}"""
PLAYS = "(() => { const v = document.querySelector('video'); return v && v.readyState >= 2 && v.currentTime > 0.3; })()"


def opened_by_the_keys(page: Page) -> None:
    """The keys speak of the chosen alarm, whichever the strip shows, and reach its clip though nobody clicked it."""
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator(".card[aria-current=true]")
    expect(chosen).to_be_focused(timeout=WAIT_MS)
    number = chosen.locator(".number").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".alarm-detail")).to_be_focused(timeout=WAIT_MS)
    expect(page.locator(".detail-title .number")).to_have_text(number)
    expect(page.locator("video")).to_be_visible(timeout=ALARM_S * 1000)
    # The page's policy forbids eval: the test asks again and again instead of waiting inside the page.
    until("a playable clip", lambda: page.evaluate("document.querySelector('video').readyState >= 2"), 90)
    at = "document.querySelector('video').currentTime"
    before = page.evaluate(at)
    page.keyboard.press(".")
    until("the next picture", lambda: page.evaluate(at) > before, 20)
    page.keyboard.press("Space")
    until("playback", lambda: page.evaluate(f"{at} > {before} + 0.5"), 20)
    page.keyboard.press("Space")
    until("a clip that stands", lambda: page.evaluate("document.querySelector('video').paused"), 20)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the window scrolls beside its page"


def guards_night(page: Page, demo: RunningDemo, pictures: Path) -> None:
    """An alarm comes with its sound; the guard opens it, acknowledges, notes, resolves; it leaves the wall."""
    page.add_init_script(HEARING)
    page.goto(f"{demo.base_url}/#/wall")
    page.reload()
    page.locator(".top-clock").click()  # browsers are silent until somebody has touched the page
    expect(page.locator(".strip-link")).to_be_visible(timeout=ALARM_S * 1000)
    until("a sound that can be heard", lambda: page.evaluate("heard()") > 0.05, 25)
    waiting = page.locator(".drawer .card[data-state=raised]", has_text=re.compile("안전모|위험구역")).first
    expect(waiting).to_be_visible(timeout=ALARM_S * 1000)  # a busy machine may have alarms of its own
    page.screenshot(path=pictures / "guard-wall.png")
    waiting.focus()
    page.keyboard.press("Enter")
    head = page.locator(".detail-title .number")
    expect(head).to_be_visible(timeout=WAIT_MS)
    number = head.inner_text()
    page.keyboard.press("a")
    history = page.locator(".evidence")
    expect(history.get_by_text("admin", exact=True).first).to_be_visible(timeout=WAIT_MS)
    page.keyboard.press("n")
    page.get_by_role("dialog").get_by_role("textbox").fill("순찰조를 보냈습니다")
    page.get_by_role("dialog").get_by_role("button", name="저장").click()
    expect(history.get_by_text("순찰조를 보냈습니다")).to_be_visible(timeout=WAIT_MS)
    page.keyboard.press("r")
    page.get_by_label("실제 상황").check()
    page.get_by_role("dialog").get_by_role("button", name="조치 완료").click()
    expect(page.locator(".detail .state").get_by_text("조치 완료")).to_be_visible(timeout=WAIT_MS)
    page.screenshot(path=pictures / "guard-alarm.png")
    axe.check(page)
    page.goto(f"{demo.base_url}/#/wall")
    expect(page.locator(".drawer")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".drawer .number").get_by_text(number, exact=True)).to_have_count(0, timeout=WAIT_MS)
    page.screenshot(path=pictures / "guard-after.png")


def managers_monday(page: Page, demo: RunningDemo, folder: Path) -> None:
    """Search an alarm, play it, review others in bulk, export, and verify the files that were downloaded."""
    ask = page.request

    def over() -> Any:
        """The oldest alarm of a rule that is over and has its clip: most of its footage has come."""
        items = ask.get(f"{demo.base_url}/api/v1/alarms?state=all").json()["items"]
        seen = [one for one in items if one["end_ms"] and one["clip_ready"] and not one["rule"].startswith("system.")]
        return seen[-1] if seen else None

    alarm = until("an alarm with its clip", over, 2 * ALARM_S)
    page.goto(f"{demo.base_url}/#/search")
    page.get_by_label("번호, 이름, 메모, 설명").fill(f"#{alarm['number']}")
    page.keyboard.press("Enter")
    expect(page.locator(".search-said")).to_contain_text("1건", timeout=WAIT_MS)
    page.locator(".search-grid .card").click()
    expect(page.locator("video")).to_be_visible(timeout=WAIT_MS)
    until("a clip that plays", lambda: _play(page), 20)
    page.screenshot(path=folder / "manager-alarm.png")
    if page.get_by_role("button", name="더 보기").is_visible():
        page.get_by_role("button", name="더 보기").click()
    page.get_by_role("button", name="이 경보 내보내기").click()
    export = page.locator(".export", has_text=f"#{alarm['number']}").first
    expect(export).to_be_visible(timeout=WAIT_MS)
    bulk_review(page, demo, folder)
    page.goto(f"{demo.base_url}/#/exports")
    expect(export.locator(".export-state")).to_have_text("완료", timeout=FOOTAGE_MS)
    expect(export.locator("a[download='manifest.json']")).to_be_visible(timeout=WAIT_MS)
    taken = folder / "taken"
    for link in export.locator(".export-files a[download]").all():
        with page.expect_download() as downloading:
            link.click()
        downloading.value.save_as(taken / downloading.value.suggested_filename)
    manifest = ask.get(demo.base_url + str(export.locator("a[download='manifest.json']").get_attribute("href")))
    assert manifest.ok, manifest.text()
    (taken / "manifest.json").write_bytes(manifest.body())
    page.screenshot(path=folder / "manager-export.png")
    command = [sys.executable, "-m", "controller.cli", "export", "verify", str(taken)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    films = sorted(taken.glob("*.mp4"))
    assert films
    for film in films:
        assert f"{film.name}: as its manifest says" in told.stdout


def bulk_review(page: Page, demo: RunningDemo, folder: Path) -> None:
    """Two alarms with one note, by the keys alone; they leave the pile, and one mark is taken back."""
    page.goto(f"{demo.base_url}/#/alarms?view=review&of=alarms&state=raised")
    cards = page.locator(".review-card")
    expect(cards.nth(1)).to_be_visible(timeout=WAIT_MS)
    numbers = cards.locator(".number").all_inner_texts()[:2]
    page.evaluate(AT_ONCE, ["j", "x", "J"])
    expect(page.locator(".review-told")).to_contain_text("2건 선택", timeout=WAIT_MS)
    page.screenshot(path=folder / "manager-review.png")
    axe.check(page)
    page.keyboard.press("r")
    page.get_by_label("불필요 경보").check()
    page.get_by_role("dialog").get_by_role("textbox").fill("교대 시간의 청소")
    page.get_by_role("dialog").get_by_role("button", name="조치 완료").click()
    expect(page.locator(".review-told")).to_contain_text("처리했습니다", timeout=WAIT_MS)
    for place in (0, 1):
        expect(cards.nth(place)).to_have_attribute("data-reviewed", "true", timeout=WAIT_MS)
    items = page.request.get(f"{demo.base_url}/api/v1/alarms?state=resolved").json()["items"]
    resolved = {f"#{one['number']}": one for one in items}
    for number in numbers:
        assert resolved[number]["assessment"] == "nuisance"
        detail = page.request.get(f"{demo.base_url}/api/v1/alarms/{resolved[number]['id']}").json()
        assert [one["note"] for one in detail["history"] if one["what"] == "resolved"] == ["교대 시간의 청소"]
    page.keyboard.press("u")
    expect(page.locator(".review-told")).to_contain_text("되돌렸습니다", timeout=WAIT_MS)
    expect(page.locator(".review-card[data-reviewed]")).to_have_count(0)


def _play(page: Page) -> bool:
    page.evaluate("(() => { const v = document.querySelector('video'); if (v?.paused) v.play().catch(() => 0); })()")
    return bool(page.evaluate(PLAYS))


def motion_in_a_region(page: Page, demo: RunningDemo) -> None:
    """Draw a region, find what moved in it with its pictures, see where most moves, and go to the timeline."""
    page.goto(f"{demo.base_url}/#/search?of=motion")
    page.get_by_role("button", name="기본 모양으로 시작").click()
    expect(page).to_have_url(re.compile("region="))
    find = page.locator(".found-event").first

    def is_there() -> bool:
        """Nodes tell of a minute some seconds after its end."""
        page.reload()
        page.wait_for_timeout(2_500)
        return find.is_visible()

    until("motion in the region", is_there, ALARM_S)
    expect(page.locator(".motion-progress [role=status]")).to_contain_text("건")
    expect(find.locator("img.preview-strip[data-there]")).to_be_attached(timeout=30_000)
    page.get_by_role("button", name="움직임 분포 보기").click()
    expect(page.locator(".motion-heat rect").first).to_be_attached(timeout=10_000)
    page.get_by_role("button", name="다시 그리기").click()
    expect(page.get_by_text("움직임을 찾을 영역을 그리십시오.")).to_be_visible()
    canvas = page.locator("svg.shape-canvas").bounding_box()
    assert canvas is not None
    for x, y in ((0.0, 0.0), (0.03, 0.0), (0.03, 0.03)):
        page.mouse.click(canvas["x"] + 2 + x * canvas["width"], canvas["y"] + 2 + y * canvas["height"])
    expect(page.get_by_text("그 영역에서 움직임이 없었습니다.")).to_be_visible(timeout=10_000)
    page.goto(f"{demo.base_url}/#/search?of=motion&region=0,0 1,0 1,1 0,1")
    find.get_by_role("link", name="타임라인에서 보기").click()
    expect(page).to_have_url(re.compile("#/timeline"))
