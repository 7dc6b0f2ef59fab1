"""Logging in by an identity provider of others, in a real Chromium: there, back, out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from controller.adapters.schema import migrate
from controller.app.site import prepare_site
from tests.e2e.test_dashboard import FLAGS
from tests.e2e.test_site import CCTV, running
from tests.servers.glewlwyd import CLIENT, PASSWORD, SECRET, Glewlwyd, running_glewlwyd
from tests.servers.processes import free_port
from tests.servers.running_demo import until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(120)]
WAIT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Office:
    """A site beside its provider."""

    url: str
    provider: Glewlwyd
    browser: Browser


@pytest.fixture
def office(tmp_path: Path, chromium: str) -> Iterator[Office]:
    with running_glewlwyd(tmp_path) as provider, sync_playwright() as playwright:
        site = prepare_site(tmp_path / "site", port=free_port())
        secret = site.secrets_dir / "oidc-client"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        settings = f'[oidc]\nissuer = "{provider.issuer}"\nshown = "Yard ID"\nclient_id = "{CLIENT}"\n'
        settings += 'client_secret_file = "secrets/oidc-client"\n[oidc.roles]\nyard-guards = "operator"\n'
        site.config_file.write_text(site.config_file.read_text() + settings)
        migrate(f"sqlite:///{site.data_dir / 'db.sqlite3'}")
        url = site.settings.base_url
        provider.add_client(url)
        provider.put_person("kim", "yard-guards")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        with running([*CCTV, "serve", "--role", "api", "--config", str(site.config_file)], tmp_path / "api.log"):
            until("the API", lambda: answers(url), 60)
            yield Office(url, provider, browser)
        browser.close()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/login").status_code == 200
    except httpx.HTTPError:
        return False


def log_in_there(page: Page) -> None:
    """Name and password at the provider's own page."""
    page.locator("#username").fill("kim")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Continue").click()


def test_somebody_logs_in_at_the_provider_and_is_who_they_are_there(office: Office, tmp_path: Path) -> None:
    page = office.browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 800}).new_page()
    page.goto(office.url)
    page.get_by_role("button", name="Log in with Yard ID").click()
    expect(page).to_have_url(re.compile(re.escape(office.provider.address)), timeout=WAIT_MS)
    page.screenshot(path=tmp_path / "there.png")
    log_in_there(page)
    expect(page).to_have_url(re.compile(re.escape(office.url)), timeout=WAIT_MS)
    expect(page.get_by_role("navigation").first).to_be_visible(timeout=WAIT_MS)
    page.goto(f"{office.url}/#/settings")
    expect(page.get_by_text("You log in with Yard ID.")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Operator").first).to_be_visible()
    page.screenshot(path=tmp_path / "settings.png")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile(re.escape(office.provider.address)), timeout=WAIT_MS)
    page.goto(office.url)
    expect(page.get_by_role("button", name="Log in with Yard ID")).to_be_visible(timeout=WAIT_MS)
    page.context.close()
