"""Lays out the pages of the documentation for the site: links within it, words for what lies outside."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
# What is written elsewhere in the repository and belongs into the site -> its page.
ELSEWHERE = {
    "README.md": "project/readme.md",
    "README.ko.md": "project/readme.ko.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "ansible/README.md": "project/ansible.md",
    "deploy/README.md": "project/deploy.md",
    "firmware_config/README.md": "project/firmware_config.md",
}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```.*?^```[^\n]*\n)", re.DOTALL | re.MULTILINE)
WITHIN = (".md", ".json", ".png", ".svg")


class DeadLink(Exception):
    """A page names what is not there."""


def sources() -> dict[str, str]:
    """Path in the repository -> path in the site, of every page and picture."""
    found = [path for path in sorted(DOCS.rglob("*")) if path.suffix in WITHIN and "site" not in path.parts[-2:-1]]
    return {path.relative_to(ROOT).as_posix(): path.relative_to(DOCS).as_posix() for path in found} | ELSEWHERE


def relinked(text: str, name: str, site: Mapping[str, str]) -> str:
    """The page `name` with each link as the site has it; what is no page of the site becomes its path."""
    here = site[name]

    def one(link: re.Match[str]) -> str:
        picture, words, target = link.groups()
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return link[0]
        path, _, anchor = target.partition("#")
        there = normpath((PurePosixPath(name).parent / path).as_posix())
        if (ROOT / there).is_dir() and f"{there}/README.md" in site:
            there += "/README.md"
        if there in site:
            way = relpath(site[there], PurePosixPath(here).parent.as_posix())
            return f"{picture}[{words}]({way}{'#' + anchor if anchor else ''})"
        if not (ROOT / there).exists():
            raise DeadLink(f"{name}: {target} is not there")
        return words if there in words or words.strip("`") == PurePosixPath(there).name else f"{words} (`{there}`)"

    parts = FENCE.split(text)  # every second one is a block of code
    return "".join(part if part.startswith("```") else LINK.sub(one, part) for part in parts)


def lay_out(pages: Path, generated: Mapping[str, str]) -> None:
    """Write all pages of the site below `pages`, the generated ones too."""
    shutil.rmtree(pages, ignore_errors=True)
    site = sources() | {f"docs/{name}": name for name in generated}
    for name, target in site.items():
        there = pages / target
        there.parent.mkdir(parents=True, exist_ok=True)
        if target in generated:
            there.write_text(generated[target], encoding="utf-8")
        elif name.endswith(".md"):
            there.write_text(relinked((ROOT / name).read_text(encoding="utf-8"), name, site), encoding="utf-8")
        else:
            shutil.copy(ROOT / name, there)
    assets = pages / "assets"
    assets.mkdir()
    for name in ("look.css", "iframe-worker.js"):
        shutil.copy(DOCS / "site" / name, assets / name)
