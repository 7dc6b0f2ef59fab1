"""`cctv status`: how the controller's machine and what it leans on are."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.app.machine import Told, read_machine, resting_roles
from controller.app.site import Site, open_site
from controller.app.store_trial import try_store
from controller.cli import app, told
from controller.cli.storage import second_line, size
from controller.core.queues import JobLoad
from controller.core.store_promises import MEANINGS, Trial
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import to_datetime
from shared.logs import configure_logs

_UNKNOWN = "not known"


def lines(told: Told) -> Iterator[str]:
    """One line for each thing; what nobody knows is said to be unknown."""
    state = told.machine
    store, database, broker = state["store"], state["database"], state["broker"]
    yield f"version {state['version']}"
    yield from _gpus(state["gpus"])
    judged = _UNKNOWN if state["judged_s"] is None else f"{state['judged_s']:.1f} pictures/s over five minutes"
    yield f"verification: {judged}; {_queue(told.load)}"
    if broker is not None:
        counted = ", ".join(f"{name} {_number(broker[name])}" for name in ("clients", "received", "sent", "retained"))
        yield f"broker: {'connected' if broker['connected'] else 'NOT CONNECTED'}; {counted}"
    free, quota = (_UNKNOWN if store[name] is None else size(store[name]) for name in ("free_bytes", "quota_bytes"))
    yield f"store ({store['kind']}): {_reach(store)}; free {free}, quota {'none' if quota == _UNKNOWN else quota}"
    if told.second is not None:
        yield second_line(told.second)
    slow = "" if database["slowest_ms"] is None else f"; slowest {database['slowest_ms']} ms ({database['slowest']})"
    held = _UNKNOWN if database["size_bytes"] is None else size(database["size_bytes"])
    yield f"database: {_reach(database)}; {held}{slow}"
    yield f"backup of the site: {_backup(told.backup)}"
    for one in state["processes"]:
        cpu = _UNKNOWN if one["cpu"] is None else f"{one['cpu'] * 100:.0f} %"
        memory = _UNKNOWN if one["memory_bytes"] is None else size(one["memory_bytes"])
        up = _UNKNOWN if one["uptime_s"] is None else f"{one['uptime_s'] / 3600:.1f} h"
        yield f"{one['name']} (pid {one['pid']}): cpu {cpu}, memory {memory}, up {up}"
    if not state["processes"]:
        yield "processes: none is supervised on this machine"


def _backup(state: State | None) -> str:
    if state is None:
        return _UNKNOWN
    held = "" if state["good_bytes"] is None else f", {size(state['good_bytes'])}"
    good = "none was put back on trial" if state["good_ms"] is None else f"good of {_moment(state['good_ms'])}{held}"
    failed = "" if state["failed_ms"] is None else f"; FAILED {_moment(state['failed_ms'])} ({state['failed_why']})"
    return (
        f"{good}{'; TOO OLD' if state['late'] else ''}{failed}{'' if state['nightly'] else '; the nightly one is off'}"
    )


def _moment(at_ms: int) -> str:
    return f"{to_datetime(at_ms):%Y-%m-%d %H:%M} UTC"


def _gpus(gpus: list[State] | None) -> Iterator[str]:
    if gpus is None:
        yield f"gpu: {_UNKNOWN}"
    elif not gpus:
        yield "gpu: none, the CPU judges"
    for one in gpus or ():
        used, total = one["memory_used_bytes"], one["memory_total_bytes"]
        memory = _UNKNOWN if used is None or total is None else f"{size(used)} of {size(total)}"
        busy = _UNKNOWN if one["busy"] is None else f"{one['busy'] * 100:.0f} %"
        yield f"gpu {one['name']}: busy {busy}, memory {memory}"


def _queue(load: JobLoad | None) -> str:
    if load is None:
        return f"queue {_UNKNOWN}"
    return f"{load.waiting} waiting" + (f", the oldest for {load.oldest_s:.0f} s" if load.waiting else "")


def _reach(state: State) -> str:
    return f"answers in {state['latency_ms']} ms" if state["reachable"] else "NOT REACHABLE"


def _number(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"


def promises(trials: list[Trial] | None) -> Iterator[str]:
    """One line for each promise, and below it what is done, or lost, where the store does not keep it."""
    if trials is None:
        yield "a directory: the controller checks every byte itself, and nothing is asked of another server"
    for one in trials or ():
        said = {True: "yes", False: "NO" if one.grave else "no", None: "not told"}[one.kept]
        yield f"{MEANINGS[one.promise].promise}: {said}{f' ({one.detail})' if one.detail else ''}"
        if one.kept is not True:
            yield f"  {'if not: ' if one.kept is None else ''}{MEANINGS[one.promise].instead}"


def _try(site: Site, *, as_json: bool) -> None:
    trials = asyncio.run(try_store(site))
    if as_json:
        told = [{**asdict(one), "grave": one.grave} for one in trials or ()]
        sys.stdout.write(json.dumps({"kind": site.settings.store.kind, "trials": told}, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in promises(trials))
    if any(one.grave for one in trials or ()):
        raise typer.Exit(1)


@app.command("status")
@told
def status(
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Try with small objects what the store keeps of what is asked of it.")
    ] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
) -> None:
    """Show GPU, verification, broker, stores, database and processes; ends with 1 when one of them, or a role, is away.

    With --store: what the store enforces, and what that means; ends with 1 where something is to be put right.
    """
    configure_logs(level="ERROR", json_lines=False)
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    if store:
        _try(site, as_json=as_json)
        return
    found = asyncio.run(read_machine(site))
    if as_json:
        queue = found.load and {**asdict(found.load), "waiting": found.load.waiting, "oldest_s": found.load.oldest_s}
        beside = {"verification": queue, "backup": found.backup, "second_store": found.second}
        sys.stdout.write(json.dumps({**found.machine, **beside}, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(found))
        if resting := resting_roles(site):
            sys.stdout.write(f"NOT RUNNING: {', '.join(resting)}\n")
    if not all_there(found) or resting_roles(site):
        raise typer.Exit(1)


def all_there(found: Told) -> bool:
    """Whether all that the site leans on answers; the second store by what the role that moves saw last."""
    state, second = found.machine, found.second
    moved = second is None or (second["kind"] is not None and second["fault"] != "away")
    return all((state["store"]["reachable"], state["database"]["reachable"], state["broker"]["connected"], moved))
