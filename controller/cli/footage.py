"""`cctv footage`: ask for footage that is still on a node, show what was asked for."""

import asyncio
import getpass
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from controller.app.footage import list_requests, request_footage
from controller.app.site import Site, open_site
from controller.cli import AsJson, app, print_json, told
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import to_datetime
from shared.errors import Rejected

footage = typer.Typer(no_args_is_help=True, help="Footage that is still on a node.")
app.add_typer(footage, name="footage")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]


def _site(data: Path | None) -> Site:
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def parse_moment(text: str, field: str) -> int:
    """Unix ms of a time like 2026-03-01T08:00+09:00 or 2026-02-28T23:00Z; raises `Rejected`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected(field, f"{text!r} is not a time like 2026-03-01T08:00+09:00") from None
    if found.tzinfo is None:
        raise Rejected(field, f"{text!r} does not say its zone: end it with +09:00, or Z for UTC")
    return round(found.timestamp() * 1000)


def line_of(state: State) -> str:
    """One request as a line."""
    start, end = (f"{to_datetime(state[key]):%Y-%m-%d %H:%M:%S}" for key in ("start_ms", "end_ms"))
    reason = f" ({state['reason']})" if state["reason"] else ""
    return f"{state['id']} {state['camera']} {start} to {end} UTC: {state['state']}{reason}, asked by {state['who']}\n"


@footage.command("request")
@told
def request(
    camera: Annotated[str, typer.Argument(help="node.camera")],
    start: Annotated[str, typer.Argument(metavar="FROM", help="For example 2026-03-01T08:00+09:00.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="At most 24 hours later.")],
    data: Data = None,
) -> None:
    """Ask a camera's node for what it still has of a span; it is uploaded behind what events want."""
    asked = (parse_moment(start, "FROM"), parse_moment(end, "TO"))
    state = asyncio.run(request_footage(_site(data), camera, *asked, getpass.getuser()))
    sys.stdout.write(line_of(state))


@footage.command("list")
@told
def list_all(
    data: Data = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="The newest so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was asked for, newest first, and what became of it."""
    requests = asyncio.run(list_requests(_site(data), limit))
    if as_json:
        print_json(requests)
        return
    sys.stdout.writelines([line_of(state) for state in requests] or ["nothing was asked for\n"])
