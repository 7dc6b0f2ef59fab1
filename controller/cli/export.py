"""`cctv export`: footage as files for somebody outside, and the check of such files."""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from controller.app.exports import (
    copy_export,
    end_export,
    follow_export,
    list_exports,
    make_export,
    show_export,
    verify_folder,
)
from controller.app.site import Site, open_site
from controller.cli import app, told
from controller.cli.footage import parse_moment
from controller.core.bundle import SIGNATURE
from controller.core.export import OPEN, ExportForm
from controller.core.export_manifest import MANIFEST, SUMS
from controller.core.export_words import Language, fault_line, word
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import to_datetime
from shared.errors import Rejected

export = typer.Typer(no_args_is_help=True, help="Footage as files with hashes, for somebody outside.")
app.add_typer(export, name="export")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
Which = Annotated[str, typer.Argument(metavar="EXPORT", help="Its id.")]
Tongue = Annotated[Literal["ko", "en"], typer.Option("--language", help="Of what is said.")]

_MB = 1_000_000


def site_of(data: Path | None) -> Site:
    """The site that a command is about."""
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def _put(document: Any) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _at(unix_ms: int) -> str:
    return f"{to_datetime(unix_ms):%Y-%m-%d %H:%M:%S}"


def _span(state: State) -> str:
    return f"{state['camera']} {_at(state['start_ms'])} - {_at(state['end_ms'])} UTC"


def line_of(state: State, language: Language) -> str:
    """One export as a line."""
    total, done = state["bytes_total"], state["bytes_done"]
    reason = f" ({word(state['reason'], language)})" if state["reason"] else ""
    if state.get("bytes_to_send"):
        total, done = state["bytes_to_send"], state["bytes_sent"]
    far = f" {100 * done // total}%" if total and state["state"] in OPEN else ""
    why = f", {state['why']}" if state["why"] else ""
    spans = "; ".join(_span(span) for span in state["spans"])
    to = f" -> {state['destination']}" if state.get("destination") else ""
    return f"{state['id']} {word(state['state'], language)}{far}{reason}{to}: {spans}, {state['who']}{why}\n"


def detail_lines(found: State, language: Language) -> list[str]:
    """An export with its files and what is missing of it."""
    files = [f"  {one['name']} {one['bytes'] / _MB:.1f} MB {one['sha256']}\n" for one in found["files"]]
    files += [f"  {one['name']} {one['bytes'] / _MB:.1f} MB {one['sha256']}\n" for one in found["records"]]
    files += [f"  {one['name']} {one['bytes'] / _MB:.1f} MB {one['sha256']}\n" for one in found["papers"]]
    missing = [f"  {word('gap', language)}: {_span(gap)}: {word(gap['cause'], language)}\n" for gap in found["gaps"]]
    sums = [f"  {MANIFEST} {found['manifest_sha256']}\n"] if found["manifest_sha256"] else []
    return [line_of(found["export"], language), *files, *sums, *missing]


