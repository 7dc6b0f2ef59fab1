"""What is given to make reaches the scripts as it is, and no shell evaluates it."""

import os
import shutil
import subprocess
from pathlib import Path

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


def test_a_python_without_its_library_is_told_what_to_install(tmp_path: Path) -> None:
    minimal = tmp_path / "python3"
    minimal.write_text('#!/bin/sh\ncase "$*" in *json*) exit 1;; esac\nexit 0\n')
    minimal.chmod(0o755)
    environment = {"PATH": str(tmp_path)}
    done = subprocess.run(
        [ROOT / "scripts" / "python", "x.py"], check=False, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "apt-get install python3" in done.stderr
