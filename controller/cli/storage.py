"""`cctv storage`: how full the store, the database and the nodes' rings are, and when they will be full."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from controller.app.site import open_site
from controller.app.storage import read_storage
from controller.cli import app, told
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import to_datetime

_FAULTS = {
    "away": "it DOES NOT ANSWER",
    "full": "it is FULL",
    "differs": "it GIVES BACK OTHER BYTES than it was given",
}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(value: int) -> str:
    """Bytes with a binary unit."""
    amount, unit = float(value), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - a binary step
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 or amount >= 100 else f"{amount:.1f} {_UNITS[unit]}"  # noqa: PLR2004 - three digits


def foretold(state: State) -> str:
    """The forecast in a sentence."""
    told = state["forecast"]
    if told["outlook"] == "young":
        return "too little footage for a forecast: it takes a day"
    pace = f"{size(told['day_bytes'])} a day (measured over {told['measured_days']:.1f} days)"
    match told["outlook"]:
        case "fills":
            ends = f"the disk is full in {told['full_in_days']:.1f} days, at {size(told['limit_bytes'])}"
        case "shortens":
            ends = (
                f"the quota is reached in {told['full_in_days']:.1f} days: "
                f"from then on it keeps {told['keeps_days']:.1f} days instead of {state['retention_days']}"
            )
        case "levels":
            ends = f"levels off near {size(told['level_bytes'])} of {size(told['limit_bytes'])}"
        case _:
            ends = f"levels off near {size(told['level_bytes'])}; no bound is known"
    return f"{pace}: {ends}"


def lines(state: State) -> Iterator[str]:
    """The store, its cameras, the database, and each ring."""
    free = "" if state["free_bytes"] is None else f", {size(state['free_bytes'])} free"
    used = "not known (it does not answer)" if state["used_bytes"] is None else size(state["used_bytes"])
    yield f"store ({state['kind']}): {used} in {state['runs']} runs{free}"
    yield f"  {foretold(state)}"
    if state["second"] is not None:
        yield second_line(state["second"])
    for one in state["cameras"]:
        pace = "too little for a forecast" if one["day_bytes"] is None else f"{size(one['day_bytes'])} a day"
        yield f"  {one['camera']}: {size(one['held_bytes'])}, {pace}"
    yield f"  {_scrub(state['scrub'])}"
    yield f"database: {size(state['database_bytes'])}"
    for node in state["nodes"]:
        free = "" if node["disk_free_bytes"] is None else f": {size(node['disk_free_bytes'])} free"
        yield f"node {node['node']}{free}{'' if node['online'] else ' (offline: its last figures)'}"
        for ring in node["rings"]:
            yield f"  {ring['camera']}: {_ring(ring)}"


def second_line(told: State) -> str:
    """What lies in the second store, what waits, and what is wrong."""
    there = f"{size(told['used_bytes'])} in {told['runs']} runs"
    if told["kind"] is None:
        return f"second store: {there} lie in one that the settings do not name: OUT OF REACH"
    waiting = f"{size(told['waiting_bytes'])} in {told['waiting_runs']} runs wait to move"
    since = "" if told["since_ms"] is None else f" since {to_datetime(told['since_ms']):%Y-%m-%d %H:%M} UTC"
    wrong = "" if told["fault"] is None else f"; {_FAULTS[told['fault']]}{since}"
    return f"second store ({told['kind']}): {there}, {waiting}{wrong}"


def _scrub(told: State) -> str:
    if told["switched_off"]:
        return "what is stored is not read again: switched off (`cctv feature set scrub on`)"
    if not told["on"]:
        return "what is stored is not read again: store.scrub_day_bytes is 0"
    if told["whole_ms"] is None:
        whole = "not all was read yet"
    else:
        runs = f"all {told['whole_runs']} runs read" if told["whole_runs"] else "there was nothing to read"
        whole = f"{runs} by {to_datetime(told['whole_ms']):%Y-%m-%d}"
    going = f", {told['runs']} since" if told["runs"] else ""
    wrong = f"; {told['wrong']} WRONG, {told['asked']} asked of their nodes again" if told["wrong"] else ""
    return f"read again: {whole}{going}{wrong}{'; STOPPED: is it the right store?' if told['stopped'] else ''}"


def _ring(ring: State) -> str:
    now = f"ring holds {ring['ring_s'] / 60:.0f} min, {size(ring['ring_bytes'])}"
    if ring["full_in_s"] is None:
        return f"{now}; its node cannot say yet how far it will reach"
    full = "full" if not ring["full_in_s"] else f"full in {ring['full_in_s'] / 3600:.1f} h"
    return f"{now}; {full}, reaches {ring['reach_s'] / 3600:.1f} h then{', less than it must' if ring['short'] else ''}"


@app.command("storage")
@told
def storage(
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
) -> None:
    """Show how full the store, the database and the nodes' rings are, and when they will be full."""
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    state = asyncio.run(read_storage(site))
    if as_json:
        sys.stdout.write(json.dumps(state, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(state))
