"""Builds the documentation as a site that needs no network: build/docs/site, or where `--out` says."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.docs_links import faults
from scripts.docs_pages import DOCS, ROOT, DeadLink, lay_out
from scripts.http_pages import http_pages
from scripts.message_page import message_page, texts_page
from scripts.steps import BIN

SHIM = "https://unpkg.com/iframe-worker/shim"


def settle(site: Path) -> None:
    """What the generator leaves: a script from elsewhere, the language of Korean pages."""
    for path in site.rglob("*.html"):
        depth = len(path.relative_to(site).parts) - 1
        text = path.read_text(encoding="utf-8").replace(SHIM, f"{'../' * depth}assets/iframe-worker.js")
        if path.name.endswith(".ko.html"):
            text = text.replace('<html lang="en"', '<html lang="ko"', 1)
        path.write_text(text, encoding="utf-8")


def build(out: Path) -> list[str]:
    """Build the site into `out`; what is wrong with it."""
    generated = {**http_pages(), "reference/messages.md": message_page(), "reference/texts.md": texts_page()}
    with tempfile.TemporaryDirectory(prefix="docs-") as folder:
        work = Path(folder)
        try:
            lay_out(work / "pages", generated)
        except DeadLink as dead:
            return [str(dead)]
        shutil.copy(DOCS / "site" / "zensical.toml", work)
        made = subprocess.run(
            [BIN / "zensical", "build", "--strict"], check=False, cwd=work, capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode:
            return [(made.stdout + made.stderr)[-4000:]]
        settle(work / "site")
        wrong = faults(work / "site")
        if not wrong:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(work / "site", out)
        return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "docs" / "site")
    out = parser.parse_args().out
    wrong = build(out)
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{sum(1 for _ in out.rglob('*.html'))} pages: {out}/index.html")


if __name__ == "__main__":
    main()
