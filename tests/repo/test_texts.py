"""What the texts of the repository may say: no dead links, no machine's paths, no unlocked requirement."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.repo.tree import ROOT, matching, text_of, tracked

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ADR = re.compile(r"\bADR[ -]?(\d{4})\b")
# In pieces, because this file is read too.
MACHINE = re.compile("|".join(("/wo" + "rk/", "/ho" + r"me/\w+/", "/ro" + "ot/", "/t" + "mp/[a-z]", "/op" + "t/py")))
INDEX = re.compile(r"^\s*(-i|--index-url|--extra-index-url|--find-links|--trusted-host)\b|https?://", re.MULTILINE)
LOCKS = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))


def anchors(text: str) -> set[str]:
    """The anchors that a Markdown page's headings make."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def dead_links(name: str) -> Iterator[str]:
    """The links of a Markdown page that lead nowhere in this repository."""
    text = re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL)
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (ROOT / name).parent / path if path else ROOT / name
        if not there.exists():
            yield f"{target}: no such file"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text(encoding="utf-8")):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("name", matching(".md"))
def test_links_lead_somewhere(name: str) -> None:
    assert list(dead_links(name)) == []


def test_every_decision_spoken_of_is_recorded() -> None:
    recorded = {Path(name).name[:4] for name in matching(".md", under="docs/adr/")}
    written = [name for name in tracked() if name.endswith((".md", ".py", ".toml", ".ts", ".tsx"))]
    spoken = {(name, number) for name in written for number in ADR.findall(text_of(name))}
    assert sorted((name, number) for name, number in spoken if number not in recorded) == []


@pytest.mark.parametrize("name", matching(".md", under="docs/adr/0"))
def test_a_decision_ends_with_what_enforces_it(name: str) -> None:
    text = text_of(name)
    last = text.rsplit("\n## ", 1)[-1]
    assert last.startswith("Code and check"), f"{name} must end with '## Code and check'"
    for target in re.findall(r"`([\w./-]+/[\w./-]+|[\w-]+\.(?:py|toml|md|txt|yml|ts))`", last):
        assert (ROOT / target).exists(), f"{name} names {target}, which is not there"


def test_no_file_names_a_place_on_one_machine() -> None:
    excused = {"docs/reference", "package-lock.json"}
    found = {
        f"{name}: {match[0]}"
        for name in tracked()
        if not any(part in name for part in excused)
        for match in MACHINE.finditer(text_of(name))
    }
    assert sorted(found) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_by_hash_and_no_index_is_named(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert not INDEX.search(text)
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_vendored_pip_is_the_locked_one() -> None:
    wheel = next((ROOT / "scripts" / "vendor").glob("pip-*.whl"))
    locked = re.search(r"^pip==(\S+) \\\n((?:\s+--hash=.*\n?)+)", text_of("requirements/runtime.txt"), re.MULTILINE)
    assert locked
    assert PurePosixPath(wheel.name).stem.split("-")[1] == locked[1]
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in locked[2]


def test_the_locks_hold_every_requirement_of_the_project() -> None:
    locked = set(re.findall(r"^([a-z][\w.-]*)==", text_of("requirements/dev.txt"), re.MULTILINE))
    needed = {re.sub(r"[-_.]+", "-", name).lower() for name in requirements()}
    assert sorted(needed - locked) == []


def requirements() -> Iterator[str]:
    """The names that pyproject.toml requires, the GPU's extra left out."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    lists = [project["dependencies"]]
    lists += [names for extra, names in project["optional-dependencies"].items() if extra != "gpu"]
    for requirement in (line for lines in lists for line in lines):
        yield re.split(r"[\[<>=!~; ]", requirement)[0]
