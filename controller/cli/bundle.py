"""`cctv evidence bundle`, `verify` and `key`: footage that proves itself to somebody outside."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app import bundles
from controller.app.exports import copy_export, follow_export, make_export
from controller.cli import AsJson, print_json
from controller.cli.export import Data, Tongue, detail_lines, site_of, teller
from controller.cli.footage import parse_moment
from controller.core.export_words import word
from shared.errors import Rejected


def bundle(
    camera: Annotated[str, typer.Argument(help="node.camera")],
    start: Annotated[str, typer.Argument(metavar="FROM", help="For example 2026-03-01T08:00+09:00.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Not in the future.")],
    out: Annotated[Path, typer.Option("--out", help="A folder, for example of a mounted disk.")],
    why: Annotated[str, typer.Option("--why", help="In your own words, for the manifest.")] = "",
    alarms: Annotated[list[str] | None, typer.Option("--alarm", help="With its record: its number, or its id.")] = None,
    language: Tongue = "en",
    data: Data = None,
) -> None:
    """Make an evidence bundle, wait for it, and copy it into a folder: every byte of the copy is compared."""
    if not out.is_dir():
        raise Rejected(str(out), "is no folder: is the disk mounted?")
    site, who = site_of(data), getpass.getuser()
    span = {"camera": camera, "start_ms": parse_moment(start, "FROM"), "end_ms": parse_moment(end, "TO")}
    state = asyncio.run(make_export(site, [span], alarms or [], why, who, None, None, language, "bundle"))
    found = asyncio.run(follow_export(site, state["id"], teller(language)))
    if found["export"]["state"] != "done":
        sys.stdout.writelines(detail_lines(found, language))
        raise typer.Exit(1)
    target = asyncio.run(copy_export(site, state["id"], out, who))
    sys.stdout.write(f"{target}: {word('copied', language)}\n{bundles.site_key(site)['fingerprint']}\n")


def verify(
    path: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of an evidence bundle, or a ZIP of one.")],
    key: Annotated[
        str | None,
        typer.Option("--key", help="Fingerprint of the site's key, as the site told you (evidence key)."),
    ] = None,
    ca: Annotated[str | None, typer.Option("--ca", help="Fingerprint of the site's CA, from the same command.")] = None,
    as_json: AsJson = False,
    language: Tongue = "en",
) -> None:
    """Check a bundle without site, database or network: 1 where it is not as it was signed, 4 without --key."""
    found = bundles.verify(path, key, bundles.teller(), ca)
    if as_json:
        print_json(found)
    else:
        sys.stdout.writelines(f"{line}\n" for line in bundles.report(found, language))
    raise typer.Exit(bundles.code_of(found))


def key(as_json: AsJson = False, data: Data = None) -> None:
    """Show the fingerprints of the site's key and CA: tell them to who gets a bundle, by another way."""
    told = bundles.site_key(site_of(data))
    if as_json:
        print_json(told)
    else:
        authority = f"CA: {told['ca_fingerprint']}\n" if "ca_fingerprint" in told else ""
        sys.stdout.write(f"{told['fingerprint']}\n{authority}{told['public_key_pem']}")
