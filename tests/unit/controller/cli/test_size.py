"""`cctv size` as an installer and a program use it."""

import json

from typer.testing import CliRunner

from controller.cli import app

run = CliRunner()


def test_it_tells_what_to_buy() -> None:
    said = run.invoke(app, ["size", "--cameras", "3", "--judged-pictures-s", "50"]).stdout
    assert "nodes: 2, 2 cameras each" in said
    assert "verifiers: 1 that judge 50 pictures/s each" in said


def test_it_says_how_to_learn_what_it_does_not_know() -> None:
    assert "cctv model bench" in run.invoke(app, ["size", "--cameras", "1"]).stdout


def test_programs_get_what_was_asked_and_what_it_comes_to() -> None:
    told = json.loads(run.invoke(app, ["size", "--cameras", "2", "--json"]).stdout)
    assert told["wanted"]["cameras"] == 2
    assert told["needed"]["written_bytes_day_node"] == 86_400_000_000


def test_what_nobody_can_build_is_refused() -> None:
    for wrong in (["--cameras", "0"], ["--cameras", "1", "--moving-share", "1.1"], []):
        assert run.invoke(app, ["size", *wrong]).exit_code == 2
