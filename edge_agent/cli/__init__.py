"""The commands of `cctv-edge`."""

import typer

from edge_agent.cli import check, discover, export, motion, run, scene

app = typer.Typer(no_args_is_help=True, add_completion=False)
check.add_to(app)
discover.add_to(app)
export.add_to(app)
motion.add_to(app)
run.add_to(app)
scene.add_to(app)


@app.callback()
def main() -> None:
    """The edge agent: what runs on one camera node."""
