"""`cctv backup send|fetch`: backups at a destination of exports, an S3 store too."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.backup_places import fetch_backup, send_backup
from controller.cli import told
from controller.cli.backup import File, backup
from controller.cli.export import Data, site_of

Destination = Annotated[str, typer.Argument(help="Of `cctv export-destination list`.")]


@backup.command("send")
@told
def send(file: File, destination: Destination, data: Data = None) -> None:
    """Copy a backup to a destination of exports, an S3 store too; every byte is read back and compared there."""
    asyncio.run(send_backup(site_of(data), destination, file, getpass.getuser()))
    sys.stdout.write(f"{file.name} is at {destination}\n")


@backup.command("fetch")
@told
def fetch(
    destination: Destination,
    name: Annotated[str, typer.Argument(help="Of `cctv backup list --at DESTINATION`.")],
    to: Annotated[Path, typer.Option("--to", help="Folder to write it into.")] = Path(),
    data: Data = None,
) -> None:
    """Copy a backup from a destination of exports; `verify` and `restore` read the file."""
    sys.stdout.write(f"{fetch_backup(site_of(data), destination, name, to)}\n")
