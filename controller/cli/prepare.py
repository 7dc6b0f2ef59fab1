"""`cctv prepare`: a site made ready to run, and not run: for those that start its roles one by one."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.embedded import make_ready
from controller.app.site import prepare_site
from controller.cli import app, told
from controller.cli.up import parse_listen
from controller.settings import default_data_dir


@app.command()
@told
def prepare(
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Another settings file.")] = None,
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT, for settings that are made anew.")] = "127.0.0.1",
    site: Annotated[str, typer.Option("--site", help="The site's name, for settings that are made anew.")] = "site",
) -> None:
    """Make the keys that are missing, bring the database up to date, and end. Nothing that is there is changed."""
    host, port = parse_listen(listen)
    found = prepare_site(
        data or default_data_dir(os.environ),  # noqa: TID251 - the command line is where the environment is read
        site=site,
        host=host,
        port=port,
        config_file=config,
    )
    code = asyncio.run(make_ready(found))
    lines = [f"prepared {found.data_dir}"]
    if code is not None:
        lines.append(f"First login, once: {found.settings.base_url}/#/login?code={code}")
    sys.stdout.write("\n".join(lines) + "\n")
