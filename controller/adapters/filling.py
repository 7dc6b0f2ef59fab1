"""Fills an empty database with a site's rows in one transaction; until all is checked it is marked half done."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from controller.adapters.schema import HALF_DONE, engine_of, migrate
from controller.adapters.table_rows import (
    Columns,
    one_instant,
    set_last_number,
    sum_rows,
    write_rows,
)
from controller.core.backup import TableSum, differing
from shared.errors import Rejected, Transient


def prepare_empty(url: str, revision: str) -> None:
    """Make the tables in a database that has none, or that was left half done; `Rejected` where it holds others."""
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            names = set(sa.inspect(connection).get_table_names())
            if HALF_DONE not in names:
                if names:
                    raise Rejected("database", f"is not empty: it has {len(names)} tables, {min(names)} among them")
                connection.execute(sa.text(f"CREATE TABLE {HALF_DONE} (since varchar)"))
        if HALF_DONE in names:
            migrate(url, "base", half_done=True)
        migrate(url, revision, half_done=True)
    except DBAPIError as fault:
        raise Transient(f"database: {str(fault.orig).partition(chr(10))[0][:300]}") from fault
    finally:
        engine.dispose()


def is_half_done(url: str) -> bool:
    """Whether putting a site into it has begun and not ended."""
    with one_instant(url) as connection:
        return sa.inspect(connection).has_table(HALF_DONE)


def empty_again(url: str) -> None:
    """What `prepare_empty` made goes again."""
    engine = engine_of(url)
    try:
        migrate(url, "base", half_done=True)
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {HALF_DONE}"))
            connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    finally:
        engine.dispose()


@dataclass(slots=True)
class Filling:
    """One transaction's work."""

    connection: Connection
    _columns: dict[str, Columns] = field(default_factory=dict)

    def put(self, name: str, pieces: Iterable[bytes], tell: Callable[[int], None]) -> None:
        """All rows of a table."""
        self.connection.execute(sa.delete(sa.table(name)))  # what migrations put there
        self._columns[name] = write_rows(self.connection, name, pieces, tell)

    def end(self, wanted: Mapping[str, TableSum]) -> None:
        """Let numbers go on, and compare every row with what was wanted; `Rejected` names tables that differ."""
        for name, one in wanted.items():
            set_last_number(self.connection, name, one.last_number)
        found = {name: sum_rows(self.connection, name, columns) for name, columns in self._columns.items()}
        if wrong := differing(wanted, found):
            raise Rejected("database", f"holds other rows than were put into it: {', '.join(wrong)}")


@contextmanager
def filling(url: str) -> Iterator[Filling]:
    """All or nothing; the mark stays until `finish`."""
    with one_instant(url, writes=True) as connection:
        yield Filling(connection)


def finish(url: str) -> None:
    """What was put in is checked: the mark goes."""
    with one_instant(url, writes=True) as connection:
        connection.execute(sa.text(f"DROP TABLE {HALF_DONE}"))
