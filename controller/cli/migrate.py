"""`cctv migrate`: the database's schema, up and down."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.database import migrate_site
from controller.app.site import open_site
from controller.cli import app, told
from controller.settings import default_data_dir


@app.command("migrate")
@told
def migrate_command(
    revision: Annotated[str, typer.Argument(help="head, base, or a revision's id.")] = "head",
    config: Annotated[Path | None, typer.Option("--config", help="The settings file.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
) -> None:
    """Bring the database to a revision; a SQLite file is copied before."""
    file = config or (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it
    now, copy = asyncio.run(migrate_site(open_site(file), revision))
    kept = "" if copy is None else f"; the database before it: {copy}"
    sys.stdout.write(f"schema at {now or 'nothing'}{kept}\n")
