"""What an administrator does at a desk, in a real Chromium: people and their cameras, models, names, the review."""

import contextlib
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.first_visit import arrive, choose_password
from tests.e2e.test_dashboard import FLAGS
from tests.e2e.test_site import CCTV
from tests.onnx_models import build_model
from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
WAIT_MS = 20_000
JUDGES_MS = 60_000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


def person(browser: Browser) -> Page:
    """A browser of one's own, in English."""
    return browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 800}).new_page()


@pytest.fixture(scope="module")
def admin(browser: Browser, demo: RunningDemo) -> Page:
    page = person(browser)
    arrive(page, demo)
    return page


def test_somebody_is_let_in_by_a_link_that_works_once(
    admin: Page, browser: Browser, demo: RunningDemo, tmp_path: Path
) -> None:
    admin.goto(f"{demo.base_url}/#/settings?view=people")
    admin.get_by_role("button", name="Add a person").click()
    admin.get_by_label("Login name").fill("kim")
    admin.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_text("Login address of kim")).to_be_visible(timeout=WAIT_MS)
    link = admin.locator(".command code").inner_text()
    admin.screenshot(path=tmp_path / "invited.png")
    kim = person(browser)
    kim.goto(link)
    expect(kim.get_by_role("heading", name="Set a password")).to_be_visible(timeout=WAIT_MS)
    kim.screenshot(path=tmp_path / "password.png")
    choose_password(kim)
    expect(kim).to_have_url(f"{demo.base_url}/#/wall")
    stranger = person(browser)
    stranger.goto(link)
    expect(stranger.get_by_role("alert")).to_be_visible(timeout=WAIT_MS)
    expect(stranger.get_by_text("cctv user passwd NAME")).to_be_visible()
    assert "code=" not in stranger.url, "a spent code stays in no address"
    stranger.screenshot(path=tmp_path / "spent.png")
    for page in (kim, stranger):
        page.context.close()


def test_who_is_given_one_camera_sees_only_that_one(
    admin: Page, browser: Browser, demo: RunningDemo, tmp_path: Path
) -> None:
    admin.goto(f"{demo.base_url}/#/settings?view=people")
    admin.get_by_role("button", name="Add a person").click()
    admin.get_by_label("Login name").fill("lee")
    admin.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_text("Login address of lee")).to_be_visible(timeout=WAIT_MS)
    link = admin.locator(".command code").inner_text()
    admin.get_by_role("button", name="lee: Every camera").click()
    admin.get_by_text("Only those chosen here").click()
    for right in ("View", "Playback"):
        admin.get_by_label(f"demo.gate: {right}").check()
    admin.screenshot(path=tmp_path / "grants.png")
    admin.get_by_role("dialog").get_by_role("button", name="Give").click()
    expect(admin.get_by_role("button", name="lee: 1 camera or node")).to_be_visible(timeout=WAIT_MS)
    lee = person(browser)
    lee.goto(link)
    choose_password(lee)
    expect(lee.locator(".tile .caption strong")).to_have_text(["gate"], timeout=WAIT_MS)
    lee.screenshot(path=tmp_path / "lee-wall.png")
    for name, address in (
        ("review", "alarms?view=review&motion=1&seen=1"),
        ("search", "search"),
        ("timeline", "timeline"),
        ("site", "site"),
    ):
        lee.goto(f"{demo.base_url}/#/{address}")
        expect(lee.get_by_text("gate").first).to_be_visible(timeout=WAIT_MS)
        lee.wait_for_timeout(1000)
        lee.screenshot(path=tmp_path / f"lee-{name}.png")
        assert not re.search(r"\byard\b", lee.locator("main").inner_text()), f"{name} tells of another camera"
    gone = lee.request.get(f"{demo.base_url}/api/v1/cameras/demo.yard/picture.jpg")
    assert gone.status == 404
    lee.context.close()


def test_a_model_is_added_refused_tried_let_judge_and_taken_back(
    admin: Page, demo: RunningDemo, tmp_path: Path
) -> None:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.8, 0.1)
    hats = build_model(tmp_path / "hats.onnx", answer, batch="n", metadata={"names": "['person', 'hat']"})
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(hats.read_bytes()[:200])
    admin.goto(f"{demo.base_url}/#/settings?view=models")
    admin.get_by_role("button", name="Add a model").click()
    dialog = admin.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(broken)
    dialog.get_by_label("Licence").fill("MIT")
    dialog.get_by_role("button", name="Add a model").click()
    expect(dialog.get_by_role("alert")).to_contain_text("broken.onnx cannot be loaded", timeout=WAIT_MS)
    admin.screenshot(path=tmp_path / "model-refused.png")
    dialog.locator("input[type=file]").set_input_files(hats)
    dialog.get_by_role("button", name="Add a model").click()
    expect(dialog.get_by_role("heading", name="hats is added")).to_be_visible(timeout=WAIT_MS)
    dialog.get_by_role("button", name="Close").click()
    yard, own = admin.locator("[data-model=yard]"), admin.locator("[data-model=hats]")
    yard.get_by_role("button", name="Try on a picture").click()
    dialog.get_by_role("button", name="Try on its picture of now").click()
    expect(dialog.locator(".model-seen figcaption")).to_be_visible(timeout=WAIT_MS)
    admin.screenshot(path=tmp_path / "model-tried.png")
    dialog.get_by_role("button", name="Close").click()
    own.get_by_role("button", name="Let it judge").click()
    expect(dialog).to_contain_text("These rules in force never alarm with this model.")
    dialog.get_by_role("button", name="Let it judge all the same").click()
    expect(own.get_by_text("Judges")).to_be_visible(timeout=JUDGES_MS)
    expect(dialog).to_have_count(0, timeout=WAIT_MS)
    admin.screenshot(path=tmp_path / "model-judges.png")
    expect(own.get_by_role("button", name="Remove")).to_have_count(0)
    roles = admin.request.get(f"{demo.base_url}/api/v1/system").json()["roles"]
    assert {one["name"]: one["restarts"] for one in roles}["worker"] == 0, "it changed over without a restart"
    admin.get_by_role("button", name="Back to yard of the settings file").click()
    dialog.get_by_role("button", name="Let it judge").click()
    expect(yard.get_by_text("Judges")).to_be_visible(timeout=JUDGES_MS)
    own.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(own).to_have_count(0, timeout=WAIT_MS)


