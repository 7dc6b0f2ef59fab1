"""A list that has nothing says so to people, and stays an empty list to programs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.adapters.schema import migrate
from controller.app.site import prepare_site
from controller.cli import app

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = prepare_site(tmp_path_factory.mktemp("empty") / "data", port=8443)
    migrate(site.settings.database())
    return site.data_dir


def said(data: Path, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--data", str(data)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("archive list", "no archive\n"),
        ("notify list", "no destination\n"),
        ("layout list", "no layout of the site\n"),
        ("footage list", "nothing was asked for\n"),
        ("export-destination list", "no destination\n"),
        ("broker account list", "no account\n"),
    ],
)
def test_an_empty_list_says_so(data: Path, words: str, told: str) -> None:
    assert said(data, *words.split()) == told
    assert json.loads(said(data, *words.split(), "--json")) == []


def test_rules_and_reports_are_json_when_asked(data: Path) -> None:
    assert json.loads(said(data, "rule", "list", "--json"))["rules"] == []
    assert json.loads(said(data, "report", "day", "--json"))["period"] == "day"
