"""What is given to make reaches the scripts as it is, and no shell evaluates it."""

import os
import shutil
import subprocess

import pytest

from tests.repo.tree import ROOT

SHOW = 'show: ; @printf "%s" "$$VIDEO"'
VALUES = ["two words.mp4", 'it\'s $5 "now".mp4', "$(shell touch pwned)", "`touch pwned`; touch pwned", "a#b\\c.mp4"]


def asked(*arguments: str, video: str | None = None) -> str:
    """What a recipe of this Makefile sees as VIDEO."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    environment = dict(os.environ) | ({"VIDEO": video} if video is not None else {})
    command = [make, "--no-print-directory", "-s", f"--eval={SHOW}", "show", *arguments]
    done = subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("value", VALUES)
def test_a_value_on_the_command_line_arrives_unchanged(value: str) -> None:
    assert asked(f"VIDEO={value}") == value
    assert not (ROOT / "pwned").exists()


@pytest.mark.parametrize("value", VALUES)
def test_a_value_in_the_environment_arrives_unchanged(value: str) -> None:
    assert asked(video=value) == value
    assert not (ROOT / "pwned").exists()
