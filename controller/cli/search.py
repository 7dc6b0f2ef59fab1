"""`cctv search`: alarms and events of the past, by what is known of them. Exit code 1: nothing was found."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any
from unicodedata import east_asian_width

import typer
from pydantic import ValidationError

from controller.api.search_schemas import AlarmSearchIn, EventSearchIn
from controller.app.search import open_search
from controller.cli import app, told
from controller.cli.export import AsJson, Data, site_of
from controller.cli.footage import parse_moment
from controller.flows.search_past import SearchPast
from controller.ports import State
from shared.clock import to_datetime
from shared.errors import Rejected

search = typer.Typer(no_args_is_help=True, help="Alarms and events of the past, by what is known of them.")
app.add_typer(search, name="search")

From = Annotated[str | None, typer.Option("--from", help="For example 2026-03-01T08:00+09:00; a month before the end.")]
To = Annotated[str | None, typer.Option("--to", help="Now when left out.")]
Hours = Annotated[str | None, typer.Option("--hours", help="22:00-06:00: every night, by the site's clock.")]
Cameras = Annotated[list[str] | None, typer.Option("--camera", help="node.camera; again for another one.")]
Least = Annotated[float, typer.Option("--least", help="How long it lasted at least, s.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="The newest so many.")]
Cursor = Annotated[str | None, typer.Option("--cursor", help="What a page before said is next.")]
Column = tuple[str, Callable[[State], str]]
_NOTHING = 1


def table(columns: Sequence[Column], items: Sequence[State]) -> list[str]:
    """Aligned lines, the names of the columns first; a terminal draws Hangul twice as wide."""
    rows = [[name for name, _ in columns], *([text(item) for _, text in columns] for item in items)]
    widths = [max(_width(row[index]) for row in rows) for index in range(len(columns))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def utc(at_ms: int) -> str:
    return f"{to_datetime(at_ms):%Y-%m-%d %H:%M:%S}"


def _lasted(start_ms: int, end_ms: int | None) -> str:
    return "lasts" if end_ms is None else f"{(end_ms - start_ms) / 1000:.1f}"


_ALARMS: tuple[Column, ...] = (
    ("ALARM", lambda one: f"#{one['number']}"),
    ("UTC", lambda one: utc(one["condition_ms"])),
    ("SEVERITY", lambda one: one["severity"]),
    ("STATE", lambda one: one["state"]),
    ("ASSESSED", lambda one: one["assessment"] or "-"),
    ("LASTED_S", lambda one: _lasted(one["condition_ms"], one["end_ms"])),
    ("WHERE", lambda one: one["place"] or one["camera"] or one["node"] or "the site"),
    ("ZONE", lambda one: one["zone_name"] or "-"),
    ("RULE", lambda one: one["rule_name"]),
)
_EVENTS: tuple[Column, ...] = (
    ("EVENT", lambda one: one["id"]),
    ("UTC", lambda one: utc(one["start_ms"])),
    ("CAMERA", lambda one: one["camera"]),
    ("LASTED_S", lambda one: _lasted(one["start_ms"], one["end_ms"])),
    ("SEEN", lambda one: ", ".join(f"{count} {name}" for name, count in sorted(one["classes"].items())) or "-"),
    ("ALARMS", lambda one: str(len(one["alarms"]))),
)


def asked_as(form: Callable[..., Any], given: dict[str, Any]) -> Any:
    try:
        return form(**given)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise Rejected(".".join(str(part) for part in first["loc"]), str(first["msg"])) from None


def common(start: str | None, end: str | None, **given: Any) -> dict[str, Any]:
    times = {"from_ms": None if start is None else parse_moment(start, "--from")}
    times["to_ms"] = None if end is None else parse_moment(end, "--to")
    return {**times, **{name: value for name, value in given.items() if value is not None}}


def say_page(page: State, columns: Sequence[Column], *, as_json: bool, why: str = "") -> None:
    """Print a page; `why`: what explains that nothing was found. Raises `typer.Exit` with 1 then."""
    if as_json:
        sys.stdout.write(json.dumps(page, indent=2, ensure_ascii=False) + "\n")
    elif page["items"]:
        sys.stdout.writelines(f"{line}\n" for line in table(columns, page["items"]))
        if page["next"]:
            sys.stdout.write(f"more: --cursor {page['next']}\n")
    else:
        looked = f"nothing was found from {utc(page['from_ms'])} to {utc(page['to_ms'])} UTC"
        sys.stderr.write(f"cctv: {looked}{why and ': '}{why}\n")
    if not page["items"]:
        raise typer.Exit(_NOTHING)


async def _find(data: Any, ask: Callable[[SearchPast], Awaitable[State]]) -> State:
    async with open_search(site_of(data)) as past:
        return await ask(past)


@search.command("alarms")
@told
def alarms(
    text: Annotated[str, typer.Argument(help="A number, or part of a name, a note or a description.")] = "",
    start: From = None,
    end: To = None,
    hours: Hours = None,
    camera: Cameras = None,
    severity: Annotated[list[str] | None, typer.Option("--severity", help="low, medium, high or critical.")] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="raised, acknowledged, in_action or resolved.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="For example zone_intrusion.")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Its name as it was.")] = None,
    zone: Annotated[list[str] | None, typer.Option("--zone", help="Its name as it was.")] = None,
    assessment: Annotated[list[str] | None, typer.Option("--assessment", help="true, false or nuisance.")] = None,
    least_s: Least = 0,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Find alarms, by when they happened, newest first; of several values of an option one has to fit."""
    several = {"camera": camera, "severity": severity, "state": state, "kind": kind, "rule": rule, "zone": zone}
    one = {"assessment": assessment, "hours": hours, "least_s": least_s, "limit": limit, "cursor": cursor, "text": text}
    asked = asked_as(AlarmSearchIn, common(start, end, **several, **one))

    async def ask(past: SearchPast) -> State:
        window = past.window(asked.from_ms, asked.to_ms, asked.minutes())
        return await past.alarms(asked.search(window), asked.cursor, asked.limit)

    say_page(asyncio.run(_find(data, ask)), _ALARMS, as_json=as_json)


@search.command("events")
@told
def events(
    start: From = None,
    end: To = None,
    hours: Hours = None,
    camera: Cameras = None,
    seen: Annotated[list[str] | None, typer.Option("--class", help="What was seen: person, truck …")] = None,
    alarmed: Annotated[
        bool | None, typer.Option("--alarmed/--not-alarmed", help="Whether an alarm came of it.")
    ] = None,
    least_s: Least = 0,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Find events, newest first."""
    given = {"camera": camera, "class": seen, "alarmed": alarmed, "hours": hours, "least_s": least_s}
    asked = asked_as(EventSearchIn, common(start, end, **given, limit=limit, cursor=cursor))

    async def ask(past: SearchPast) -> State:
        window = past.window(asked.from_ms, asked.to_ms, asked.minutes())
        return await past.events(asked.search(window), asked.cursor, asked.limit)

    say_page(asyncio.run(_find(data, ask)), _EVENTS, as_json=as_json)
