"""`cctv retention`: how long footage is kept, what a change would delete, and the change."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from controller.app.retention import retention_of
from controller.cli import app, told
from controller.cli.export import AsJson, Data, site_of
from controller.cli.storage import foretold, size
from controller.errors import Missing
from controller.flows.manage_exports import Asker
from controller.flows.manage_retention import KeepChange, ManageRetention
from controller.ports import State
from shared.clock import to_datetime
from shared.errors import Rejected
from shared.kinds import MEDIA_CLASSES
from shared.texts import say

retention = typer.Typer(no_args_is_help=True, help="How long footage is kept.")
app.add_typer(retention, name="retention")

Camera = Annotated[str | None, typer.Option("--camera", help="node.camera; every one when left out.")]
Purpose = Annotated[
    str | None, typer.Option("--purpose", help="promoted (alarms), gated, motion or continuous; all when left out.")
]
Days = Annotated[int | None, typer.Option("--days", help="So many days; left out: take this rule away.")]
T = TypeVar("T")


def waiting_lines(found: State) -> Iterator[str]:
    """What retention would delete and waits with, share by share."""
    leapt = "; the clock may have leapt: is it right?" if found["leapt"] else ""
    yield (
        f"waits for leave since {_moment(found['since_ms'])}: {found['due']} recordings and pictures, "
        f"{size(found['due_bytes'])} of {size(found['stored_bytes'])}, due as of {_moment(found['as_of_ms'])}{leapt}"
    )
    for one in found["shares"]:
        if one["due"]:
            yield f"  {one['kind']}: {one['due']} of {one['count']}"
    if found["confirmed"]:
        yield "confirmed: it goes within a minute or two"


def _moment(at_ms: int) -> str:
    return f"{to_datetime(at_ms):%Y-%m-%d %H:%M} UTC"


def _do(data: Path | None, work: Callable[[ManageRetention], Awaitable[T]]) -> T:
    async def run() -> T:
        async with retention_of(site_of(data)) as found:
            return await work(found)

    return asyncio.run(run())


def _put(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _change(camera: str | None, purpose: str | None, days: int | None) -> KeepChange:
    if purpose is not None and purpose not in MEDIA_CLASSES:
        raise Rejected("--purpose", say("not_one_of", value=purpose, choices=", ".join(MEDIA_CLASSES)))
    return KeepChange(camera, purpose, days)


def lines(state: State) -> Iterator[str]:
    """The rules, what they mean for each camera, and the forecast."""
    yield f"the settings say {state['default_days']} days"
    for rule in state["rules"]:
        of = " ".join(part for part in (rule["camera"] or "every camera", rule["media_class"] or "") if part)
        yield f"{of}: {rule['days']} days, {rule['changed_by']}"
    for one in state["cameras"]:
        yield f"  {one['camera']}: " + ", ".join(f"{name} {one['days'][name]}" for name in MEDIA_CLASSES)
    yield foretold({"forecast": state["forecast"], "retention_days": state["default_days"]})
    if state["waiting"] is not None:
        yield from waiting_lines(state["waiting"])


def preview_lines(found: State) -> Iterator[str]:
    """What would go at once, and the forecast then."""
    for one in found["going"]:
        yield f"goes: {one['camera']} {one['media_class']}: {one['runs']} recordings, {size(one['bytes'])}"
    if not found["going"]:
        yield "nothing that is stored goes at once"
    yield foretold({"forecast": found["forecast_then"], "retention_days": found["forecast_then"]["keeps_days"]})


@retention.command("show")
@told
def show(as_json: AsJson = False, data: Data = None) -> None:
    """Show how long each camera's footage is kept, by which rules, and when the store is full."""
    state = _do(data, lambda found: found.state())
    _put(state) if as_json else sys.stdout.writelines(f"{line}\n" for line in lines(state))


@retention.command("set")
@told
def put(
    camera: Camera = None,
    purpose: Purpose = None,
    days: Days = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask where something is kept for less time.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Keep footage for so many days: of all, of a camera, of a purpose, of a camera's purpose."""
    change = _change(camera, purpose, days)
    found = _do(data, lambda known: known.preview(change))
    if dry_run:
        _put(found) if as_json else sys.stdout.writelines(f"{line}\n" for line in preview_lines(found))
        return
    if found["shortens"] and not yes:
        sys.stderr.writelines(f"{line}\n" for line in preview_lines(found))
        if not typer.confirm("Keep it for less time? What is older goes for good", err=True):
            raise typer.Exit(1)
    me = Asker(getpass.getuser(), admin=True)
    state = _do(data, lambda known: known.put(change, me, confirmed=True))
    _put(state) if as_json else sys.stdout.writelines(f"{line}\n" for line in lines(state))


@retention.command("confirm")
@told
def confirm(
    token: Annotated[
        str | None, typer.Option("--token", help="Of what was shown (`show --json`); left out: of what waits now.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Let go what retention would delete and waits with: more than half of something. Shown first; it goes for good."""
    found = _do(data, lambda known: known.sweep.state())
    if found is None:
        raise Missing("sweep", say("sweep_none"))
    if not yes:
        sys.stderr.writelines(f"{line}\n" for line in waiting_lines(found))
        if not typer.confirm("Let it go, for good", err=True):
            raise typer.Exit(1)
    me, of = Asker(getpass.getuser(), admin=True), token or found["token"]
    state = _do(data, lambda known: known.sweep.confirm(of, me))
    _put(state) if as_json else sys.stdout.writelines(f"{line}\n" for line in waiting_lines(state or found))
