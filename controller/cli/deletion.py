"""`cctv footage delete` and `deletions`: footage that has to go before its time."""

import asyncio
import getpass
import json
import sys
from typing import Annotated

import typer

from controller.app.deletions import open_deletions
from controller.cli import told
from controller.cli.export import AsJson, Data, site_of
from controller.cli.footage import footage, parse_moment
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.clock import to_datetime

_MB = 1_000_000


def _utc(at_ms: int) -> str:
    return f"{to_datetime(at_ms):%Y-%m-%d %H:%M:%S}"


def preview_lines(found: State) -> list[str]:
    """What would go, and what stays."""
    lines = [
        f"goes: {one['camera']} {_utc(one['from_ms'])} - {_utc(one['to_ms'])} UTC, {one['runs']} runs, "
        f"{one['bytes'] / _MB:.1f} MB"
        for one in found["cameras"]
    ]
    lines += [f"goes: {found['pictures']} pictures of alarms"] if found["pictures"] else []
    lines += (
        [f"stays: {found['held_runs']} runs, {found['held_bytes'] / _MB:.1f} MB, held"] if found["held_runs"] else []
    )
    lines += [f"stays: {found['coming']} runs that are not stored yet"] if found["coming"] else []
    lines += [f"stays: {found['events']} events and {found['alarms']} alarms, without their footage"]
    lines += [f"stays: the export {one}, delete it apart" for one in found["exports"]]
    return lines if found["cameras"] or found["pictures"] else ["nothing would go", *lines]


def line_of(state: State) -> str:
    """One deletion as a line."""
    standing = "done" if state["done_at"] else f"{state['left_runs']} runs left"
    held = f", {state['held_runs']} held" if state["held_runs"] else ""
    span = f"{_utc(state['start_ms'])} - {_utc(state['end_ms'])} UTC"
    return (
        f"{state['id']} {', '.join(state['cameras'])} {span}: {standing}, {state['gone_runs']} runs gone "
        f"({state['gone_bytes'] / _MB:.1f} MB){held}; {state['why']}, {state['who']}\n"
    )


@footage.command("delete")
@told
def delete(
    cameras: Annotated[list[str], typer.Argument(metavar="CAMERA…", help="node.camera")],
    start: Annotated[str, typer.Option("--from", help="For example 2026-03-01T08:00+09:00.")],
    end: Annotated[str, typer.Option("--to", help="An hour ago at the latest.")],
    why: Annotated[str, typer.Option("--why", help="In your own words, for the audit log.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    confirm: Annotated[str | None, typer.Option("--confirm", help="The site's id; asked for when left out.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Delete the stored footage of a span, for good. What is held stays; recordings go whole."""
    site = site_of(data)
    span = (parse_moment(start, "--from"), parse_moment(end, "--to"))

    async def preview() -> State:
        async with open_deletions(site) as deletions:
            return await deletions.preview(cameras, *span)

    async def ask(name: str) -> State:
        async with open_deletions(site) as deletions:
            return await deletions.ask(cameras, *span, why, name, Asker(getpass.getuser(), admin=True))

    if dry_run or confirm is None:
        found = asyncio.run(preview())
        if dry_run and as_json:
            sys.stdout.write(json.dumps(found, indent=2) + "\n")
        else:
            (sys.stdout if dry_run else sys.stderr).writelines(f"{line}\n" for line in preview_lines(found))
    if dry_run:
        return
    if confirm is None:
        confirm = str(typer.prompt(f"Type the site's id ({site.settings.site}) to delete it", err=True))
    state = asyncio.run(ask(confirm))
    sys.stdout.write(json.dumps(state, indent=2, ensure_ascii=False) + "\n" if as_json else line_of(state))


@footage.command("deletions")
@told
def list_all(
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="The newest so many.")] = 50,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show what was deleted by hand, newest first."""

    async def page() -> State:
        async with open_deletions(site_of(data)) as deletions:
            return await deletions.book.page(None, limit)

    found = asyncio.run(page())
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.writelines(line_of(one) for one in found["items"])
    if not found["items"]:
        sys.stdout.write("nothing was deleted by hand\n")
