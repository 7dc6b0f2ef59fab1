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
from controller.app.people import apply_rules, read_rules
from controller.app.site import open_site
from controller.cli import app, told, warn
from controller.settings import default_data_dir

rule = typer.Typer(no_args_is_help=True, help="What the site forbids or wants to know.")
app.add_typer(rule, name="rule")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]


@rule.command("apply")
@told
def apply(
    file: Annotated[Path, typer.Argument(help="YAML or JSON: {rules: [...]}")],
    camera: Annotated[str | None, typer.Option("--camera", help="Replace only this camera's rules.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a camera that no node has told of, instead of warning.")
    ] = False,
    data: Data = None,
) -> None:
    """Put a rule file in force instead of all rules, or of one camera's.

    A rule for a camera that comes later is legal: it is warned of, and waits.
    """
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    state = asyncio.run(apply_rules(site, read_rule_document(file), camera, getpass.getuser(), strict=strict))
    warn(one["text"] for one in state["warnings"])
    sys.stdout.write(f"rules at version {state['version']}: {len(state['rules'])} in force\n")


@rule.command("list")
@told
def list_rules(data: Data = None) -> None:
    """Show the rules in force as JSON."""
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    sys.stdout.write(json.dumps(asyncio.run(read_rules(site)), indent=2, ensure_ascii=False) + "\n")
