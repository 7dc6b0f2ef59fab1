"""`cctv maintenance`: what is being worked on, so that its alarms are kept and nobody is told."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from controller.app.alarms import begin_maintenance, end_maintenance, list_maintenance
from controller.app.site import Site, open_site
from controller.cli import AsJson, app, print_json, told
from controller.ports import State
from controller.settings import default_data_dir

maintenance = typer.Typer(no_args_is_help=True, help="What is being worked on: its alarms are kept, nobody is told.")
app.add_typer(maintenance, name="maintenance")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]


def _site(data: Path | None) -> Site:
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def line_of(state: State) -> str:
    """One window as a line."""
    what = f"{state['scope']} {state['target']}".strip()
    ended = f", ended by {state['ended_by']} {state['ended_at']}" if state["ended_at"] else ""
    return f"{state['id']} {what} until {state['until_at']}: {state['why']} ({state['who']}){ended}\n"


@maintenance.command("begin")
@told
def begin(
    scope: Annotated[Literal["camera", "node", "site"], typer.Argument(help="camera, node or site.")],
    why: Annotated[str, typer.Option("--why", help="For whoever looks later.")],
    target: Annotated[str, typer.Argument(help="node.camera, or the node; nothing for the site.")] = "",
    minutes: Annotated[int, typer.Option("--minutes", help="It ends by itself after this time; at most 7 days.")] = 60,
    data: Data = None,
) -> None:
    """Begin maintenance now."""
    sys.stdout.write(
        line_of(asyncio.run(begin_maintenance(_site(data), scope, target, minutes, why, getpass.getuser())))
    )


@maintenance.command("end")
@told
def end(window: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")], data: Data = None) -> None:
    """End maintenance before its time."""
    sys.stdout.write(line_of(asyncio.run(end_maintenance(_site(data), window, getpass.getuser()))))


@maintenance.command("list")
@told
def list_all(data: Data = None, as_json: AsJson = False) -> None:
    """Show what is in maintenance now."""
    found = asyncio.run(list_maintenance(_site(data)))
    if as_json:
        print_json(found)
        return
    sys.stdout.writelines(line_of(one) for one in found)
    if not found:
        sys.stdout.write("nothing is in maintenance\n")
