"""The first visit of a new site in a browser: the link that works once, and a password of one's own."""

from playwright.sync_api import Page, expect

from tests.servers.running_demo import PASSWORD, RunningDemo

WAIT_MS = 60_000


def arrive(page: Page, demo: RunningDemo) -> None:
    """Follow the link that the start printed, and end on the wall; a failure tells what the page and the roles said."""
    page.goto(demo.link)
    try:
        choose_password(page)
    except AssertionError as fault:
        told = f"{fault}\nThe page says: {page.locator('body').inner_text()!r}\n{demo.logs()}"
        raise AssertionError(told) from None


def choose_password(page: Page) -> None:
    """Fill in both fields of the form that a one-time code leads to."""
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(2, timeout=WAIT_MS)
    for field in fields.all():
        field.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").first).to_be_visible(timeout=WAIT_MS)