@export.command("make")
@told
def make(
    cameras: Annotated[list[str] | None, typer.Argument(metavar="[CAMERA]...", help="node.camera")] = None,
    start: Annotated[str | None, typer.Option("--from", help="For example 2026-03-01T08:00+09:00.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Not in the future.")] = None,
    alarms: Annotated[
        list[str] | None, typer.Option("--alarm", help="What cameras saw of it: its number, or its id.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="In your own words, for the manifest.")] = "",
    key: Annotated[str | None, typer.Option("--key", help="The same key asks for the same export again.")] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", help="Send it there (cctv export-destination list) and not keep it.")
    ] = None,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="As evidence: what nodes wrote, signed, with all that proves it.")
    ] = False,
    derived: Annotated[
        bool, typer.Option("--derived", help="As coarse blocks in which nobody is known, to be handed on.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Until it is done; Ctrl-C leaves it running.")] = False,
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Ask for footage with a manifest of hashes: copied as MP4 files or a signed bundle, or derived."""
    if bundle and derived:
        raise Rejected("--derived", "is another form than --bundle")
    form: ExportForm = "bundle" if bundle else "derived" if derived else "films"
    spans: list[State] = []
    if cameras:
        if start is None or end is None:
            raise Rejected("--from", "and --to are needed with cameras")
        span = {"start_ms": parse_moment(start, "--from"), "end_ms": parse_moment(end, "--to")}
        spans = [{"camera": camera, **span} for camera in cameras]
    site = site_of(data)
    asked = (spans, alarms or [], why, getpass.getuser(), key, destination, language)
    state = asyncio.run(make_export(site, *asked, form))
    if not wait:
        _put(state) if as_json else sys.stdout.write(line_of(state, language))
        return
    found = asyncio.run(follow_export(site, state["id"], teller(language)))
    _put(found) if as_json else sys.stdout.writelines(detail_lines(found, language))
    if found["export"]["state"] != "done":
        raise typer.Exit(1)


def teller(language: Language) -> Callable[[State], None]:
    """Shows on a terminal how far an export is."""

    def tell(state: State) -> None:
        if sys.stderr.isatty():
            running = state["state"] in OPEN
            sys.stderr.write("\r\x1b[K" + (line_of(state, language).partition(": ")[0] if running else ""))
            sys.stderr.flush()

    return tell


@export.command("list")
@told
def list_all(
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="The newest so many.")] = 50,
    as_json: AsJson = False,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Show exports, newest first."""
    page = asyncio.run(list_exports(site_of(data), limit))
    if as_json:
        _put(page)
        return
    sys.stdout.writelines(line_of(one, language) for one in page["items"])
    if not page["items"]:
        sys.stdout.write(word("none", language) + "\n")


@export.command("show")
@told
def show(number: Which, as_json: AsJson = False, language: Tongue = "en", data: Data = None) -> None:
    """Show an export: how far it is, its files and their hashes, what is missing and why."""
    found = asyncio.run(show_export(site_of(data), number))
    _put(found) if as_json else sys.stdout.writelines(detail_lines(found, language))


@export.command("cancel")
@told
def cancel(number: Which, language: Tongue = "en", data: Data = None) -> None:
    """Stop an export that is not done; what it wrote is removed."""
    state = asyncio.run(end_export(site_of(data), number, getpass.getuser(), delete=False))
    sys.stdout.write(line_of(state, language))


@export.command("delete")
@told
def delete(number: Which, language: Tongue = "en", data: Data = None) -> None:
    """Remove an export's files, done or not; the footage in the store stays."""
    state = asyncio.run(end_export(site_of(data), number, getpass.getuser(), delete=True))
    sys.stdout.write(line_of(state, language))


@export.command("get")
@told
def get(
    number: Which,
    into: Annotated[Path, typer.Argument(help="A folder, for example of a mounted disk.")],
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Copy a finished export into a folder, and compare every byte of the copy with its manifest."""
    if not into.is_dir():
        raise Rejected(str(into), "is no folder: is the disk mounted?")
    target = asyncio.run(copy_export(site_of(data), number, into, getpass.getuser()))
    sys.stdout.write(f"{target}: {word('copied', language)}\n")


@export.command("verify")
@told
def verify(
    folder: Annotated[Path, typer.Argument(help="An export, or a copy of one.")],
    as_json: AsJson = False,
    language: Tongue = "en",
) -> None:
    """Compare an export with its manifest, without site or database; ends with 1 where anything differs."""
    promises, wrong = verify_folder(folder)
    known = {MANIFEST, SUMS, SIGNATURE, *(one.name for one in promises)}
    extra = sorted(one.name for one in folder.iterdir() if one.name not in known)
    bad = {fault.name for fault in wrong}
    if as_json:
        faults = [{**_as_state(fault)} for fault in wrong]
        _put({"sound": not wrong, "files": [one.name for one in promises], "faults": faults, "extra": extra})
    else:
        for one in promises:
            if one.name not in bad:
                sys.stdout.write(f"{one.name}: {word('sound', language)}\n")
        for fault in wrong:
            about = f"{_at(fault.start_ms)} - {_at(fault.end_ms)} UTC" if fault.end_ms else ""
            sys.stdout.write(fault_line(fault, about, language) + "\n")
        sys.stdout.writelines(f"{name}: {word('extra', language)}\n" for name in extra)
    if wrong:
        raise typer.Exit(1)


def _as_state(fault: Any) -> State:
    return {name: getattr(fault, name) for name in ("name", "what", "first", "last", "start_ms", "end_ms")}
