"""`cctv broker config`: what a mosquitto of one's own needs to know of this site."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.broker_config import PLUGIN
from controller.app.broker_config import write_broker_config
from controller.app.site import open_site
from controller.cli import told
from controller.cli.broker import Data, broker, config_file


@broker.command("config")
@told
def config(
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    at: Annotated[
        Path | None, typer.Option("--at", help="Where the folder will lie at the broker, if not where it is written.")
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="What nodes and controller call the broker, for its certificate. May be repeated."),
    ] = None,
    listen: Annotated[str, typer.Option("--listen", help="Address that it listens on.")] = "0.0.0.0",  # noqa: S104 - a default to be said
    dynamic_security: Annotated[
        bool, typer.Option("--dynamic-security", help="For mosquitto's plug-in, instead of files of users and rights.")
    ] = False,
    plugin: Annotated[str, typer.Option("--plugin", help="Where that plug-in lies.")] = PLUGIN,
    data: Data = None,
) -> None:
    """Write configuration, rights, certificates and the list of revoked ones for a mosquitto of your own.

    Write it again, and restart the broker, after a node was invited, let in or cut off, and at least once a month.
    """
    site = open_site(config_file(data))
    names = [*(name or []), site.settings.broker.host, "localhost"]
    nodes = asyncio.run(
        write_broker_config(site, out, at or out.resolve(), names, listen, plugin if dynamic_security else None)
    )
    count = f"{len(nodes)} node{'' if len(nodes) == 1 else 's'}"
    sys.stdout.write(f"{out / 'cctv.conf'}: {count}{': ' if nodes else ''}{', '.join(nodes)}\n")
