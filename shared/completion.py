"""Shell completion of both programs: the script that a shell reads, and which command is being completed."""

from collections.abc import Mapping
from typing import Annotated, Literal

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import get_completion_script

Shell = Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="The shell that reads it.")]


def variable_of(program: str) -> str:
    """The variable by which a shell asks a program to complete a line."""
    return f"_{program.replace('-', '_').upper()}_COMPLETE"


def script(program: str, shell: str) -> str:
    """What the shell has to read; it asks the program itself at every Tab."""
    return get_completion_script(prog_name=program, complete_var=variable_of(program), shell=shell).strip() + "\n"


def prepare(program: str, environment: Mapping[str, str]) -> bool:
    """Whether a shell asks for completion now; then the program can answer it."""
    if variable_of(program) not in environment:
        return False
    completion_init()
    return True


def first_word(environment: Mapping[str, str]) -> str | None:
    """The command whose own words are being completed; None while it is being written itself."""
    line = environment.get("COMP_WORDS") or environment.get("_TYPER_COMPLETE_ARGS") or ""
    words = line.split()
    whole = len(words) > 2 or (len(words) == 2 and line[-1:].isspace())  # noqa: PLR2004 - the program and its command
    if "COMP_CWORD" in environment:
        whole = environment["COMP_CWORD"].isdecimal() and int(environment["COMP_CWORD"]) > 1
    return words[1] if whole and len(words) > 1 else None
