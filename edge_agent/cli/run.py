"""`cctv-edge run`: run this node until it is told to stop."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.app.run import run_agent
from edge_agent.environment import service_place
from edge_agent.settings import load_file
from shared.errors import CctvError, Rejected
from shared.logs import configure_logs

_BAD_INPUT = 2


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run")(run)


def run(
    config: Annotated[Path, typer.Option("--config", help="The node's configuration (TOML).")],
    heartbeat_fd: Annotated[
        int | None, typer.Option("--heartbeat-fd", hidden=True, help="A pipe to write a byte to each second.")
    ] = None,
    log_level: Annotated[str, typer.Option("--log-level", help="DEBUG, INFO, WARNING or ERROR.")] = "INFO",
) -> None:
    """Run the node: record, find events, deliver them, push live pictures when asked."""
    if log_level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise typer.BadParameter("is not DEBUG, INFO, WARNING or ERROR", param_hint="--log-level")
    configure_logs(level=log_level)
    try:
        asyncio.run(run_agent(load_file(config), service_place(), heartbeat_fd))
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(_BAD_INPUT) from None
    except CctvError as fault:
        sys.stderr.write(f"cctv-edge: {fault}\n")
        raise typer.Exit(1) from None
