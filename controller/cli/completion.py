"""`cctv completion`: what a shell reads to complete `cctv`'s commands and options at Tab."""

import sys

from controller.cli import app
from shared.completion import Shell, script


@app.command("completion")
def completion(shell: Shell) -> None:
    """Print the completion of a shell, to be read at its start: `source <(cctv completion bash)`."""
    sys.stdout.write(script("cctv", shell))
