"""`cctv rule`: put rule files in force, show what is."""

import asyncio
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.rule_file import read_rule_document
from controller.app.people import apply_rules, check_rules, read_regulations, read_rules, rules_document, rules_history
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told, warn
from controller.cli.language import Language, worded
from controller.core.notices import of_regulations, of_zones
from controller.core.rule_schema import rule_schema
from controller.core.rulebook import parse_rulebook
from controller.flows.put_rules import notices_out
from controller.settings import default_data_dir
from shared.mint import uuid7

rule = typer.Typer(no_args_is_help=True, help="What the site forbids or wants to know.")
app.add_typer(rule, name="rule")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Spoken = Annotated[
    Language | None, typer.Option("--language", help="Of warnings, ko or en; as this machine speaks if left out.")
]


@rule.command("apply")
@told
def apply(
    file: Annotated[Path, typer.Argument(help="YAML or JSON: {rules: [...]}")],
    camera: Annotated[str | None, typer.Option("--camera", help="Replace only this camera's rules.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a camera that no node has told of, instead of warning.")
    ] = False,
    language: Spoken = None,
    data: Data = None,
) -> None:
    """Put a rule file in force instead of all rules, or of one camera's.

    A rule for a camera that comes later is legal: it is warned of, and waits.
    """
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    state = asyncio.run(apply_rules(site, read_rule_document(file), camera, getpass.getuser(), strict=strict))
    warn(worded(state["warnings"], language))
    sys.stdout.write(f"rules at version {state['version']}: {len(state['rules'])} in force\n")


@rule.command("check")
@told
def check(
    file: Annotated[Path, typer.Argument(help="YAML or JSON: {rules: [...]}")],
    camera: Annotated[str | None, typer.Option("--camera", help="As for apply.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="As for apply.")] = False,
    language: Spoken = None,
    data: Data = None,
) -> None:
    """Read a rule file and change nothing: the first fault is named by its place in the file.

    Held against the site, if there is one: a camera that it does not know, a distance on a camera whose ground is not
    calibrated, equipment that its model cannot see, and the like, are warned of.
    """
    document = read_rule_document(file)
    config = (data or default_data_dir(os.environ)) / "cctv.toml"  # noqa: TID251 - the command line reads it
    if data is None and not config.exists():
        book = parse_rulebook(document, uuid7)
        warn(worded(notices_out([*of_zones(book.rules), *of_regulations(book.rules, book.around)]), language))
        sys.stdout.write(f"{len(book.rules)} rules are right; without a site nobody can say if its cameras fit them\n")
        return
    state = asyncio.run(check_rules(open_site(config), document, camera, strict=strict))
    warn(worded(state["warnings"], language))
    sys.stdout.write(f"{state['rules']} rules are right\n")


@rule.command("schema")
def schema() -> None:
    """Print the form of rule files as JSON Schema, for editors and other programs."""
    _print(rule_schema())


@rule.command("history")
@told
def history(
    version: Annotated[int | None, typer.Argument(help="Print the rule file of this version.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show who put which rules in force, or one version as a file that can be applied again."""
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    if version is not None:
        _print(asyncio.run(rules_document(site, version)))
        return
    found = asyncio.run(rules_history(site))
    if as_json:
        print_json(found)
        return
    for one in found:
        of = "" if one["camera"] is None else f"  only {one['camera']}"
        sys.stdout.write(f"{one['version']:6}  {one['at']}  {one['who']}  rules: {one['rules']}{of}\n")


@rule.command("regulations")
@told
def list_regulations(data: Data = None) -> None:
    """Print every regulation that a rule may name by its id; a site's own texts go into its rule file."""
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    _print({"regulations": asyncio.run(read_regulations(site))})


def _print(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


@rule.command("list")
@told
def list_rules(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="They are JSON without it, too.")] = False,
) -> None:
    """Show the rules in force as JSON."""
    del as_json
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    _print(asyncio.run(read_rules(site)))
