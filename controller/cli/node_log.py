"""`cctv node log`: the newest log lines of a node, and what it writes while somebody looks."""

import asyncio
import getpass
import sys
from typing import Annotated

import typer

from controller.app.site import Site
from controller.app.tending import tending
from controller.cli import AsJson, print_json, told
from controller.cli.node import Data, Name, node, site_of
from controller.cli.waiting import waiting
from controller.errors import Late
from shared.errors import Rejected
from shared.ids import NodeId, parse_node

_PAUSE_S = 2.0


@node.command("log")
@told
def log(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show a node's newest log lines, without secrets; 1 when it says no, 3 when it says nothing."""
    if follow and as_json:
        raise Rejected("--follow", "has no end that --json could wait for: leave one of them out")
    try:
        done = asyncio.run(_show(site_of(data), parse_node(name, "name"), follow=follow, as_json=as_json))
    except Late as fault:
        sys.stderr.write(f"cctv: {fault.fault}\n")
        raise typer.Exit(3) from None
    except KeyboardInterrupt:
        return
    if done:
        sys.stderr.write(f"cctv: {name}: {done}\n")
        raise typer.Exit(1)


async def _show(site: Site, name: NodeId, *, follow: bool, as_json: bool) -> str:
    """Why the node says no, or nothing."""
    newest = 0
    async with tending(site, waiting) as nodes:
        while True:
            with waiting(name):
                found = await nodes.log(name, newest, getpass.getuser(), "")
            if not found["ok"]:
                return str(found["reason"])
            newest = found["newest"]
            if as_json:
                print_json(found)
                return ""
            sys.stdout.writelines(f"{line}\n" for line in found["lines"])
            sys.stdout.flush()
            if not follow:
                return ""
            await asyncio.sleep(_PAUSE_S)
