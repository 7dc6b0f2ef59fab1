"""A terminal that knows ASCII alone gets every sentence; Ctrl-C while a command is loaded is no traceback."""

import os
import signal
import subprocess
import sys

import pytest

from shared.terminal import ends_at_once


@pytest.mark.parametrize("package", ["controller", "edge_agent"])
def test_what_a_terminal_cannot_show_is_spelled_out(package: str) -> None:
    code = f"import {package}.cli, sys; sys.stdout.write('문 열림\\n'); sys.stderr.write('문\\n')"
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "\\ubb38 \\uc5f4\\ub9bc\n"), done.stderr
    assert done.stderr == "\\ubb38\n"


def test_an_interrupt_while_a_command_is_loaded_ends_it_without_a_word() -> None:
    code = (
        "import os, signal\nfrom shared.terminal import ends_at_once\nwith ends_at_once():\n    os.kill(os.getpid(), 2)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_afterwards_an_interrupt_is_handled_again_and_who_ignores_it_goes_on_so() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        for handler in (signal.default_int_handler, signal.SIG_IGN):
            signal.signal(signal.SIGINT, handler)
            with ends_at_once():
                within = signal.getsignal(signal.SIGINT)
            assert within == (signal.SIG_IGN if handler is signal.SIG_IGN else signal.SIG_DFL)
            assert signal.getsignal(signal.SIGINT) == handler
    finally:
        signal.signal(signal.SIGINT, before)
