"""`cctv hold`: footage that nobody deletes until it is released."""

import asyncio
import getpass
import json
import sys
from typing import Annotated, Any

import typer

from controller.app.holds import add_hold, hold_alarm, list_holds, release_hold
from controller.cli import app, told
from controller.cli.export import AsJson, Data, Tongue, site_of
from controller.cli.footage import parse_moment
from controller.core.export_words import Language, word
from controller.ports import State
from shared.clock import to_datetime

hold = typer.Typer(no_args_is_help=True, help="Footage that nobody deletes until it is released.")
app.add_typer(hold, name="hold")

Lock = Annotated[bool, typer.Option("--lock", help="Two people together release it, in the dashboard.")]

_MB = 1_000_000


def line_of(state: State, language: Language) -> str:
    """One hold as a line."""
    start, end = (f"{to_datetime(state[key]):%Y-%m-%d %H:%M:%S}" for key in ("start_ms", "end_ms"))
    standing = word("held" if state["released_at"] is None else "released", language)
    size = f"{state['bytes'] / _MB:.1f} MB"
    lock = f" ({word('locked', language)})" if state["locked"] else ""
    asked = "" if state["asked"] is None else f"; {word('asked', language)}: {state['asked']['who']}"
    span = f"{state['camera']} {start} - {end} UTC, {size}"
    return f"{state['id']} {standing}{lock} {span}: {state['reason']}, {state['who']}{asked}\n"


def _say(state: Any, language: Language, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(state, indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(line_of(state, language))


@hold.command("add")
@told
def add(
    camera: Annotated[str, typer.Argument(help="node.camera")],
    start: Annotated[str, typer.Argument(metavar="FROM", help="For example 2026-03-01T08:00+09:00.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Not in the future.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it must not go.")],
    lock: Lock = False,
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Hold a span of a camera: what the store has of it, and what comes into the store later, stays."""
    span = (parse_moment(start, "FROM"), parse_moment(end, "TO"))
    state = asyncio.run(add_hold(site_of(data), camera, *span, reason, getpass.getuser(), lock=lock))
    _say(state, language, as_json=as_json)


@hold.command("alarm")
@told
def add_alarm(
    alarm: Annotated[str, typer.Argument(help="Its number, or its id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it must not go.")],
    lock: Lock = False,
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Hold what each camera saw of an alarm."""
    states = asyncio.run(hold_alarm(site_of(data), alarm, reason, getpass.getuser(), lock=lock))
    if as_json:
        sys.stdout.write(json.dumps(states, indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.writelines(line_of(one, language) for one in states)


@hold.command("list")
@told
def list_all(
    released: Annotated[bool, typer.Option("--released", help="Also those that hold nothing any more.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="The newest so many.")] = 50,
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Show holds, newest first."""
    page = asyncio.run(list_holds(site_of(data), limit, released=released))
    if as_json:
        sys.stdout.write(json.dumps(page, indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.writelines(line_of(one, language) for one in page["items"])
    if not page["items"]:
        sys.stdout.write(word("no_hold", language) + "\n")


@hold.command("release")
@told
def release(
    number: Annotated[str, typer.Argument(metavar="HOLD", help="Its id.")],
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Let a held span go: retention treats it like any other again. A locked one is released in the dashboard."""
    _say(asyncio.run(release_hold(site_of(data), number, getpass.getuser())), language, as_json=as_json)
