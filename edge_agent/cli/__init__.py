"""The commands of `cctv-edge`."""

import sys
from typing import Annotated

import typer

from edge_agent.adapters.versions import agent_version
from edge_agent.cli import check, completion, discover, enroll, export, key, motion, run, scene, update
from shared.terminal import write_any_text

write_any_text()
app = typer.Typer(no_args_is_help=True, add_completion=False)
check.add_to(app)
completion.add_to(app)
discover.add_to(app)
enroll.add_to(app)
export.add_to(app)
key.add_to(app)
motion.add_to(app)
run.add_to(app)
scene.add_to(app)
update.add_to(app)


def _show_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(agent_version() + "\n")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """The edge agent: what runs on one camera node."""
