"""`cctv alarm`: what was raised, what people do about it, how much it asks of them, what it teaches."""

import asyncio
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from controller.app.alarms import alarm_load, export_set, handle_alarm, list_alarms, show_alarm
from controller.app.site import Site, open_site
from controller.cli import app, told
from controller.cli.footage import parse_moment
from controller.core.lifecycle import Deed
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import SystemClock, to_datetime

alarm = typer.Typer(no_args_is_help=True, help="What was raised, and what people do about it.")
app.add_typer(alarm, name="alarm")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Which = Annotated[str, typer.Argument(metavar="ALARM", help="Its number, or its id.")]
Note = Annotated[str, typer.Option("--note", help="In your own words, for the alarm's history.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
From = Annotated[str | None, typer.Option("--from", help="For example 2026-03-01T08:00+09:00.")]
To = Annotated[str | None, typer.Option("--to", help="Now when left out.")]


def _site(data: Path | None) -> Site:
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def _put(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def line_of(state: State) -> str:
    """One alarm as a line."""
    where = state["place"] or state["camera"] or state["node"] or "the site"
    zone = f", {state['zone_name']}" if state["zone_name"] else ""
    more = [
        *([f"{len(state['cameras'])} cameras"] if len(state["cameras"]) > 1 else []),
        *([f"{state['occurrences']} occurrences"] if state["occurrences"] > 1 else []),
        *([f"assigned to {state['assigned_to']}"] if state["assigned_to"] else []),
        *([f"assessed {state['assessment']}"] if state["assessment"] else []),
        *([f"shelved until {state['shelved_until']}"] if state["shelved_until"] else []),
        *([f"passed up {state['escalation_level']}x"] if state["escalation_level"] else []),
        *(["under maintenance"] if state["suppressed"] else []),
    ]
    tail = f" ({'; '.join(more)})" if more else ""
    at = f"{to_datetime(state['condition_ms']):%Y-%m-%d %H:%M:%S}"
    return (
        f"#{state['number']} {at} UTC {state['severity']} {state['state']}: {state['rule_name']}, {where}{zone}{tail}\n"
    )


@alarm.command("list")
@told
def list_all(
    state: Annotated[
        str, typer.Option("--state", help="open, shelved, raised, acknowledged, in_action, resolved or all.")
    ] = "open",
    camera: Annotated[str | None, typer.Option("--camera", help="node.camera")] = None,
    severity: Annotated[str | None, typer.Option("--severity", help="low, medium, high or critical.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="The last so many.")] = 50,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show alarms, the last raised first; the time is when it happened, which may be long before."""
    page = asyncio.run(list_alarms(_site(data), state, camera, severity, limit))
    if as_json:
        _put(page)
        return
    sys.stdout.writelines(line_of(one) for one in page["items"])
    if not page["items"]:
        sys.stdout.write("no alarm\n")


@alarm.command("show")
@told
def show(which: Which, as_json: AsJson = False, data: Data = None) -> None:
    """Show one alarm with its occurrences and its history."""
    detail = asyncio.run(show_alarm(_site(data), which))
    if as_json:
        _put(detail)
        return
    sys.stdout.write(line_of(detail["alarm"]))
    for one in detail["occurrences"]:
        lasted = "lasts" if one["end_ms"] is None else f"{(one['end_ms'] - one['start_ms']) / 1000:.1f} s"
        at = f"{to_datetime(one['condition_ms']):%Y-%m-%d %H:%M:%S}"
        sys.stdout.write(f"  occurred {at} UTC on {one['camera'] or '-'}: {lasted}\n")
    for one in detail["history"]:
        words = " ".join(str(value) for value in one["detail"].values())
        note = f": {one['note']}" if one["note"] else ""
        sys.stdout.write(f"  {one['at']} {one['who']} {one['what']}{' ' + words if words else ''}{note}\n")


def _act(data: Path | None, which: str, deed: Deed) -> None:
    sys.stdout.write(line_of(asyncio.run(handle_alarm(_site(data), which, deed))))


@alarm.command("ack")
@told
def ack(
    which: Annotated[list[str], typer.Argument(metavar="ALARM...", help="Their numbers, or ids.")],
    note: Note = "",
    data: Data = None,
) -> None:
    """Acknowledge alarms: somebody has seen them."""
    for one in which:
        _act(data, one, Deed("acknowledge", getpass.getuser(), note))


@alarm.command("assign")
@told
def assign(
    which: Which,
    to: Annotated[str | None, typer.Argument(metavar="USER", help="An operator or administrator.")] = None,
    note: Note = "",
    data: Data = None,
) -> None:
    """Give an alarm to somebody, or to nobody when no USER is named."""
    _act(data, which, Deed("unassign" if to is None else "assign", getpass.getuser(), note, to=to))


@alarm.command("note")
@told
def write_note(
    which: Which, text: Annotated[str, typer.Argument(help="In your own words.")], data: Data = None
) -> None:
    """Write a note into an alarm's history."""
    _act(data, which, Deed("note", getpass.getuser(), text))


@alarm.command("resolve")
@told
def resolve(
    which: Which,
    assessment: Annotated[
        Literal["true", "false", "nuisance"], typer.Argument(help="true, false (nothing was there) or nuisance.")
    ],
    note: Note = "",
    data: Data = None,
) -> None:
    """Close an alarm with what it turned out to be; again to correct it."""
    _act(data, which, Deed("resolve", getpass.getuser(), note, assessment=assessment))


@alarm.command("shelve")
@told
def shelve(
    which: Which,
    minutes: Annotated[int, typer.Argument(help="1 to 1440; 0 ends it.")],
    note: Note = "",
    data: Data = None,
) -> None:
    """Put an alarm off: what comes again joins it and nobody is told, until the time is over."""
    move: Literal["shelve", "unshelve"] = "unshelve" if minutes == 0 else "shelve"
    _act(data, which, Deed(move, getpass.getuser(), note, minutes=minutes))


@alarm.command("escalate")
@told
def escalate(which: Which, note: Note = "", data: Data = None) -> None:
    """Pass an alarm up one level."""
    _act(data, which, Deed("escalate", getpass.getuser(), note))


@alarm.command("stats")
@told
def stats(
    start: From = None,
    end: To = None,
    hours: Annotated[float, typer.Option("--hours", min=0.1, max=2208, help="Without --from: the last so many.")] = 24,
    operators: Annotated[
        int | None, typer.Option("--operators", min=1, max=100, help="Who answer alarms at the same time.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Measure the alarm load by EEMUA 191 and ANSI/ISA-18.2."""
    to_ms = SystemClock().unix_ms() if end is None else parse_moment(end, "--to")
    from_ms = round(to_ms - hours * 3_600_000) if start is None else parse_moment(start, "--from")
    load = asyncio.run(alarm_load(_site(data), from_ms, to_ms, operators))
    if as_json:
        _put(load)
    else:
        sys.stdout.writelines(f"{line}\n" for line in load_lines(load))


def load_lines(load: State) -> list[str]:
    """The load as text."""
    seconds = {key: "-" if load[key] is None else f"{load[key]:g} s" for key in load if key.endswith("_s")}
    lines = [
        f"{load['alarms']} alarms for {load['operators']} operators, {load['suppressed']} more under maintenance",
        f"in ten minutes: {load['per_10_min']:g} on average ({load['band']}), {load['peak_10_min']} at the peak",
        f"in flood (more than 10): {load['flood_percent']:g} % of the time{', and now' if load['flooding'] else ''}",
        f"acknowledged after {seconds['acknowledge_median_s']} (median), {seconds['acknowledge_p95_s']} (95 %)",
        f"passed up: {load['escalated']}",
        "assessed: " + ", ".join(f"{count} {word}" for word, count in load["assessments"].items()),
        "severity: " + ", ".join(f"{count} {word}" for word, count in load["severities"].items()),
        f"stale (open for more than a day): {', '.join(f'#{number}' for number in load['stale']) or 'none'}",
    ]
    for one in load["contributors"]:
        zone = f", {one['zone_name']}" if one["zone_name"] else ""
        lines.append(f"{one['alarms']:6} ({one['share']:.0%}) {one['rule_name']}, {one['where'] or 'the site'}{zone}")
    lines += [
        f"chattering: {one['rule_name']}, {one['where'] or 'the site'}: {one['most_in_a_minute']} times in a minute"
        for one in load["chattering"]
    ]
    lines += [
        f"{one['together']} of {one['alarms']} alarms of {one['rule_name']!r} on {one['cameras'][0]} and "
        f"{one['cameras'][1]} came together: if both see the same place, name it in the rule (place: NAME)"
        for one in load["together"]
    ]
    return lines


@alarm.command("export-set")
@told
def export_labels(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder.")],
    form: Annotated[Literal["yolo", "coco"], typer.Option("--format", help="yolo or coco.")] = "yolo",
    start: From = None,
    end: To = None,
    val_share: Annotated[
        float, typer.Option("--val-share", min=0, max=1, help="Share of alarms in the part 'val'.")
    ] = 0.2,
    data: Data = None,
) -> None:
    """Export the pictures of assessed alarms with their boxes: a set that a detector can learn from.

    A false alarm's picture is background. The pictures show people: who may hold them is the site's to decide.
    """
    from_ms = 0 if start is None else parse_moment(start, "--from")
    to_ms = None if end is None else parse_moment(end, "--to")
    made = asyncio.run(export_set(_site(data), out, form, from_ms, to_ms, val_share))
    if made.images == 0:
        sys.stdout.write("no assessed alarm has a picture that can be used: the set is empty\n")
    roles = ", ".join(f"{count} {role}" for role, count in sorted(made.roles.items()))
    sys.stdout.write(f"{out}: {made.images} images{f' ({roles})' if roles else ''}, format {form}\n")
    sys.stdout.writelines(f"left out {count}: {why}\n" for why, count in sorted(made.left_out.items()))
