"""`cctv node update`: another version for nodes, ring by ring, stopped at the first that is not well with it."""

import asyncio
import getpass
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from controller.app.fleet import check_offered, read_nodes, update_nodes
from controller.cli import AsJson, print_json, told
from controller.cli.node import Data, node, site_of
from controller.cli.waiting import waiting
from controller.core.rollout import parse_ring, rings
from controller.flows.update_nodes import BAD, Ended
from controller.ports import State
from shared.errors import Rejected
from shared.exits import FAILED, INTERRUPTED, NOT_IN_TIME
from shared.ids import NodeId, parse_node


@node.command("update")
@told
def update(
    name: Annotated[list[str] | None, typer.Argument(help="Nodes' names.")] = None,
    to: Annotated[str, typer.Option("--to", help="The version, as `cctv release list` shows it.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every node that is online.")] = False,
    ring: Annotated[str, typer.Option("--ring", help="How many at a time: a share like 10%, or a number.")] = "10%",
    within_min: Annotated[
        int, typer.Option("--within", min=1, max=240, help="Minutes that each has for fetching, installing, proving.")
    ] = 30,
    downgrade: Annotated[bool, typer.Option("--downgrade", help="Also to an older version.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Have nodes fetch and install another version beside theirs; each goes back by itself unless it is as well.

    The next ring begins when the one before is well. Ends with 1 when a node failed or went back, with 3 when one did
    not say in time; those behind it were not begun. Ctrl-C begins no more; what was begun ends by itself.
    """
    if not to:
        raise Rejected("--to", "is missing: cctv release list")
    if every == bool(name):
        raise Rejected("NAME", "give names, or --all")
    site = site_of(data)
    check_offered(site, to)
    nodes = _nodes(asyncio.run(read_nodes(site)), name or [])
    circles = rings(nodes, parse_ring(ring, len(nodes)))
    finished, patience_ms = _tell_end if as_json else _show_end, within_min * 60_000
    try:
        ended = asyncio.run(
            update_nodes(
                site, to, circles, getpass.getuser(), _tell, finished, patience_ms, waiting, downgrade=downgrade
            )
        )
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped: no more nodes are begun; cctv node show NAME says how the others ended.\n")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json([asdict(one) for one in ended])
    else:
        sys.stdout.writelines(f"{_line(one)}\n" for one in ended if one.fate == "not begun")
    fates = {one.fate for one in ended}
    if fates & BAD:
        raise typer.Exit(NOT_IN_TIME if fates & BAD == {"silent"} else FAILED)


def _nodes(known: list[State], names: list[str]) -> list[NodeId]:
    """Those that are meant, each once."""
    if not names:
        found = [NodeId(one["id"]) for one in known if one["enabled"] and one["state"] == "online"]
        if not found:
            raise Rejected("--all", "no node is online")
        return found
    there = {one["id"] for one in known if one["enabled"]}
    for name in names:
        if parse_node(name, "NAME") not in there:
            raise Rejected("NAME", f"there is no node {name}: cctv node list")
    return list(dict.fromkeys(map(NodeId, names)))


def _tell(name: NodeId, line: str) -> None:
    sys.stderr.write(f"{name}: {line}\n")
    sys.stderr.flush()


def _tell_end(one: Ended) -> None:
    _tell(one.node, one.fate + (f": {one.reason}" if one.reason else ""))


def _show_end(one: Ended) -> None:
    sys.stdout.write(f"{_line(one)}\n")
    sys.stdout.flush()


def _line(one: Ended) -> str:
    return f"{one.node:34} {one.fate}" + (f": {one.reason}" if one.reason else "")
