"""Moves a site's database to another one: all rows in one transaction there, compared; the first one stays as it is."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Connection

from controller.adapters.database import Database, parse_database_url
from controller.adapters.filling import filling, finish, is_half_done, prepare_empty
from controller.adapters.kept_heads import audit_standing, ledger_heads, revision_of
from controller.adapters.lock_file import hold_lock
from controller.adapters.schema import newest_revision
from controller.adapters.secret_files import write_secret
from controller.adapters.table_rows import columns_of, head_line, last_number, one_instant, read_rows, table_names
from controller.app.audit import build_check
from controller.app.backup import note
from controller.app.site import Site, open_site
from controller.core.backup import RowSum, TableSum
from shared.clock import Clock
from shared.errors import Rejected

ADDRESS = Path("secrets/database-url")
_LINE = f'database_url_file = "{ADDRESS}"'
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What stands in the other database now. `faults`: what is wrong with the audit, and was before."""

    tables: dict[str, TableSum]
    audit_seq: int
    ledgers: int
    faults: list[str]
    source: str


def move_site(site: Site, to: str, clock: Clock, who: str, tell: Tell) -> Moved:
    """Copy, compare, name the new database in the settings, and take its mark away. Blocks.

    Until it is named the site is where it was; until the mark goes, which is last, the same call begins anew.
    `Rejected` while the site runs, where the other database is not empty, or where a row came out different.
    """
    source, target = site.settings.database(), parse_database_url(to)
    if target.get_backend_name() != "postgresql":
        raise Rejected("--to", "is no PostgreSQL database")
    address = target.render_as_string(hide_password=False)
    with hold_lock(site.lock_file, "cctv move"):
        if parse_database_url(source) == target and is_half_done(address):
            site = _not_yet_named(site)
            source = site.settings.database()
        _nameable(site)
        tables = _copied(source, address, tell)
        faults, (seq, ledgers) = asyncio.run(_proven(site, address, clock)), _ends(address)
        detail = {"rows": sum(one.rows for one in tables.values()), "to": target.render_as_string()}
        asyncio.run(note(address, clock, who, "database.move", detail))
        write_secret(site.data_dir / ADDRESS, address)
        write_secret(site.config_file, f"{_LINE}\n{_settings(site)}")
        finish(address)  # last: as long as it is marked, the same command may begin anew
    return Moved(tables, seq, ledgers, faults, source)


def _copied(source: str, address: str, tell: Tell) -> dict[str, TableSum]:
    tables: dict[str, TableSum] = {}
    with one_instant(source) as reading:
        revision = revision_of(reading)
        if revision != newest_revision():
            raise Rejected("database", f"its schema is at {revision}: `cctv migrate` first")
        prepare_empty(address, revision)
        with filling(address) as work:
            for name in table_names():
                total = RowSum()
                work.put(name, _lines(reading, name, total), lambda rows, name=name: tell(name, rows))  # type: ignore[misc]
                tables[name] = total.total(last_number(reading, name))
            work.end(tables)
            if audit_standing(reading) != audit_standing(work.connection):
                raise Rejected("database", "its audit ends elsewhere than before")
            if ledger_heads(reading) != ledger_heads(work.connection):
                raise Rejected("database", "its ledgers end elsewhere than before")
    return tables


def _lines(connection: Connection, name: str, total: RowSum) -> Iterator[bytes]:
    columns = columns_of(name)
    yield head_line(columns)
    yield from read_rows(connection, name, columns, total)


def _ends(address: str) -> tuple[int, int]:
    with one_instant(address) as connection:
        return audit_standing(connection)[0], len(ledger_heads(connection))


async def _proven(site: Site, address: str, clock: Clock) -> list[str]:
    """What is wrong with the audit's chain, read in the new place."""
    database = Database(address)
    try:
        parts = build_check(site, database, clock).whole()
        told = [f"audit, place {fault.seq}: {fault.kind}" async for part in parts for fault in part.faults]
        return list(dict.fromkeys(told))
    finally:
        await database.close()


def _nameable(site: Site) -> None:
    if site.settings.database_url is not None or site.settings.database_url_file is not None:
        raise Rejected("database_url", "is named in the settings already: this moves a site out of its SQLite file")
    if site.config_file.parent != site.data_dir:
        raise Rejected("--data", f"its settings are elsewhere: {site.config_file}")


def _not_yet_named(site: Site) -> Site:
    """The site in its file again, where a move ended before its last step."""
    write_secret(site.config_file, _settings(site).removeprefix(f"{_LINE}\n"))
    return open_site(site.config_file)


def _settings(site: Site) -> str:
    return site.config_file.read_text(encoding="utf-8").rstrip("\n")
