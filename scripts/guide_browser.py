"""Looks at a site's dashboard as a person does: trusts its CA, logs in by the first link, watches the wall."""

import argparse
import re
import ssl
import sys
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from tests.servers.processes import program

PASSWORD = "a password for following the guide"  # noqa: S105  of a system that is thrown away
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PAUSE_MS = 3000
PATIENCE_MS = 60_000
JPEG = b"\xff\xd8\xff"


class NoPicture(Exception):
    """What the dashboard shows is not live."""


def log_in(page: Page, link: str) -> None:
    """Use the one-time link and choose a password."""
    page.goto(link)
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(2, timeout=30_000)
    for field in fields.all():
        field.fill(PASSWORD)
    page.keyboard.press("Enter")


def _two_pictures(page: Page, address: str, camera: str) -> tuple[tuple[bytes, int], tuple[bytes, int]]:
    """Two pictures of a camera, one after the other, that are not the same."""
    seen: list[tuple[bytes, int]] = []
    said = "was not asked"
    for _ in range(PATIENCE_MS // PAUSE_MS):
        got = page.request.get(f"{address}/api/v1/cameras/{camera}/picture.jpg")
        body = got.body()
        said = f"{got.status}, {len(body)} bytes"
        if got.status == 200 and body[:3] == JPEG and all(body != earlier for earlier, _ in seen):
            seen.append((body, int(got.headers["x-picture-ms"])))
        if len(seen) > 1:
            return seen[0], seen[1]
        page.wait_for_timeout(PAUSE_MS)
    raise NoPicture(f"{camera}: {len(seen)} pictures came, and the last answer was {said}")


def look(address: str, link: str, ca: Path, cameras: list[str], out: Path) -> list[str]:
    """What was seen, a line each; NoPicture where none is live."""
    told = []
    answer = httpx.get(address, verify=ssl.create_default_context(cafile=ca), timeout=20).raise_for_status()
    told.append(f"{address} answers {answer.status_code}; its certificate is of the site's CA")
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = program("chromium", "chromium-browser", "google-chrome", what="Chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        # Chromium takes no CA by a flag: whether the certificate is right was asked above.
        context = browser.new_context(ignore_https_errors=True, locale="ko-KR", viewport={"width": 1366, "height": 768})
        page = context.new_page()
        log_in(page, link)
        tiles = page.locator("canvas")
        expect(tiles.first).to_be_visible(timeout=60_000)
        page.wait_for_timeout(PAUSE_MS)
        for number in (1, 2):
            page.screenshot(path=str(out / f"wall-{number}.png"))
            page.wait_for_timeout(PAUSE_MS)
        for camera in cameras:
            older, newer = _two_pictures(page, address, camera)
            for number, (body, _) in enumerate((older, newer), 1):
                (out / f"{camera}-{number}.jpg").write_bytes(body)
            sizes = f"{len(older[0])} and {len(newer[0])} bytes"
            told.append(f"{camera}: two JPEGs, {sizes}, {newer[1] - older[1]} ms apart")
        browser.close()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("link")
    parser.add_argument("--ca", type=Path, required=True)
    parser.add_argument("--camera", action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    link = re.sub(r"^https?://[^/]+", given.address, given.link)
    try:
        told = look(given.address, link, given.ca, given.camera, given.out)
    except NoPicture as missing:
        sys.exit(str(missing))
    print("\n".join(told))


if __name__ == "__main__":
    main()
