"""The guides say what is: true sums."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from controller.cli import app
from tests.repo.tree import text_of


@pytest.mark.parametrize("name", ["docs/sizing.md", "docs/sizing.ko.md"])
def test_the_sums_of_the_sizing_page_are_what_the_command_says(name: str) -> None:
    shown = re.findall(r"^\$ cctv (size .+)\n((?:.+\n)+?)```", text_of(name), re.MULTILINE)
    assert len(shown) == 3
    for command, said in shown:
        assert CliRunner().invoke(app, shlex.split(command)).stdout == said
