"""`cctv archive`: alarms and held evidence that are copied to a destination again and again."""

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

from controller.app.archives import archives_of
from controller.cli import app, told
from controller.cli.export import AsJson, Data, Tongue, site_of
from controller.cli.footage import parse_moment
from controller.cli.storage import size
from controller.core.export_words import Language, word
from controller.flows.manage_archives import ManageArchives
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.clock import to_datetime

archive = typer.Typer(no_args_is_help=True, help="Alarms and evidence, copied to a destination again and again.")
app.add_typer(archive, name="archive")

Name = Annotated[str, typer.Argument(help="By which people know it.")]
T = TypeVar("T")


def _do(data: Path | None, work: Callable[[ManageArchives], Awaitable[T]]) -> T:
    async def run() -> T:
        async with archives_of(site_of(data)) as found:
            return await work(found)

    return asyncio.run(run())


def _me() -> Asker:
    return Asker(getpass.getuser(), admin=True)


def _put(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _at(unix_ms: int) -> str:
    return f"{to_datetime(unix_ms):%Y-%m-%d %H:%M} UTC"


def line_of(state: State, language: Language) -> str:
    """One archive as a line."""
    when = "every hour" if state["every"] == "hour" else f"daily {state['at_min'] // 60:02}:{state['at_min'] % 60:02}"
    fault = f", {word(state['fault'], language)}" if state["fault"] else ""
    standing = "FAILING" if state["failing"] else "ok"
    return (
        f"{state['name']} {standing}{fault}: {', '.join(state['severities'])} -> {state['destination']} {when}, "
        f"{state['copied']} copied ({size(state['bytes'])}), {state['waiting']} waiting, last complete "
        f"{_at(state['ok_ms'])}, next {_at(state['next_ms'])}\n"
    )


@archive.command("list")
@told
def list_all(as_json: AsJson = False, language: Tongue = "en", data: Data = None) -> None:
    """Show archives: what they copied, what failed, when they run next; ends with 1 where one is failing."""
    found = _do(data, lambda archives: archives.book.all())
    _put(found) if as_json else sys.stdout.writelines([line_of(one, language) for one in found] or ["no archive\n"])
    if any(one["failing"] for one in found):
        raise typer.Exit(1)


@archive.command("put")
@told
def put(
    name: Name,
    destination: Annotated[str, typer.Option("--destination", help="As cctv export-destination list tells it.")],
    severities: Annotated[
        list[str] | None, typer.Option("--severity", help="Of the alarms; all when left out.")
    ] = None,
    every: Annotated[Literal["hour", "day"], typer.Option("--every", help="How often.")] = "day",
    at: Annotated[str, typer.Option("--at", help="Of daily ones: HH:MM in the site's zone.")] = "03:00",
    since: Annotated[
        str | None, typer.Option("--since", help="Alarms raised from then on; left out: as it was, now at first.")
    ] = None,
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Copy alarms with their footage, and what is held, to a destination; what is there already is not copied again."""
    wanted = severities or ["low", "medium", "high", "critical"]
    since_ms = None if since is None else parse_moment(since, "--since")
    state = _do(data, lambda archives: archives.put(name, destination, wanted, every, at, since_ms, _me(), language))
    _put(state) if as_json else sys.stdout.write(line_of(state, language))


@archive.command("run")
@told
def run(name: Name, as_json: AsJson = False, language: Tongue = "en", data: Data = None) -> None:
    """Let it run now; the role export does it."""
    state = _do(data, lambda archives: archives.run(name, _me()))
    _put(state) if as_json else sys.stdout.write(line_of(state, language))


@archive.command("remove")
@told
def remove(name: Name, data: Data = None) -> None:
    """Forget it; what was copied stays where it is."""
    _do(data, lambda archives: archives.remove(name, _me()))
