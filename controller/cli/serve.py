"""`cctv serve` and `cctv worker`: one role in this process."""

from pathlib import Path
from typing import Annotated

import typer

from controller.app.role import run_role
from controller.cli import app, told

Config = Annotated[Path, typer.Option("--config", help="The settings file (cctv.toml).")]
HeartbeatFd = Annotated[int | None, typer.Option("--heartbeat-fd", hidden=True)]


@app.command()
@told
def serve(
    role: Annotated[
        str, typer.Option("--role", help="broker, api, ingest, relay, notify, sweep, export, worker or enrich.")
    ],
    config: Config,
    heartbeat_fd: HeartbeatFd = None,
) -> None:
    """Run one role of the controller until SIGTERM."""
    raise typer.Exit(run_role(role, config, heartbeat_fd))


@app.command()
@told
def worker(config: Config, heartbeat_fd: HeartbeatFd = None) -> None:
    """Run a verifier worker until SIGTERM."""
    raise typer.Exit(run_role("worker", config, heartbeat_fd))
