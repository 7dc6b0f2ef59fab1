"""`cctv retention move` and `second`: what moves to the second store, and how it is with it."""

import asyncio
import getpass
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from controller.app.moves import moves_of, prepare_second, read_second
from controller.app.site import Site
from controller.cli import AsJson, print_json, told
from controller.cli.export import Data, site_of
from controller.cli.retention import retention
from controller.cli.storage import second_line
from controller.core.tiers import EVIDENCE, SUBJECTS
from controller.errors import Conflict
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.texts import say

What = Annotated[str | None, typer.Argument(help="promoted, gated, motion, continuous, or evidence: what is held.")]


def lines(state: State) -> Iterator[str]:
    """What moves, subject by subject."""
    days = {rule["subject"]: rule for rule in state["rules"]}
    for subject in SUBJECTS:
        rule = days.get(subject)
        if rule is None:
            yield f"{subject}: stays in the first store"
        else:
            after = "soon" if subject == EVIDENCE else f"after {rule['days']} days"
            yield f"{subject}: moves {after}, {rule['changed_by']}"
    if not state["second"]:
        yield "the site has no second store: nothing moves"


@retention.command("move")
@told
def move(
    what: What = None,
    after: Annotated[int | None, typer.Option("--after", help="After so many days; not for evidence.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="It stays in the first store: take the rule away.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show what moves to the second store and when, or change it: `move motion --after 7`, `move evidence`."""
    site = site_of(data)
    state = asyncio.run(_put(site, what, after, stay=stay))
    print_json(state) if as_json else sys.stdout.writelines(f"{line}\n" for line in lines(state))


@retention.command("second")
@told
def second(
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Make the empty directory that the settings name a store, once.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show what lies in the second store, what waits to move there, and what is wrong with it."""
    site = site_of(data)
    if prepare:
        sys.stderr.write(f"cctv: {prepare_second(site)} is a store now\n")
    state = asyncio.run(read_second(site))
    if state is None:
        raise Conflict("second", say("second_store_none"))
    print_json(state) if as_json else sys.stdout.write(f"{second_line(state)}\n")


async def _put(site: Site, what: str | None, after: int | None, *, stay: bool) -> State:
    async with moves_of(site) as found:
        if what is None:
            return await found.state()
        if stay:
            days = None
        elif what == EVIDENCE:
            days = after or 0
        elif after is None:
            raise typer.BadParameter("say after how many days it moves, or --stay", param_hint="--after")
        else:
            days = after
        return await found.put(what, days, Asker(getpass.getuser(), admin=True))
