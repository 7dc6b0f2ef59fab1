"""Looks at a page as WCAG 2.2 AA asks, with axe-core in the page itself."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.servers.processes import unavailable

SCRIPT = Path(__file__).parents[2] / "controller" / "web" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def faults(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """Serious and critical faults, with the elements that have them. `only`: these rules of axe; none: all of AA."""
    if not SCRIPT.is_file():
        unavailable("axe-core (npm ci in controller/web)")
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))  # the page's policy forbids scripts of others, not a tester's
    run = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": RULES}
    found: dict[str, Any] = page.evaluate(
        "(run) => axe.run(document, {runOnly: run, resultTypes: ['violations'], preload: false})", run
    )
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {_why(node)}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def faults_in_both_themes(page: Page) -> list[str]:
    """The same in dark and in light: there, colours are all that differ."""
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another is no fault
    found = [f"dark: {fault}" for fault in faults(page)]
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    found += [f"light: {fault}" for fault in faults(page, ("color-contrast",))]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(reduced_motion="no-preference")
    return found


def check(page: Page) -> None:
    """The test fails with every fault that the page has in either theme."""
    found = faults_in_both_themes(page)
    assert not found, "\n".join(found)


def _why(node: dict[str, Any]) -> str:
    checks = [*node.get("any", []), *node.get("all", []), *node.get("none", [])]
    return str(checks[0]["message"])[:200] if checks else ""
