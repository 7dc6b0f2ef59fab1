"""`cctv feature` on a site of its own: told, switched, and what is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.adapters.schema import migrate
from controller.app.site import prepare_site
from controller.cli import app
from controller.cli.feature import line_of

RUNNER = CliRunner()


@pytest.fixture
def data(tmp_path: Path) -> str:
    site = prepare_site(tmp_path / "data", port=8443)
    migrate(site.settings.database())
    return str(site.data_dir)


def test_a_flag_is_switched_and_told(data: str) -> None:
    done = RUNNER.invoke(app, ["feature", "set", "listen", "off", "--json", "--data", data])
    assert done.exit_code == 0, done.output
    assert (json.loads(done.stdout)["name"], json.loads(done.stdout)["on"]) == ("listen", False)
    listed = RUNNER.invoke(app, ["feature", "list", "--json", "--data", data])
    assert [(one["name"], one["on"]) for one in json.loads(listed.stdout)] == [("listen", False), ("scrub", True)]
    lines = RUNNER.invoke(app, ["feature", "list", "--data", data]).stdout.splitlines()
    assert lines[0].startswith("listen off (usually on), ")
    assert lines[1].startswith("scrub on: The slow reading")


@pytest.mark.parametrize("words", [("stream", "off"), ("listen", "maybe"), ("listen",)])
def test_what_it_does_not_know_is_refused(data: str, words: tuple[str, ...]) -> None:
    refused = RUNNER.invoke(app, ["feature", "set", *words, "--data", data])
    assert refused.exit_code == 2
    assert RUNNER.invoke(app, ["feature", "list", "--data", data]).stdout.startswith("listen on: ")


def test_a_line_tells_who_switched_it_and_when() -> None:
    state = {
        "name": "scrub", "on": False, "default": True, "since": "0.1.0", "about": "The slow reading.",
        "changed_by": "kim", "changed_at": "2026-03-01T08:30:12+00:00",
    }  # fmt: skip
    assert line_of(state) == "scrub off (usually on), kim 2026-03-01 08:30 UTC: The slow reading.\n"
