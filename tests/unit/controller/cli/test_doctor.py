"""`cctv doctor` at a site that is prepared and does not run, and at one whose database is of another version."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app


@pytest.fixture
def data(tmp_path: Path) -> Path:
    done = CliRunner().invoke(app, ["prepare", "--data", str(tmp_path / "data")])
    assert done.exit_code == 0, done.output
    return tmp_path / "data"


def found(data: Path) -> dict[str, str]:
    done = CliRunner().invoke(app, ["doctor", "--json", "--data", str(data)])
    assert done.exit_code == 2, done.output
    return {one["what"]: one["level"] for one in json.loads(done.stdout)}


def test_what_does_not_run_is_failing_and_what_is_there_is_well(data: Path) -> None:
    levels = found(data)
    assert {name for name, level in levels.items() if level == "ok"} == {
        *("settings", "database", "schema", "store", "certificate"),
    }
    failing = {"broker", "ingest", "watch", "alarms", "notify", "sweep", "verification_degraded"}
    assert {name for name, level in levels.items() if level == "fail"} == failing


def test_behind_a_database_of_another_version_nothing_is_looked_at(data: Path) -> None:
    done = CliRunner().invoke(app, ["migrate", "0081", "--data", str(data)])
    assert found(data) == {"settings": "ok", "schema": "fail"}, done.output
