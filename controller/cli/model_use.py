"""`cctv model use` and `show`: which model judges, and what is known of one."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from controller.app.model_shelf import models_of
from controller.cli import told, warn
from controller.cli.export import AsJson, site_of
from controller.cli.model import Data, Name, model
from controller.flows.manage_exports import Asker
from controller.flows.manage_models import ManageModels
from controller.ports import State
from shared.errors import Rejected

T = TypeVar("T")


def _do(data: Path | None, work: Callable[[ManageModels], Awaitable[T]]) -> T:
    async def run() -> T:
        async with models_of(site_of(data)) as found:
            return await work(found)

    return asyncio.run(run())


@model.command("show")
@told
def show(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Show one model: what it is, whether it judges, and which rules in force need what it lacks."""
    one = _do(data, lambda found: found.one(name))
    if as_json:
        sys.stdout.write(json.dumps(one, indent=2, ensure_ascii=False, default=str) + "\n")
        return
    facts = [
        ("state", one["fault"] or one["state"]),
        ("judges", one["provider"] if one["judging"] else "chosen, not yet" if one["chosen"] else "no"),
        ("head", one["head"]),
        ("input", f"{one['input_width_px']}x{one['input_height_px']}"),
        ("weights", f"{one['precision'] or '?'}, {one['bytes']} bytes"),
        ("classes", ", ".join(one["classes"])),
        ("licence", one["licence"] or "not known"),
        ("source", one["source"]),
        ("SHA-256", one["sha256"]),
        *(("lacks", notice["text"]) for notice in one["lacks"]),
    ]
    sys.stdout.writelines(f"{what + ':':9} {text}\n" for what, text in facts if text)


@model.command("use")
@told
def use(
    name: Annotated[str | None, typer.Argument(help="The model that is to judge.")] = None,
    settings: Annotated[
        bool, typer.Option("--settings", help="Take the choice back: cctv.toml's model judges.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also where rules in force need what it lacks.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Let a model judge, from within seconds; it stands until another is chosen, or named in cctv.toml."""
    if (name is None) is not settings:
        raise Rejected("name", "say either a model or --settings")
    who = Asker(getpass.getuser(), admin=True)
    if name is not None and not yes:
        one = _do(data, lambda found: found.one(name))
        if one["lacks"]:
            warn([notice["text"] for notice in one["lacks"]])
            typer.confirm("Let it judge all the same", err=True, abort=True)
    state: State = _do(data, lambda found: found.choose(name, who, confirmed=True))
    if as_json:
        sys.stdout.write(json.dumps(state, indent=2, ensure_ascii=False, default=str) + "\n")
        return
    before = f"; {state['before']} judged before" if state["before"] else ""
    sys.stdout.write(f"{state['chosen']} is to judge{before}\n")
