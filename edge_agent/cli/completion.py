"""`cctv-edge completion`: what a shell reads to complete `cctv-edge`'s commands and options at Tab."""

import os
import sys

import typer

from shared.completion import Shell, prepare, script


def add_to(app: typer.Typer) -> None:
    """Register the command, and let a shell ask."""
    app.command("completion")(completion)
    prepare("cctv-edge", os.environ)  # noqa: TID251 - a shell asks by its variables


def completion(shell: Shell) -> None:
    """Print the completion of a shell, to be read at its start: `source <(cctv-edge completion bash)`."""
    sys.stdout.write(script("cctv-edge", shell))
