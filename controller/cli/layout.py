"""`cctv layout`: arrangements of the live wall that everybody of the site sees."""

import asyncio
import getpass
import json
import sys
from typing import Annotated

import typer

from controller.app.layouts import put_site_layout, remove_site_layout, site_layouts
from controller.cli import app, told
from controller.cli.export import AsJson, Data, site_of
from controller.ports import State
from shared.errors import Rejected
from shared.texts import say

layout = typer.Typer(no_args_is_help=True, help="Arrangements of the live wall that everybody sees.")
app.add_typer(layout, name="layout")

FREE = "-"
Name = Annotated[str, typer.Argument(help="As people call it.")]


def line_of(state: State) -> str:
    """One layout as a line."""
    turn = f", turns every {state['turn_s']} s" if state["turn_s"] else ""
    places = " ".join(camera or FREE for camera in state["cameras"])
    return f"{state['name']}: {state['tiles']} tiles{turn}: {places}\n"


@layout.command("list")
@told
def list_all(as_json: AsJson = False, data: Data = None) -> None:
    """Show the site's layouts; people's own are theirs."""
    found = asyncio.run(site_layouts(site_of(data)))
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.writelines([line_of(one) for one in found] or ["no layout of the site\n"])


@layout.command("put")
@told
def put(
    name: Name,
    cameras: Annotated[list[str], typer.Argument(help="node.camera, place by place; - is a free tile.")],
    tiles: Annotated[int, typer.Option("--tiles", help="On a page: 1, 4, 6, 9, 12 or 16.")] = 4,
    turn_s: Annotated[int, typer.Option("--turn", help="Pages turn after so many seconds; 0: not.")] = 0,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a layout for everybody, or replace the one of this name."""
    places = [None if camera == FREE else camera for camera in cameras]
    state = asyncio.run(put_site_layout(site_of(data), name, tiles, places, turn_s, getpass.getuser()))
    sys.stdout.write(json.dumps(state, indent=2, ensure_ascii=False) + "\n" if as_json else line_of(state))


@layout.command("remove")
@told
def remove(name: Name, data: Data = None) -> None:
    """Forget a layout of the site."""
    if not asyncio.run(remove_site_layout(site_of(data), name, getpass.getuser())):
        raise Rejected("name", say("unknown", key=name))
