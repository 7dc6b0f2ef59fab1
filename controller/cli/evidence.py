"""`cctv evidence`: whether what cameras recorded is as their nodes wrote it down."""

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from controller.app.audit import deleted_footage, open_ledger_check
from controller.cli import AsJson, app, print_json, told
from controller.cli.bundle import bundle, key, verify
from controller.cli.export import Data, site_of
from controller.cli.footage import parse_moment
from controller.core.bundle import Tombstone
from controller.flows.check_ledger import CameraChecked
from shared.clock import to_datetime
from shared.errors import Rejected
from shared.exits import FAILED
from shared.ids import parse_camera

evidence = typer.Typer(no_args_is_help=True, help="Whether what was recorded is as its node wrote it down.")
app.add_typer(evidence, name="evidence")
evidence.command("bundle")(told(bundle))
evidence.command("verify")(told(verify))
evidence.command("key")(told(key))

_END_MS = 253_402_300_799_999
_SAID = {
    "changed": "the entry is not what its hash, or the audit, says",
    "removed": "entries are gone",
    "headless": "the chain's beginning is not here",
    "unsigned": "has no signature, behind entries that have",
    "foreign": "signed by none of its node's keys",
}


def lines_of(one: CameraChecked) -> list[str]:
    """What was found of one camera."""
    if one.first_ms is None or one.last_ms is None:
        return [f"{one.camera}: no entry"]
    span = " - ".join(f"{to_datetime(at_ms):%Y-%m-%d %H:%M}" for at_ms in (one.first_ms, one.last_ms))
    unproven = f", {one.unproven} without a signature" if one.unproven else ""
    standing = "as written" if not one.faults else f"{len(one.faults)} faults"
    head = f"{one.camera}: {span} UTC, {one.entries} minutes in {one.chains} chains, {one.signed} signed{unproven}: "
    wrong = [f"  {to_datetime(fault.minute_ms):%Y-%m-%d %H:%M} UTC: {_SAID[fault.kind]}" for fault in one.faults]
    return [head + standing, *wrong]


def stone_line(one: Tombstone) -> str:
    """What was deleted."""
    start, end, at = (f"{to_datetime(at_ms):%Y-%m-%d %H:%M:%S}" for at_ms in (one.start_ms, one.end_ms, one.deleted_ms))
    return f"{one.camera}: {start} - {end} UTC: deleted at {at} UTC by {one.by}\n"


@evidence.command("ledger")
@told
def ledger(
    cameras: Annotated[list[str] | None, typer.Argument(metavar="CAMERA…", help="node.camera; none: all.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="For example 2026-03-01T08:00+09:00.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Until before this moment.")] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Also what was stored and is deleted: when and by whom. Its entries stay.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Check each minute's entry: its hash, its link, its node's signature; exit code 1 if one is wrong."""
    asked = [parse_camera(camera, "CAMERA") for camera in cameras or ()]
    from_ms = 0 if start is None else parse_moment(start, "--from")
    to_ms = _END_MS if end is None else parse_moment(end, "--to")
    if to_ms <= from_ms:
        raise Rejected("--to", "is not after --from")

    async def walk() -> list[CameraChecked]:
        async with open_ledger_check(site_of(data)) as (check, anchors):
            return [one async for one in check.all(asked, from_ms, to_ms, anchors)]

    found = asyncio.run(walk())
    named = [one.camera for one in found]
    stones = asyncio.run(deleted_footage(site_of(data), named, (from_ms, to_ms))) if deleted else []
    if as_json:
        gone = {one.camera: [asdict(stone) for stone in stones if stone.camera == one.camera] for one in found}
        print_json([{**asdict(one), **({"deleted": gone[one.camera]} if deleted else {})} for one in found])
    else:
        sys.stdout.writelines(f"{line}\n" for one in found for line in lines_of(one))
        sys.stdout.writelines(stone_line(one) for one in stones)
        if not found:
            sys.stdout.write("no camera was ever told of\n")
    if any(one.faults for one in found):
        raise typer.Exit(FAILED)
