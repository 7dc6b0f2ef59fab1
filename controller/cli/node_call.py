"""`cctv node call`: what people call a camera."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.camera_names import SqlCameraNames
from controller.adapters.database import Database
from controller.cli import AsJson, print_json, told
from controller.cli.node import Data, node, site_of
from controller.flows.name_cameras import NameCameras
from controller.ports import State
from shared.clock import SystemClock


@node.command("call")
@told
def call(
    camera: Annotated[str, typer.Argument(help="node.camera")],
    name: Annotated[str, typer.Argument(help="As people call it; empty: the name in its id.")],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Call a camera as people do, everywhere in the dashboard; its id stays."""
    state = asyncio.run(_put(data, camera, name))
    print_json(state) if as_json else sys.stdout.write(f"{camera}: {state['name']}\n")


async def _put(data: Path | None, camera: str, name: str) -> State:
    database = Database(site_of(data).settings.database())
    try:
        names = NameCameras(SqlCameraNames(database, SystemClock()))
        return await names.put(camera, name, getpass.getuser(), "")
    finally:
        await database.close()
