"""`cctv doctor`: the whole site looked at, from its settings to each node, and what to do about what is not well."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.app.doctor import examine
from controller.app.site import open_site
from controller.cli import AsJson, app, print_json, told
from controller.core.checkup import LEVELS, Finding, worst
from controller.settings import default_data_dir
from shared.logs import configure_logs


@app.command("doctor")
@told
def doctor(
    as_json: AsJson = False,
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
) -> None:
    """Look at the whole site: settings, database, broker, store, roles, verification, backups, certificates, nodes.

    Ends with 0 when all is well, with 1 when something should be looked at, and with 2 when something is failing.
    """
    configure_logs(level="ERROR", json_lines=False)
    site = open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it
    found = asyncio.run(examine(site))
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(found))
    if code := LEVELS.index(worst(found)):
        raise typer.Exit(code)


def lines(found: Sequence[Finding]) -> Iterator[str]:
    """One for each, in their order, and how many are not well."""
    for one in found:
        yield f"{one.level:5} {one.what}: {one.text}"
    wrong = {level: sum(one.level == level for one in found) for level in LEVELS}
    yield f"{wrong['fail']} failing, {wrong['warn']} to look at, {wrong['ok']} well"
