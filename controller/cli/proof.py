"""`cctv proof`: what each camera recorded day by day, and what is missing with its cause."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from controller.app.proof import read_gaps, read_proof
from controller.app.site import open_site
from controller.cli import app, told
from controller.core.proof_table import planned, proof_csv
from controller.flows.read_proof import MOST_DAYS, USUAL_DAYS
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import to_datetime
from shared.errors import Rejected


def share(recorded_ms: int, due_ms: int) -> str:
    """Per cent to a tenth, never rounded up to a whole that it is not; `-`: nothing was due."""
    if not due_ms:
        return "-"
    tenths = recorded_ms * 1000 // due_ms
    return f"{tenths // 10}.{tenths % 10}%"


def lines(proven: State) -> Iterator[str]:
    """A line for each camera, and one for each of its days that is not whole."""
    for camera in proven["cameras"]:
        yield f"{camera['camera']}: {share(camera['recorded_ms'], camera['due_ms'])} recorded"
        for date, day in zip(proven["days"], camera["days"], strict=True):
            if day is None or day["recorded_ms"] == day["counted_ms"]:
                continue
            why = [
                f"{one['cause']}{' (planned)' if one['planned'] else ''} {_spell(one['ms'])}" for one in day["causes"]
            ]
            if day["untold_ms"]:
                why.append(f"not told yet {_spell(day['untold_ms'])}")
            yield f"  {date['date']} {share(day['recorded_ms'], day['due_ms']):>6}  {', '.join(why)}"


def gap_lines(gaps: dict[str, list[State]]) -> Iterator[str]:
    """A line for each gap, in UTC."""
    for camera, mine in gaps.items():
        for gap in mine:
            start, end = (f"{to_datetime(gap[key]):%Y-%m-%d %H:%M:%S}" for key in ("start_ms", "end_ms"))
            yield f"{camera} {start} - {end} UTC: {gap['cause']}{planned(gap)}"


def _spell(ms: int) -> str:
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


@app.command("proof")
@told
def proof(
    camera: Annotated[list[str] | None, typer.Argument(help="node.camera; none: every camera.")] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=MOST_DAYS, help="So many days, today included.")
    ] = USUAL_DAYS,
    gaps: Annotated[bool, typer.Option("--gaps", help="Each gap instead of each day.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, for programs.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="A row for each camera and day, for a sheet.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
) -> None:
    """Show how much of each day every camera recorded, and what is missing by its cause, from the nodes' ledgers."""
    if as_csv and (gaps or as_json):
        raise Rejected("--csv", "goes with neither --gaps nor --json")
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    proven = asyncio.run(read_proof(site, camera or [], days))
    listed = asyncio.run(read_gaps(site, proven)) if gaps else {}
    if as_json:
        shown = proven | ({"gaps": listed} if gaps else {})
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    elif as_csv:
        sys.stdout.write(proof_csv(proven))
    else:
        sys.stdout.writelines(f"{line}\n" for line in (gap_lines(listed) if gaps else lines(proven)))
