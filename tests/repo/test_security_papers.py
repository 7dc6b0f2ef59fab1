"""What the papers about security may say: tests that exist, settings that exist, counts that are right."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.asvs import CHECKLISTS, STATES, Row, counted, rows
from tests.repo.tree import ROOT, matching, text_of

PAPERS = matching(".md", under="docs/security/")
LISTS = [f"docs/security/{name}" for name in CHECKLISTS]
LEVELS = {"1": 70, "2": 183}
"""Of ASVS 5.0.0: how many requirements these levels have."""
PROVISIONS = 13
NAMED_TEST = re.compile(r"\[(test_\w+)\]\(([^)\s]+\.py)\)")
LINK = re.compile(r"\[[^\]]+\]\([^)\s]+\)")
INSPECTION = re.compile(r"inspection: \S+")
MISSING_WORDS = 15
SETTING = re.compile(r"`([a-z_]+(?:\.[a-z_]+)+)`")
KEY = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
BY_HAND = re.compile(
    r"dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(|"
    r"\bwindow\.(?:onmessage|addEventListener\(\"message\")"
)
RUN_AS_CODE = re.compile(r"(?<![\w.])(?:eval|exec)\(|\bpickle\b|\bmarshal\b|shell=True|os\.system\(")


def all_rows() -> list[tuple[str, Row]]:
    return [(name, row) for name in LISTS for row in rows(text_of(name))]


@pytest.mark.parametrize("name", PAPERS)
def test_every_test_that_is_named_exists(name: str) -> None:
    dead = [
        f"{test}: not in {target}"
        for test, target in NAMED_TEST.findall(text_of(name))
        if f"def {test}(" not in ((ROOT / name).parent / target).read_text(encoding="utf-8")
    ]
    assert dead == []


@pytest.mark.parametrize("name", LISTS)
def test_the_counts_are_those_of_the_rows(name: str) -> None:
    assert counted(text_of(name)) == text_of(name), "run: python -m scripts.asvs"


def test_every_requirement_has_one_row() -> None:
    asked, provisions = (list(rows(text_of(name))) for name in LISTS)
    for found in (asked, provisions):
        assert [one for one, times in Counter(row.id for row in found).items() if times > 1] == []
    assert {level: sum(row.level == level for row in asked) for level in LEVELS} == LEVELS
    assert {row.chapter for row in provisions} == {5}
    assert {row.id.split(".")[1] for row in provisions} == {str(number) for number in range(1, PROVISIONS + 1)}


def test_a_row_says_what_holds_it_or_what_is_missing() -> None:
    faults = [f"{name} {row.id}: {fault}" for name, row in all_rows() for fault in faults_of(row)]
    assert faults == []


def faults_of(row: Row) -> Iterator[str]:
    if row.state not in STATES:
        yield f"unknown state {row.state!r}"
    if row.state == "met" and not (LINK.search(row.test) or INSPECTION.search(row.test)):
        yield "met without a test or a named inspection"
    if row.state in {"met", "partly"} and not LINK.search(row.how):
        yield "names no file"
    if (row.state == "met") is bool(row.missing):
        yield "says what is missing exactly where something is"
    if len(row.missing.split()) > MISSING_WORDS:
        yield f"more than {MISSING_WORDS} words"


def known_settings() -> set[str]:
    """Every table of both files, and every key with the names of its tables before it."""
    found = set()
    for part in re.split(r"^#{2,3} ", text_of("docs/reference/settings.md"), flags=re.MULTILINE):
        table = re.match(r"`\[+([\w.]+)\]+`", part)
        found |= {table[1]} if table else set()
        found |= {f"{table[1]}.{key}" if table else key for key in KEY.findall(part)}
    return found


def flat(table: dict[str, object], before: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield before + key


def test_every_setting_that_is_named_exists() -> None:
    text = text_of("docs/security/hardening.md")
    sections = {one.partition(".")[0] for one in known_settings() if "." in one}
    named = {one for one in SETTING.findall(text) if one.partition(".")[0] in sections}
    for fence in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        named |= set(flat(tomllib.loads(fence)))
    assert named
    assert sorted(named - known_settings()) == []


def test_no_source_writes_html_or_runs_text() -> None:
    pages = [name for name in matching(".ts", ".tsx", under="controller/web/src/") if ".test." not in name]
    assert len(pages) > 100
    assert [name for name in pages if BY_HAND.search(text_of(name))] == []
    modules = [name for name in matching(".py") if name.startswith(("controller/", "edge_agent/", "shared/"))]
    assert [name for name in modules if RUN_AS_CODE.search(text_of(name))] == []


def test_a_browser_keeps_preferences_and_nothing_else() -> None:
    kept = re.compile(r"\b(?:localStorage|sessionStorage|indexedDB)\b|document\.cookie")
    pages = [name for name in matching(".ts", ".tsx", under="controller/web/src/") if ".test." not in name]
    assert [Path(name).name for name in pages if kept.search(text_of(name))] == ["preferences.ts"]
