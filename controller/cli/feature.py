"""`cctv feature`: what is switched for the whole site while it runs."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from controller.app.features import features_of
from controller.cli import AsJson, app, print_json, told
from controller.cli.export import Data, site_of
from controller.core.features import feature
from controller.flows.manage_exports import Asker
from controller.flows.switch_features import SwitchFeatures
from controller.ports import State

features = typer.Typer(no_args_is_help=True, help="What is switched for the whole site while it runs.")
app.add_typer(features, name="feature")

T = TypeVar("T")


Name = Annotated[str, typer.Argument(help="As `cctv feature list` shows it.")]
To = Annotated[Literal["on", "off"], typer.Argument(help="on or off.")]


def _do(data: Path | None, work: Callable[[SwitchFeatures], Awaitable[T]]) -> T:
    async def run() -> T:
        async with features_of(site_of(data)) as found:
            return await work(found)

    return asyncio.run(run())


def line_of(state: State) -> str:
    """One flag: what it is, how it stands, who switched it last."""
    usual = "" if state["on"] == state["default"] else f" (usually {_word(state['default'])})"
    by = (
        ""
        if state["changed_by"] is None
        else f", {state['changed_by']} {state['changed_at'][:16].replace('T', ' ')} UTC"
    )
    return f"{state['name']} {_word(state['on'])}{usual}{by}: {state['about']}\n"


def _word(is_on: bool) -> str:
    return "on" if is_on else "off"


@features.command("list")
@told
def list_features(as_json: AsJson = False, data: Data = None) -> None:
    """Show every flag: how it stands, who switched it last, and what is so when it is off."""
    found = _do(data, lambda known: known.all())
    print_json(found) if as_json else sys.stdout.writelines(map(line_of, found))


@features.command("set")
@told
def put(name: Name, to: To, as_json: AsJson = False, data: Data = None) -> None:
    """Switch one on or off; it takes effect within seconds, and nothing is started anew."""
    feature(name)
    me = Asker(getpass.getuser(), admin=True)
    state = _do(data, lambda known: known.put(name, me, is_on=to == "on"))
    print_json(state) if as_json else sys.stdout.write(line_of(state))
