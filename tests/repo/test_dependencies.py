"""Whatever is installed with an application is imported in it."""

import ast
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.repo.tree import PACKAGES, ROOT, matching, text_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
IMPORTED_BY_NAME = {
    "aiosqlite": "SQLAlchemy's driver, chosen by the URL",
    "psycopg": "SQLAlchemy's driver, chosen by the URL",
}


def plain(name: str) -> str:
    """A distribution's name as registries compare them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: Iterable[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", one) for one in requirements)
    return {plain(one.group()) for one in found if one is not None}


@cache
def modules_in(package: str) -> frozenset[str]:
    """What the modules below it import."""
    modules: set[str] = set()
    for name in matching(".py", under=f"{package}/"):
        for node in ast.walk(ast.parse(text_of(name))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    return frozenset(modules)


def imported(packages: Iterable[str]) -> set[str]:
    """The distributions that modules below these packages import, wherever in a module they do."""
    modules = {one for package in packages for one in modules_in(package)}
    known = packages_distributions()
    return {plain(distribution) for module in modules for distribution in known.get(module, ())}


@pytest.mark.parametrize(
    ("requirements", "packages"),
    [
        (PROJECT["dependencies"], PACKAGES),
        (EXTRAS["edge"], ("edge_agent",)),
        (EXTRAS["controller"], ("controller",)),
    ],
    ids=["everywhere", "edge", "controller"],
)
def test_what_is_installed_is_imported(requirements: list[str], packages: tuple[str, ...]) -> None:
    assert named(requirements) - imported(packages) - set(IMPORTED_BY_NAME) == set()


def test_what_is_excused_is_installed_and_not_imported() -> None:
    listed = named(PROJECT["dependencies"]) | named(EXTRAS["edge"]) | named(EXTRAS["controller"])
    assert set(IMPORTED_BY_NAME) <= listed - imported(PACKAGES)
