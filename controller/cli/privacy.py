"""`cctv privacy`: the ways by which something may leave the site."""

import asyncio
import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.privacy import privacy_of
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told
from controller.core.visible import trimmed
from controller.core.ways_out import KINDS
from controller.ports import State
from controller.settings import default_data_dir
from shared.errors import Rejected
from shared.texts import say

privacy = typer.Typer(no_args_is_help=True, help="What may leave the site.")
ways = typer.Typer(no_args_is_help=True, help="Ways out of the site, each with a switch that is in the audit.")
privacy.add_typer(ways, name="ways")
app.add_typer(privacy, name="privacy")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Kind = Annotated[str, typer.Argument(help=", ".join(KINDS))]
Name = Annotated[str, typer.Argument(help="As `cctv privacy ways list` shows it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the audit.")]


def _config(data: Path | None) -> Path:
    return (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it


@ways.command("list")
@told
def list_ways(as_json: AsJson = False, data: Data = None) -> None:
    """Show every way out: whether it is open, where it leads, who switched it last and why."""
    found = asyncio.run(_listed(data))
    if as_json:
        print_json(found)
        return
    sys.stdout.writelines(_line(one) for one in found)


@ways.command("open")
@told
def open_way(kind: Kind, name: Name, reason: Reason, data: Data = None) -> None:
    """Let something leave there, to where it leads now."""
    sys.stdout.write(_line(asyncio.run(_switched(data, kind, name, reason, is_open=True))))


@ways.command("close")
@told
def close_way(kind: Kind, name: Name, reason: Reason, data: Data = None) -> None:
    """Let nothing leave there any more; what waits stays. Of store and broker it counts from the next start."""
    sys.stdout.write(_line(asyncio.run(_switched(data, kind, name, reason, is_open=False))))


async def _listed(data: Path | None) -> list[State]:
    async with privacy_of(open_site(_config(data))) as told_of:
        return await told_of.told_ways()


async def _switched(data: Path | None, kind: str, name: str, reason: str, *, is_open: bool) -> State:
    if not trimmed(reason):
        raise Rejected("--reason", say("missing"))
    async with privacy_of(open_site(_config(data))) as told_of:
        who = getpass.getuser()
        await told_of.switch(kind, name, is_open=is_open, who=who, reason=reason, address="", here=True)
        return next(one for one in await told_of.told_ways() if (one["kind"], one["name"]) == (kind, name))


def _line(one: State) -> str:
    leads = f" -> {one['leads']}" if one["leads"] else ""
    said = f" ({one['who']}, {one['at']:%Y-%m-%d %H:%M} UTC: {one['reason']})" if one["at"] else ""
    return f"{one['kind']} {one['name']}{leads}: {one['standing']}{said}\n"