def test_a_camera_is_called_as_people_do_and_started_anew(admin: Page, demo: RunningDemo, tmp_path: Path) -> None:
    admin.goto(f"{demo.base_url}/#/site?camera=demo.yard")
    admin.get_by_role("button", name="Rename").click()
    admin.get_by_label("Shown name").fill("북쪽 마당")
    admin.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name="북쪽 마당")).to_be_visible(timeout=WAIT_MS)
    admin.get_by_role("button", name="Restart camera").click()
    admin.get_by_role("dialog").get_by_role("button", name="Restart camera").click()
    expect(admin.get_by_text("The node has restarted the camera.")).to_be_visible(timeout=WAIT_MS)
    admin.set_viewport_size({"width": 390, "height": 844})
    admin.screenshot(path=tmp_path / "camera-phone.png")
    admin.set_viewport_size({"width": 1366, "height": 800})
    admin.goto(f"{demo.base_url}/#/wall")
    expect(admin.locator(".tile .caption strong", has_text="북쪽 마당")).to_be_visible(timeout=WAIT_MS)


def test_the_review_tells_what_is_new_and_moves_nothing(admin: Page, demo: RunningDemo, tmp_path: Path) -> None:
    admin.goto(f"{demo.base_url}/#/alarms?view=review&motion=1")
    cards = admin.locator(".review [data-id]")
    expect(cards.first).to_be_visible(timeout=JUDGES_MS)
    listed = [card.get_attribute("data-id") for card in cards.all()]
    bar = admin.locator(".review-fresh button")
    expect(bar).to_be_visible(timeout=90_000)
    assert [card.get_attribute("data-id") for card in cards.all()] == listed, "nothing moves by itself"
    admin.screenshot(path=tmp_path / "review-new.png")
    admin.keyboard.press(".")
    until("the new ones", lambda: [card.get_attribute("data-id") for card in cards.all()] != listed, 20)
    admin.screenshot(path=tmp_path / "review-shown.png")


def test_locked_evidence_is_let_go_by_two_people(
    admin: Page, browser: Browser, demo: RunningDemo, tmp_path: Path
) -> None:
    command = [*CCTV, "user", "add", "oh", "--role", "admin", "--data", str(demo.data)]
    code = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()[-1]
    with (
        contextlib.closing(sqlite3.connect(demo.data / "db.sqlite3")) as database,
        database,
    ):  # accounts that are no news
        database.execute("UPDATE user_account SET created_at = ?", ("2026-01-01 00:00:00.000000",))
    other = person(browser)
    other.goto(f"{demo.base_url}/#/login?code={code}")
    choose_password(other)
    admin.goto(f"{demo.base_url}/#/site?view=storage")
    admin.get_by_role("button", name="Hold footage").click()
    admin.get_by_label("Reason", exact=True).fill("accident at the gate")
    admin.get_by_role("checkbox", name="Lock it").check()
    admin.get_by_role("dialog").get_by_role("button", name="Hold", exact=True).click()
    expect(admin.get_by_text("Locked", exact=True)).to_be_visible(timeout=WAIT_MS)
    admin.get_by_role("button", name="Ask for release").click()
    admin.get_by_role("dialog").get_by_label("Reason", exact=True).fill("the inquiry is over")
    admin.get_by_role("dialog").get_by_role("button", name="Ask for release").click()
    expect(admin.get_by_text("Another person has to confirm.")).to_be_visible(timeout=WAIT_MS)
    expect(admin.get_by_role("button", name="Confirm release")).to_have_count(0)
    admin.screenshot(path=tmp_path / "asked.png")
    other.goto(f"{demo.base_url}/#/site?view=storage")
    expect(other.get_by_text("admin asks for its release: the inquiry is over")).to_be_visible(timeout=WAIT_MS)
    other.get_by_role("button", name="Confirm release").click()
    other.screenshot(path=tmp_path / "confirm.png")
    other.get_by_role("dialog").get_by_role("button", name="Confirm release").click()
    expect(other.get_by_text("Nothing is held.")).to_be_visible(timeout=WAIT_MS)
    other.goto(f"{demo.base_url}/#/settings?view=audit")
    for who, deed in (("admin", "hold.release_ask"), ("oh", "hold.release")):
        row = other.locator("tr", has=other.locator(f'td[title="{deed}"]')).first
        expect(row).to_contain_text(who, timeout=WAIT_MS)
    other.context.close()
