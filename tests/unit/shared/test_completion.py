"""Which word a shell completes, and what it reads."""

import pytest

from shared.completion import first_word, prepare, script, variable_of


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"COMP_WORDS": "cctv", "COMP_CWORD": "1"}, None),
        ({"COMP_WORDS": "cctv no", "COMP_CWORD": "1"}, None),
        ({"COMP_WORDS": "cctv node ", "COMP_CWORD": "2"}, "node"),
        ({"COMP_WORDS": "cctv node list --da", "COMP_CWORD": "3"}, "node"),
        ({"_TYPER_COMPLETE_ARGS": "cctv no"}, None),
        ({"_TYPER_COMPLETE_ARGS": "cctv node "}, "node"),
        ({"_TYPER_COMPLETE_ARGS": "cctv node li"}, "node"),
        ({}, None),
    ],
)
def test_the_command_is_known_once_it_is_whole(environment: dict[str, str], word: str | None) -> None:
    assert first_word(environment) == word


@pytest.mark.parametrize("program", ["cctv", "cctv-edge"])
def test_each_shell_is_told_to_ask_the_program(program: str) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert variable_of(program) in script(program, shell)
        assert program in script(program, shell)
    assert not prepare(program, {"_OTHER_COMPLETE": "complete_bash"})
    assert prepare(program, {variable_of(program): "complete_bash"})
