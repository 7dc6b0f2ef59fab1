"""Every command of the fleet answers programs too."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from controller.app.site import prepare_site
from controller.cli import app
from controller.cli.node import node
from controller.cli.release import release


def test_every_command_of_the_fleet_takes_json() -> None:
    for group in (node, release):
        made = typer.main.get_command(group)
        commands = made.commands  # type: ignore[attr-defined]
        assert len(commands) >= 4
        without = [
            name for name, one in commands.items() if not any("--json" in parameter.opts for parameter in one.params)
        ]
        assert without == []


def test_what_programs_cannot_wait_for_is_refused(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    for words, why in (
        (["log", "gate", "--follow"], "--follow: has no end"),
        (["approve", "gate"], "with --json nobody is asked"),
    ):
        done = CliRunner().invoke(app, ["node", *words, "--json", "--data", str(site.data_dir)])
        assert (done.exit_code, why in done.stderr) == (2, True)


def test_a_release_and_its_key_are_told_to_programs(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    refused = CliRunner().invoke(app, ["release", "remove", "2.0-any", "--json", "--data", str(site.data_dir)])
    assert (refused.exit_code, refused.stdout) == (2, "")
    listed = CliRunner().invoke(app, ["release", "list", "--json", "--data", str(site.data_dir)])
    assert json.loads(listed.stdout) == []
