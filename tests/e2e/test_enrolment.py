"""A node is invited, asks by its own key, is let in, runs by its certificate, and is cut off by one command."""

import contextlib
import json
import os
import ssl
import subprocess
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from edge_agent.adapters.identity_file import IdentityFile
from tests.e2e.open_site import MARK, OpenSite, enrol, enrolling, open_site
from tests.e2e.test_site import EDGE, first_login, running
from tests.servers.running_demo import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    with open_site(tmp_path) as site:
        yield site


def test_a_node_is_let_in_by_two_people_and_runs_by_its_certificate(site: OpenSite, tmp_path: Path) -> None:
    file = enrol(site, "gate", tmp_path)
    settings = tomllib.loads(file.read_text())
    assert "password" not in settings["broker"]
    assert "PRIVATE" not in file.read_text()
    secrets = [file, tmp_path / "gate-key.pem", tmp_path / "gate-data" / "identity.json"]
    assert [secret.stat().st_mode & 0o077 for secret in secrets] == [0, 0, 0]
    with running([*EDGE, "run", "--config", str(file)], tmp_path / "node.log"):
        until("the node", lambda: site.nodes()["gate"]["state"] == "online", 60)
        checked = subprocess.run([*EDGE, "check", "--config", str(file), "--json"], capture_output=True, check=False)
        found = {one["check"]: one for one in json.loads(checked.stdout)["findings"]}
        assert "takes this node's certificate" in found["broker"]["says"]
        assert found["certificate of this node"]["level"] == "ok"
        assert "broker unreachable" not in (tmp_path / "node.log").read_text()
        site.cctv("node", "revoke", "gate", "--why", "stolen")
        until("its end", lambda: "broker unreachable" in (tmp_path / "node.log").read_text(), 10)
        checked = subprocess.run([*EDGE, "check", "--config", str(file), "--json"], capture_output=True, check=False)
        found = {one["check"]: one for one in json.loads(checked.stdout)["findings"]}
        assert found["broker"]["level"] == "trouble"
    assert site.nodes()["gate"]["enabled"] is False


def shoot(page: Page, name: str) -> None:
    """A picture of the page, for who wants to look at it: CCTV_TEST_PICTURES names the folder."""
    if folder := os.environ.get("CCTV_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_an_administrator_lets_a_node_in_by_the_page(site: OpenSite, tmp_path: Path, chromium: str) -> None:
    trusted = ssl.create_default_context(cafile=str(site.data / "tls" / "ca.pem"))
    file, log = tmp_path / "pole.toml", tmp_path / "pole.log"
    with contextlib.closing(first_login(site.log, trusted)) as client, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(ignore_https_errors=True, locale="en-US", viewport={"width": 390, "height": 844})
        address = str(client.base_url).rstrip("/")
        context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": address} for one in client.cookies.jar]
        )
        page = context.new_page()
        page.goto(f"{address}/#/site?add=1")
        page.get_by_label("Name of the node").fill("pole")
        page.get_by_label("Source").first.fill("scene://yard?seed=9&fps=6")
        page.get_by_role("button", name="Make an invitation").click()
        command = page.locator("code", has_text="cctv-edge enroll").inner_text()
        token = command.split()[-1]
        with running(enrolling(site, token, file), log) as asking:
            shown = until("the fingerprint", lambda: MARK.search(log.read_text()), 30)[1]
            page.get_by_role("button", name="Approve", exact=True).wait_for(timeout=30_000)
            assert page.locator("code.fingerprint").inner_text() == shown
            shoot(page, "wizard")
            page.get_by_role("button", name="Approve", exact=True).click()
            page.get_by_role("button", name="Same fingerprint, approve").click()
            assert asking.wait(60) == 0, log.read_text()
        with running([*EDGE, "run", "--config", str(file)], tmp_path / "node.log"):
            until("the node", lambda: site.nodes()["pole"]["state"] == "online", 60)
            page.goto(f"{address}/#/site")
            page.get_by_role("button", name="Cut off").click()
            page.get_by_label("Why (stands in the audit)").fill("stolen")
            shoot(page, "cut-off")
            page.get_by_role("dialog").get_by_role("button", name="Cut off").click()
            until("the end", lambda: site.nodes()["pole"]["enabled"] is False, 10)
            until("its end there", lambda: "broker unreachable" in (tmp_path / "node.log").read_text(), 15)
        browser.close()


def test_a_node_with_a_password_gets_a_certificate_by_itself_and_can_lose_the_password(
    site: OpenSite, tmp_path: Path
) -> None:
    file, log = tmp_path / "gate.toml", tmp_path / "node.log"
    site.cctv("node", "add", "gate", "--camera", "yard=scene://yard?seed=9&fps=6", "--out", str(file))
    identity = IdentityFile(tmp_path / "gate-data")
    site.cctv("node", "forget-password", "gate", code=2)
    with running([*EDGE, "run", "--config", str(file)], log):
        until("the node", lambda: site.nodes()["gate"]["state"] == "online", 60)
        until("its certificate", identity.load, 60)
        until("it to be used", lambda: "certificate renewed" in log.read_text(), 10)
        site.cctv("node", "forget-password", "gate")
        until("the node by its certificate", lambda: site.nodes()["gate"]["state"] == "online", 30)
        checked = subprocess.run([*EDGE, "check", "--config", str(file), "--json"], capture_output=True, check=False)
        told = [one["says"] for one in json.loads(checked.stdout)["findings"] if one["check"] == "broker"]
        assert ["certificate" in one for one in told] == [True, False], told
        assert "Not authorized" in told[1]
        time.sleep(3)
        assert site.nodes()["gate"]["state"] == "online"
