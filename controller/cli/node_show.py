"""`cctv node show`, `exec` and `reboot`: one node on one page, a fixed list of looks at it, and its power switch."""

import asyncio
import getpass
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Literal, get_args

import typer

from controller.app.fleet import read_nodes
from controller.app.site import Site
from controller.app.tending import tending, wanted_settings
from controller.cli import AsJson, print_json, told
from controller.cli.node import Data, Name, node, site_of
from controller.cli.storage import size
from controller.cli.waiting import waiting
from controller.core.node_settings import NodeAnswer
from controller.core.rollout import skew
from controller.errors import Late
from controller.flows.tend_nodes import TendNodes
from controller.ports import State
from shared.errors import Rejected, Transient
from shared.exits import FAILED, NOT_IN_TIME
from shared.ids import NodeId, parse_node

Look = Literal["log", "versions", "update"]
LOOKS: tuple[Look, ...] = get_args(Look)
_LAST_WORDS = 5
_UNKNOWN = "not known"


@node.command("show")
@told
def show(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Show all that is known of one node; it is asked for its settings, its update and its last words.

    Ends with 1 when it is cut off or offline, and with 3 when it does not answer or there is no broker to ask it by.
    """
    site, node_id = site_of(data), parse_node(name, "name")
    found = next((one for one in asyncio.run(read_nodes(site)) if one["id"] == node_id), None)
    if found is None:
        raise Rejected("name", f"there is no node {name}: cctv node list")
    online = found["enabled"] and found["state"] == "online"
    said, silence = asyncio.run(_asked(site, node_id, online=online))
    state = {**found, "skew": skew(found["version"], version("sht-cctv")), **said}
    if as_json:
        print_json(state)
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(state))
    if not online:
        raise typer.Exit(FAILED)
    if silence:
        sys.stderr.write(f"cctv: {silence}\n")
        raise typer.Exit(NOT_IN_TIME)


@node.command("exec")
@told
def execute(
    name: Name,
    what: Annotated[str, typer.Argument(help=f"One of {', '.join(LOOKS)}: nothing else is ever run there.")],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Have a node look at itself: there is no shell, and nothing can be added.

    Ends with 1 when it says no, and with 3 when it says nothing.
    """
    if what not in LOOKS:
        raise Rejected("WHAT", f"{what[:40]!r} is not one of {', '.join(LOOKS)}")
    try:
        answer = asyncio.run(_look(site_of(data), parse_node(name, "name"), what))
    except Late as fault:
        sys.stderr.write(f"cctv: {fault.fault}\n")
        raise typer.Exit(NOT_IN_TIME) from None
    if not answer["ok"]:
        sys.stderr.write(f"cctv: {name}: {answer['reason']}\n")
        raise typer.Exit(FAILED)
    if as_json:
        print_json(answer)
    else:
        sys.stdout.writelines(f"{line}\n" for line in answer["lines"])


@node.command("reboot")
@told
def reboot(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Start a node's machine anew, where its own file allows it; 1 when it says no, 3 when it says nothing."""
    try:
        answer = asyncio.run(_reboot(site_of(data), parse_node(name, "name")))
    except Late as fault:
        sys.stderr.write(f"cctv: {fault.fault}\n")
        raise typer.Exit(NOT_IN_TIME) from None
    if as_json:
        print_json({"ok": answer.ok, "reason": answer.reason})
    else:
        sys.stdout.write(f"{name}: {'starts anew' if answer.ok else f'no: {answer.reason}'}\n")
    if not answer.ok:
        raise typer.Exit(FAILED)


def lines(state: State) -> Iterator[str]:
    """One page."""
    at = state["last_seen_at"]
    seen = "never" if at is None else f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M:%S} UTC"
    yield f"{state['id']}: {state['state'] if state['enabled'] else 'cut off'}, seen {seen}"
    yield f"version: {state['version'] or _UNKNOWN} ({_SKEWS[state['skew']]})"
    update = state["update"]
    if update is not None and update["result"]:
        why = f": {update['reason']}" if update["reason"] else ""
        yield f"newest update: {update['version']} {update['result']}{why}"
    yield from _health(state["health"])
    config = state["config"]
    reported = config["reported"]
    told_of = (
        "" if reported is None else f", {reported['state']}" + (f": {reported['reason']}" if reported["reason"] else "")
    )
    known = f"version {config['version']}{told_of}" if config["version"] else "none"
    yield f"settings from here: {known}"
    for line in state["last_words"]:
        yield f"  {line}"


_SKEWS = {"same": "as the controller", "older": "OLDER than the controller", "newer": "NEWER than the controller",
          "unknown": "not to be compared"}  # fmt: skip


def _health(health: State | None) -> Iterator[str]:
    if health is None:
        yield "it has told nothing of itself since it started"
        return
    for camera in health.get("cameras", ()):
        ring = f"ring {camera.get('ring_s', 0) / 60:.0f} min"
        yield f"camera {camera['id']}: {camera.get('state', _UNKNOWN)}, {ring}"
    facts, uploads = health.get("outbox_facts", _UNKNOWN), health.get("uploads_waiting", _UNKNOWN)
    yield f"outbox: {facts} facts and {uploads} uploads wait"
    if (free := health.get("disk_free_bytes")) is not None:
        yield f"disk: {size(int(free))} free"
    if (days := health.get("own_certificate_days")) is not None:
        yield f"certificate: {days:.0f} days"
    offset = health.get("clock_offset_ms")
    yield f"clock: {_UNKNOWN if offset is None else f'{offset:.0f} ms off'}"


async def _asked(site: Site, name: NodeId, *, online: bool) -> tuple[State, str]:
    """What the node says now, nothing where it is away; and why it was not heard."""
    said: State = {"update": None, "last_words": [], "config": await wanted_settings(site, name)}
    if not online:
        return said, ""
    try:
        async with tending(site, waiting) as nodes:
            with waiting(name):
                found = await nodes.log(name, 0, getpass.getuser(), "")
                said["last_words"] = found["lines"][-_LAST_WORDS:]
                answer = await nodes.update_state(name)
            said["update"] = dict(answer.result) if answer.ok and answer.result else None
    except Late:
        return said, f"{name} does not answer"
    except Transient as fault:
        return said, str(fault)
    return said, ""


async def _look(site: Site, name: NodeId, what: str) -> State:
    async with tending(site, waiting) as nodes:
        with waiting(name):
            if what == "log":
                return await nodes.log(name, 0, getpass.getuser(), "")
            answer = await _told(nodes, name, what)
    if not answer.ok or answer.result is None:
        return {"ok": False, "reason": answer.reason or "says nothing", "lines": []}
    found = dict(answer.result)
    told_lines = [f"{key}: {value if isinstance(value, str) else json.dumps(value)}" for key, value in found.items()]
    return {"ok": True, "reason": "", "lines": told_lines, "result": found}


async def _told(nodes: TendNodes, name: NodeId, what: str) -> NodeAnswer:
    if what == "update":
        return await nodes.update_state(name)
    return await nodes.tell(name, "update-check", None, getpass.getuser(), "")


async def _reboot(site: Site, name: NodeId) -> NodeAnswer:
    async with tending(site, waiting) as nodes:
        with waiting(name):
            return await nodes.tell(name, "reboot", None, getpass.getuser(), "")
