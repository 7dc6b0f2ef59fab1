"""The shape of the tree: sizes, names, docstrings, and tests that mirror what they test."""

import ast
from pathlib import PurePosixPath

import pytest

from tests.repo.tree import PACKAGES, ROOT, matching, text_of, tracked

PYTHON_LINES = 400
WEB_LINES = 250
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "handler", "base", "misc", "service"}
GENERATED_WEB = ("/schema.d.ts",)


def test_no_python_file_is_too_long() -> None:
    lengths = {name: text_of(name).count("\n") for name in matching(".py")}
    assert {name: lines for name, lines in lengths.items() if lines > PYTHON_LINES} == {}


def test_no_dashboard_file_is_too_long() -> None:
    written = [name for name in matching(".ts", ".tsx", under="controller/web/") if not name.endswith(GENERATED_WEB)]
    lengths = {name: text_of(name).count("\n") for name in written}
    assert {name: lines for name, lines in lengths.items() if lines > WEB_LINES} == {}


def test_no_merge_left_its_marks() -> None:
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    assert [name for name in tracked() if any(line.startswith(marks) for line in text_of(name).splitlines())] == []


def test_no_file_or_folder_is_a_drawer() -> None:
    code = [name for name in tracked() if name.endswith((".py", ".ts", ".tsx"))]
    parts = {(name, part.partition(".")[0]) for name in code for part in PurePosixPath(name).parts}
    assert sorted(name for name, part in parts if part in BANNED_NAMES) == []


@pytest.mark.parametrize("name", [name for name in matching(".py") if (ROOT / name).stat().st_size > 0])
def test_every_module_opens_with_one_line_that_names_it(name: str) -> None:
    if "/migrations/versions/" in name:
        pytest.skip("Alembic names a revision by its file")
    docstring = ast.get_docstring(ast.parse(text_of(name)))
    assert docstring, f"{name} has no docstring"
    assert docstring.splitlines()[0].rstrip().endswith((".", ":", "?")), f"{name}: the first line is no sentence"


def test_unit_tests_mirror_the_tree() -> None:
    orphans = []
    for name in matching(".py", under="tests/unit/"):
        path = PurePosixPath(name)
        if not path.name.startswith("test_"):
            continue
        package = PurePosixPath(*path.parts[2:-1])
        stem = path.stem.removeprefix("test_")
        homes = (ROOT / package / f"{stem}.py", ROOT / package / stem / "__init__.py")
        if not any(home.exists() for home in homes):
            orphans.append(name)
    assert orphans == []


def test_no_file_holds_both_sides_of_a_merge() -> None:
    begins, ends = "<" * 7 + " ", ">" * 7 + " "  # in pieces: this file is read too
    halves = [
        (name, number)
        for name in tracked()
        for number, line in enumerate(text_of(name).split("\n"), 1)
        if line.startswith((begins, ends))
    ]
    assert halves == []


def test_nothing_is_left_to_do_in_the_code() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:")  # in two pieces: this file is read too
    written = [name for package in (*PACKAGES, "tests", "scripts") for name in matching(".py", under=f"{package}/")]
    assert [name for name in written if any(mark in text_of(name) for mark in marks)] == []


def test_no_merge_was_left_half_done() -> None:
    marks = tuple(sign * 7 + " " for sign in "<>")
    texts = {name: text_of(name) for name in matching(".md", ".py", ".ts", ".tsx", ".toml", ".yaml", ".yml", ".json")}
    assert [name for name, text in texts.items() if any(line.startswith(marks) for line in text.split("\n"))] == []
