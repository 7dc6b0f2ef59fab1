"""Every command of the fleet answers programs too."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from controller.adapters.schema import migrate
from controller.app.site import prepare_site
from controller.cli import app
from controller.cli.node import node
from controller.cli.release import release
from tests.fakes.releases import ReleaseMaker


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


def test_what_is_done_to_releases_stands_in_the_audit(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    migrate(site.settings.database())
    maker = ReleaseMaker()
    (key := tmp_path / "key.pub").write_text(maker.public_pem)
    (other := tmp_path / "other.pub").write_text(ReleaseMaker().public_pem)
    (file := tmp_path / "x.release").write_bytes(maker.make(tmp_path, {"pip.whl": b"x"}, version="2.0"))
    for words in (["trust", str(key)], ["add", str(file)], ["trust", str(other)], ["remove", "2.0-any"]):
        done = CliRunner().invoke(app, ["release", *words, "--data", str(site.data_dir)])
        assert done.exit_code == 0, done.output
        if words[1] == str(other):
            assert "2.0-any: no longer offered, another key signed it" in done.stdout
    listed = CliRunner().invoke(app, ["audit", "list", "--json", "--data", str(site.data_dir)])
    told = [(one["what"], one["subject"]) for one in json.loads(listed.stdout)["items"]]
    assert sorted(told) == [
        ("release.add", "2.0-any"), ("release.remove", "2.0-any"), ("release.trust", ""), ("release.trust", ""),
    ]  # fmt: skip
