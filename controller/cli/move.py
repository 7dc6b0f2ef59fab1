"""`cctv move`: an embedded site's database to PostgreSQL."""

import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.app.move import ADDRESS, move_site
from controller.cli import AsJson, app, print_json, told, warn
from controller.cli.backup import Progress
from controller.cli.export import Data, site_of
from controller.settings import read_secret
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.exits import FAILED


@app.command("move")
@told
def move(
    to: Annotated[
        str | None, typer.Option("--to", help="postgresql://USER@HOST/NAME, an empty database; see --to-file.")
    ] = None,
    to_file: Annotated[
        Path | None, typer.Option("--to-file", help="File of mode 0600 with that address, where it has a password.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Move a stopped site from SQLite to PostgreSQL, every row compared; exit code 1 where its audit is broken.

    The file stays as it was. What is interrupted leaves the site where it is and the other database marked as half
    done: the same command begins anew.
    """
    if (to is None) == (to_file is None):
        raise Rejected("--to", "give it, or --to-file")
    address = to if to_file is None else read_secret(to_file, "--to-file")
    site = site_of(data)
    with Progress("rows") as far:
        done = move_site(site, address or "", SystemClock(), getpass.getuser(), far)
    rows = sum(one.rows for one in done.tables.values())
    if as_json:
        tables = {name: asdict(one) for name, one in done.tables.items()}
        print_json({"ok": not done.faults, "rows": rows, "tables": tables, "audit_seq": done.audit_seq,
                    "ledgers": done.ledgers, "faults": done.faults})  # fmt: skip
    else:
        sys.stdout.write(
            f"{rows} rows in {len(done.tables)} tables are the same there, audit to place {done.audit_seq}, "
            f"{done.ledgers} cameras' ledgers\n"
            f"the site is there from its next start on ({site.data_dir / ADDRESS}); the file it was in is kept\n"
        )
        warn(done.faults)
    if done.faults:
        raise typer.Exit(FAILED)
