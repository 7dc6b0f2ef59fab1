"""`cctv audit`: who did what, whether anybody changed it since, and lines of it for a log collector."""

import asyncio
import getpass
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from controller.app.audit import open_audit
from controller.cli import AsJson, app, print_json, told
from controller.cli.export import Data, site_of
from controller.cli.footage import parse_moment
from controller.core.audit import HEAD_LATE, Fault
from controller.core.audit_search import AuditSearch, json_line, syslog_line
from controller.ports import State
from shared.clock import SystemClock, to_datetime
from shared.errors import Rejected
from shared.exits import FAILED, NOT_IN_TIME

audit = typer.Typer(no_args_is_help=True, help="Who did what, and whether anybody changed it since.")
app.add_typer(audit, name="audit")

_AT_ONCE = 500
_FOLLOW_S = 1
_TOLD = {
    "changed": "an entry was changed",
    "removed": "an entry was removed",
    "seal_changed": "a seal was changed",
    "seal_removed": "seals were removed",
    "head_changed": "is not what the signed head of that day says",
    "head_signature": "the head of that day is not signed by this site's key",
    "cut": "the chain ends before what the head of that day says",
}

Who = Annotated[str | None, typer.Option("--who", help="User name, node id or 'system'.")]
What = Annotated[
    list[str] | None, typer.Option("--what", help="A verb, or a beginning such as 'alarm.'. May be repeated.")
]
Subject = Annotated[str | None, typer.Option("--subject", help="Part of on what: a camera, an id, a user name.")]
Start = Annotated[str | None, typer.Option("--from", help="For example 2026-03-01T08:00+09:00.")]
End = Annotated[str | None, typer.Option("--to", help="Until before this moment.")]


def _search(
    who: str | None, what: list[str] | None, subject: str | None, start: str | None, end: str | None
) -> AuditSearch:
    began = None if start is None else to_datetime(parse_moment(start, "--from"))
    ended = None if end is None else to_datetime(parse_moment(end, "--to"))
    if began is not None and ended is not None and ended <= began:
        raise Rejected("--to", "is not after --from")
    return AuditSearch(who, tuple(what or ()), subject, None, began, ended)


def line_of(state: State) -> str:
    """One entry as a line."""
    detail = " ".join(f"{name}={value}" for name, value in state["detail"].items())
    place = "-" if state["seq"] is None else state["seq"]
    told = f"{place} {state['at']} {state['who']} {state['what']} {state['subject']}".rstrip()
    return " ".join(part for part in (told, f"({state['address']})" if state["address"] else "", detail) if part) + "\n"


def fault_line(fault: Fault) -> str:
    """What is wrong, and where."""
    day = "" if fault.day is None else f", {fault.day}"
    return f"place {fault.seq}{day}: {_TOLD[fault.kind]}\n"


@audit.command("list")
@told
def list_entries(
    who: Who = None,
    what: What = None,
    subject: Subject = None,
    start: Start = None,
    end: End = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="The newest so many.")] = 50,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show what was done, newest first: place in the chain, when, who, what, on what, from where."""
    asked = _search(who, what, subject, start, end)

    async def page() -> State:
        async with open_audit(site_of(data)) as (book, _):
            return await book.page(asked, None, limit)

    found = asyncio.run(page())
    if as_json:
        print_json(found)
        return
    sys.stdout.writelines(line_of(one) for one in found["items"])
    if not found["items"]:
        sys.stdout.write("nothing that fits\n")


@audit.command("verify")
@told
def verify(
    heads: Annotated[
        Path | None, typer.Option("--heads", exists=True, dir_okay=False, help="A copy of audit-heads.jsonl.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Check every entry against the chain, and the chain against its signed heads; exit code 1 if one is wrong.

    Exit code 3: all is as it was written, but something has waited for its signed head for more than two days.
    """

    async def walk() -> tuple[int, int, list[Fault], int, int, datetime | None]:
        checked, forgotten, faults = 0, 0, dict[Fault, None]()
        async with open_audit(site_of(data), heads) as (book, check):
            async for part in check.whole():
                checked, forgotten = checked + part.checked, forgotten + part.forgotten
                faults |= dict.fromkeys(part.faults)
                if sys.stderr.isatty():
                    sys.stderr.write(f"\r{checked} of {part.last} checked")
            if sys.stderr.isatty():
                sys.stderr.write("\r\x1b[K")
            waiting = await book.unsealed(), len(await book.heads()), await book.unsigned_since()
            return checked, forgotten, list(faults), *waiting

    checked, forgotten, faults, unsealed, signed, since = asyncio.run(walk())
    late = since is not None and SystemClock().now() - since > HEAD_LATE
    if as_json:
        print_json(
            {
                "ok": not faults,
                "checked": checked,
                "forgotten": forgotten,
                "unsealed": unsealed,
                "heads": signed,
                "unsigned_since": None if since is None else since.isoformat(timespec="seconds"),
                "late": late,
                "faults": [asdict(fault) for fault in faults],
            }
        )
    else:
        sys.stdout.writelines(fault_line(fault) for fault in faults)
        waiting = f", {unsealed} wait for their seal" if unsealed else ""
        gone = f", {forgotten} refused logins forgotten" if forgotten else ""
        standing = "as they were written" if not faults else f"{len(faults)} faults"
        sys.stdout.write(f"{checked} entries, {signed} signed days: {standing}{gone}{waiting}\n")
        if late and since is not None:
            told = f"no day is signed since {since.isoformat(timespec='seconds')}: the role sweep signs; see its log"
            sys.stdout.write(f"warning: {told}\n")
    if faults:
        raise typer.Exit(FAILED)
    if late:
        raise typer.Exit(NOT_IN_TIME)


@audit.command("export")
@told
def export(
    kind: Annotated[Literal["jsonl", "syslog"], typer.Option("--format", help="JSON lines, or RFC 5424.")] = "jsonl",
    who: Who = None,
    what: What = None,
    subject: Subject = None,
    start: Start = None,
    end: End = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; it must not exist.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is sealed, until Ctrl-C.")] = False,
    data: Data = None,
) -> None:
    """Write every entry that fits, the oldest first, a line each; `--follow` goes on, in the order of the chain."""
    asked, site = _search(who, what, subject, start, end), site_of(data)
    host = socket.gethostname()

    async def lines() -> AsyncIterator[str]:
        async with open_audit(site) as (book, _):
            await book.note(getpass.getuser(), "audit.export", detail={"format": kind})
            after = 0
            read, place = (book.sealed_that_fit, "seq") if follow else (book.after, "id")
            while (found := await read(asked, after, _AT_ONCE)) or follow:
                for state in found:
                    yield json_line(state) if kind == "jsonl" else syslog_line(state, site.settings.site, host)
                    after = int(state[place])
                if not found:
                    await asyncio.sleep(_FOLLOW_S)

    async def write() -> None:
        try:
            place = nullcontext(sys.stdout) if out is None else out.open("x", encoding="utf-8")
        except OSError as fault:
            raise Rejected("--out", f"{out} cannot be written: {fault.strerror}") from None
        with place as opened:
            async for line in lines():
                opened.write(line)
                if follow:
                    opened.flush()

    asyncio.run(write())
