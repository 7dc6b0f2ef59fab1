"""Tab in a real shell, and every exit code of the table."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from controller.cli import COMMANDS, app, told
from controller.cli import demo as demo_command
from edge_agent.cli import app as node_app
from shared.errors import Broken, CctvError, Rejected, Transient
from shared.exits import BAD_INPUT, DONE, EXITS, FAILED, INTERRUPTED, NOT_IN_TIME

ROOT = Path(__file__).resolve().parents[4]
COMMANDS_PAGE = ROOT / "docs" / "reference" / "commands.md"


def test_what_a_shell_is_offered_first_are_the_commands() -> None:
    group = typer.main.get_command(app)
    assert sorted(group.commands) == sorted(COMMANDS)  # type: ignore[attr-defined]  # it is a group


@pytest.mark.parametrize(
    ("words", "place", "offered"),
    [(["cctv", "sto"], 1, {"storage"}), (["cctv", "footage", "li"], 2, {"list"})],
)
def test_bash_completes_a_word(tmp_path: Path, words: list[str], place: int, offered: set[str]) -> None:
    program = tmp_path / "cctv"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from controller.cli import app\nsys.exit(app())\n"
    )
    program.chmod(0o755)
    line = f"source <({program} completion bash); COMP_WORDS=({' '.join(words)}); COMP_CWORD={place}; "
    line += f'_cctv_completion {program}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", line], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    assert set(done.stdout.split()) == offered, done.stderr


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (None, DONE),
        (Rejected("name", "is none"), BAD_INPUT),
        (Transient("broker: away"), FAILED),
        (Broken("ours"), FAILED),
        (KeyboardInterrupt(), INTERRUPTED),
        (typer.Exit(NOT_IN_TIME), NOT_IN_TIME),
    ],
)
def test_each_way_to_end_has_its_code(fault: BaseException | None, code: int) -> None:
    one = typer.Typer()

    @one.command()
    @told
    def run() -> None:
        if fault is not None:
            raise fault

    assert CliRunner().invoke(one, []).exit_code == code
    assert isinstance(fault, CctvError | KeyboardInterrupt | typer.Exit | None)


def test_what_is_no_option_is_bad_input_in_both_programs() -> None:
    for program in (app, node_app):
        assert CliRunner().invoke(program, ["completion", "tcsh"]).exit_code == BAD_INPUT
        assert CliRunner().invoke(program, ["no-such-command"]).exit_code == BAD_INPUT
        assert CliRunner().invoke(program, ["completion", "fish"]).exit_code == DONE


def test_the_page_has_every_code_and_no_other() -> None:
    listed = re.findall(r"^\| (\d+) \| ", COMMANDS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(code) for code in listed] == sorted(EXITS)


def test_no_command_ends_with_a_code_that_is_not_told() -> None:
    found: set[int] = {demo_command._NONE_IN_TIME}
    for folder in ("controller/cli", "edge_agent/cli"):
        for file in (ROOT / folder).glob("*.py"):
            text = file.read_text(encoding="utf-8")
            found |= {int(code) for code in re.findall(r"typer\.Exit\((\d+)\)", text)}
            found |= {
                int(code)
                for code in re.findall(r"^_(?:BAD_INPUT|FAULT|CANCELLED|NOTHING) = (\d+)$", text, re.MULTILINE)
            }
    assert found <= set(EXITS)


def test_every_command_that_lists_can_tell_programs() -> None:
    from scripts.commands_page import commands_of

    listing = re.compile(r" (list|show|history|deletions|stats)$|^cctv (queue|storage|proof|status|notify log)$")
    without = {
        name
        for name, one in commands_of("cctv", typer.main.get_command(app))
        if listing.search(name) and "--json" not in [opt for given in one.params for opt in given.opts]
    }
    assert without == set()
