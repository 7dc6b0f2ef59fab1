"""What is wrong with a built site: links and anchors that lead nowhere, anything that is fetched from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """The anchors of one page, where it leads, and what its browser fetches for it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.leads: list[str] = []
        self.fetches: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.anchors.add(value)
            elif (tag, name) in FETCHED and value:
                self.fetches.append(value)
            elif (tag, name) == ("a", "href") and value:
                self.leads.append(value)


def faults(site: Path) -> list[str]:
    """Each fault of the pages below `site`, in words."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [
        f"{sheet.relative_to(site)}: fetches {address}"
        for sheet in sorted(site.rglob("*.css"))
        for address in re.findall(r"url\([\"']?((?:https?:)?//[^)\"']+)", sheet.read_text(encoding="utf-8"))
    ]
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        if name == "404.html":
            continue  # its links are those of a server's root
        for target in [*page.leads, *page.fetches]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                if target in page.fetches and parts.scheme != "data":
                    found.append(f"{name}: fetches {target}")
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            if not there.exists():
                found.append(f"{name}: {target} is not there")
            elif parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].anchors:
                found.append(f"{name}: {target} has no such heading")
    return sorted(set(found))
