"""`cctv notify`: where messages go, who is told of what, and what became of them."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from controller.app.destinations import destinations_of
from controller.app.site import Site, open_site
from controller.cli import AsJson, app, print_json, told
from controller.flows.manage_destinations import Caller, ManageDestinations
from controller.ports import State
from controller.settings import default_data_dir
from shared.errors import Rejected, Transient

notify = typer.Typer(no_args_is_help=True, help="Where messages about alarms go, and what became of them.")
app.add_typer(notify, name="notify")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Name = Annotated[str, typer.Argument(help="The destination's name.")]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", help="RULE=SEVERITY: a threshold of its own for a rule (or system.KIND); 'never' mutes it."),
]
_MARKS = {"delivered": "ok", "waiting": "..", "sending": "..", "failed": "!!", "dropped": "!!"}
T = TypeVar("T")


def _site(data: Path | None) -> Site:
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def _do(data: Path | None, work: Callable[[ManageDestinations], Awaitable[T]]) -> T:
    async def run() -> T:
        async with destinations_of(_site(data)) as destinations:
            return await work(destinations)

    return asyncio.run(run())


def _me() -> Caller:
    return Caller(getpass.getuser(), admin=True)


def _address(file: Path | None) -> str:
    """From a file, a pipe or a hidden prompt: never an argument, which every process of this machine may read."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise Rejected("--address-file", f"{file} cannot be read: {type(fault).__name__}") from None
    return sys.stdin.readline().strip() if not sys.stdin.isatty() else getpass.getpass("Address: ").strip()


def _lines(threshold: str, rules: list[str] | None) -> list[State]:
    lines: list[State] = [{"rule": None, "threshold": threshold}]
    for text in rules or ():
        rule, _, least = text.rpartition("=")
        if not rule:
            raise Rejected("--rule", f"{text!r} is not RULE=SEVERITY")
        lines.append({"rule": rule, "threshold": least})
    return lines


@notify.command("add")
@told
def add(
    name: Name,
    address_file: Annotated[
        Path | None, typer.Option("--address-file", help="File with the address; else it is asked for.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--for", help="User whose own it is: their quiet hours count.")] = None,
    threshold: Annotated[
        str, typer.Option("--min-severity", help="low, medium, high, critical, or never: the least that is told.")
    ] = "low",
    rule: Rules = None,
    language: Annotated[str, typer.Option("--language", help="ko or en.")] = "ko",
    pictures: Annotated[bool, typer.Option("--pictures", help="Let pictures leave the site for it.")] = False,
    private: Annotated[bool, typer.Option("--private", help="It may be inside a private network.")] = False,
    data: Data = None,
) -> None:
    """Add a destination: https://… is our own signed webhook, everything else an address of Apprise's.

    The address is a secret: it is sealed, and never shown again. A webhook's key is printed this once.
    """
    if language not in {"ko", "en"}:
        raise Rejected("--language", f"{language!r} is neither ko nor en")
    address, lines = _address(address_file), _lines(threshold, rule)
    options = {"owner": owner, "language": language, "pictures": pictures, "private": private}
    state, secret = _do(data, lambda found: found.add(_me(), name, address, options, lines))
    sys.stdout.write(f"{name}: {state['scheme']} added; try it with `cctv notify test {name}`\n")
    if secret is not None:
        sys.stdout.write(f"key of its signatures: {secret}\n")


@notify.command("list")
@told
def list_destinations(data: Data = None, as_json: AsJson = False) -> None:
    """Show the destinations: whether messages get through, what waits, what each is told of."""
    destinations = _do(data, lambda found: found.all(_me()))
    if as_json:
        print_json(destinations)
        return
    if not destinations:
        sys.stdout.write("no destination\n")
    for one in destinations:
        health = "off" if not one["enabled"] else "dead" if one["dead_since"] else "ok" if one["last_ok_at"] else "new"
        lines = ", ".join(f"{line['rule'] or 'all'}: {line['threshold']}" for line in one["lines"])
        flags = " ".join(name for name in ("pictures", "private") if one[name])
        sys.stdout.write(
            f"{one['name']:24} {one['scheme']:10} {health:5} waiting {one['waiting']:<4} "
            f"{one['owner'] or 'site':12} {one['language']} {lines} {flags}".rstrip()
            + "\n"
        )
        if one["last_error"]:
            sys.stdout.write(f"{'':24} {one['last_error']}\n")


@notify.command("test")
@told
def try_out(
    name: Name,
    within_s: Annotated[float, typer.Option("--within", help="How long to wait for the answer, s.")] = 30.0,
    data: Data = None,
) -> None:
    """Send a test message and wait for its receipt; the site must run."""

    async def work(found: ManageDestinations) -> State:
        queued = await found.test(_me(), name)
        return await found.outcome(queued["id"], within_s)

    state = _do(data, work)
    if state["state"] == "failed":
        raise Rejected(name, state["error"])
    if state["state"] != "delivered":
        raise Transient(f"{name}: not sent in {within_s:g} s; does the site run?")
    sys.stdout.write(f"{name}: delivered\n")


@notify.command("set")
@told
def change(
    name: Name,
    pictures: Annotated[
        bool | None, typer.Option("--pictures/--no-pictures", help="Whether pictures may leave the site for it.")
    ] = None,
    private: Annotated[
        bool | None, typer.Option("--private/--no-private", help="Whether it may be inside a private network.")
    ] = None,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Whether anything is sent.")] = None,
    threshold: Annotated[
        str | None, typer.Option("--min-severity", help="Replace what it is told of, with --rule.")
    ] = None,
    rule: Rules = None,
    data: Data = None,
) -> None:
    """Change a destination; every switch is in the audit log."""
    if rule and threshold is None:
        raise Rejected("--rule", "needs --min-severity: both together say what it is told of")

    async def work(found: ManageDestinations) -> State:
        state = await found.change(_me(), name, {"pictures": pictures, "private": private, "enabled": enabled})
        return state if threshold is None else await found.subscribe(_me(), name, _lines(threshold, rule))

    _do(data, work)
    sys.stdout.write(f"{name}: changed\n")


@notify.command("remove")
@told
def remove(name: Name, data: Data = None) -> None:
    """Forget a destination, its address and what waits for it; receipts stay."""
    _do(data, lambda found: found.remove(_me(), name))
    sys.stdout.write(f"{name}: removed\n")


@notify.command("quiet")
@told
def quiet(
    user: Annotated[str, typer.Argument(help="The user.")],
    hours: Annotated[str, typer.Argument(help="HH:MM-HH:MM, or 'off'.")],
    timezone: Annotated[str | None, typer.Option("--timezone", help="Else the site's.")] = None,
    critical: Annotated[
        bool, typer.Option("--critical/--no-critical", help="Whether critical messages come anyway.")
    ] = True,
    data: Data = None,
) -> None:
    """Set a person's quiet hours: messages wait for their end."""
    start, dash, end = hours.partition("-")
    if hours != "off" and not dash:
        raise Rejected("hours", f"{hours!r} is neither HH:MM-HH:MM nor off")
    zone = timezone or _site(data).settings.notify.timezone
    wanted = {"from_time": start, "until_time": end, "timezone": zone, "critical_through": critical}
    _do(data, lambda found: found.put_quiet(_me(), user, None if hours == "off" else wanted))
    sys.stdout.write(f"{user}: {hours}\n")


@notify.command("log")
@told
def log(
    destination: Annotated[str | None, typer.Option("--to", help="Only of this destination.")] = None,
    alarm: Annotated[str | None, typer.Option("--alarm", help="Only of this alarm (its id).")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many.")] = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of messages, the newest first."""
    receipts = _do(data, lambda found: found.receipts(alarm=alarm, destination=destination, limit=limit))
    if as_json:
        print_json(receipts)
        return
    for one in receipts:
        about = "test" if one["alarm_number"] is None else f"#{one['alarm_number']} {one['severity']}"
        sys.stdout.write(
            f"{one['created_at'][:19]} {_MARKS[one['state']]} {one['state']:9} {one['destination']:20} {about:14} "
            f"{one['why']:9} tries {one['attempts']} {one['error']}".rstrip()
            + "\n"
        )
