"""All rows of all tables as they were at one instant, as lines of text that either database takes back."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from controller.adapters.database import parse_database_url
from controller.adapters.tables import METADATA
from controller.adapters.tables.columns import Json, UtcDateTime
from controller.core.backup import RowSum, TableSum
from shared.errors import Rejected, Transient

_BATCH = 500
_LINE_MAX = 64 * 1_048_576
_TYPES: dict[str, Any] = {
    "text": sa.Text(), "int": sa.BigInteger(), "bool": sa.Boolean(), "float": sa.Float(), "time": UtcDateTime(),
    "date": sa.Date(), "bytes": sa.LargeBinary(), "json": Json,
}  # fmt: skip
_TAGS = {str: "text", int: "int", bool: "bool", float: "float", datetime: "time", date: "date", bytes: "bytes",
         dict: "json", object: "json"}  # fmt: skip
Columns = list[list[str]]


@contextmanager
def one_instant(url: str, *, writes: bool = False) -> Iterator[Connection]:
    """A transaction that sees the database as it was when it began, however long it lasts; others go on writing.

    `writes`: what was done is committed at the end. Faults of the database leave as `Transient`.
    """
    parsed = parse_database_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite:
        engine = sa.create_engine(parsed.set(drivername="sqlite+pysqlite"), poolclass=sa.NullPool)
        sa.event.listen(engine, "connect", _by_hand)
        sa.event.listen(engine, "begin", _begin_writing if writes else _begin)
    else:
        limits = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c timezone=UTC"
        engine = sa.create_engine(
            parsed, poolclass=sa.NullPool, isolation_level="REPEATABLE READ", connect_args={"options": limits}
        )
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            if not is_sqlite and not writes:
                connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            connection.execute(sa.select(sa.func.count()).select_from(sa.text("alembic_version"))).scalar_one()
            yield connection
            if not writes:
                transaction.rollback()
    except DBAPIError as fault:
        raise Transient(f"database: {str(fault.orig).partition(chr(10))[0][:300]}") from fault
    finally:
        engine.dispose()


def _by_hand(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def table_names() -> list[str]:
    """Every table of ours, each after those that it refers to."""
    return [table.name for table in METADATA.sorted_tables]


def columns_of(name: str) -> Columns:
    """A table's columns and what each holds."""
    return [[one.name, _TAGS[_plain(one.type).python_type]] for one in METADATA.tables[name].c]


def _plain(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind


def read_rows(connection: Connection, name: str, columns: Columns, total: RowSum) -> Iterator[bytes]:
    """The rows as lines, some at a time, added to `total`."""
    table = _table(name, columns)
    found = connection.execute(sa.select(table), execution_options={"stream_results": True, "yield_per": _BATCH})
    writers = [_WRITERS.get(tag) for _, tag in columns]
    for rows in found.partitions():
        lines = [_line(row, writers) for row in rows]
        for line in lines:
            total.add(hashlib.sha256(line).digest())
        yield b"".join(lines)


def head_line(columns: Columns) -> bytes:
    """The first line of a table: what its columns are."""
    return json.dumps({"columns": columns}).encode() + b"\n"


def last_number(connection: Connection, name: str) -> int | None:
    """The last number that the database itself gave to a row; None: it gives none, or goes by the highest."""
    if connection.dialect.name == "sqlite":
        if not connection.execute(sa.text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")).first():
            return None
        query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.execute(query, {"name": name}).scalar()
    sequence = _sequence(connection, name)
    if sequence is None:
        return None
    row = connection.execute(sa.text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - the database's own word
    return int(row[0]) if row[1] else None


def set_last_number(connection: Connection, name: str, last: int | None) -> None:
    """Let the database go on behind `last`, and behind the highest number there is."""
    if connection.dialect.name == "sqlite":
        if last is not None and last_number(connection, name) != last:
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            say = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"
            if METADATA.tables[name].dialect_options["sqlite"]["autoincrement"]:
                connection.execute(sa.text(say), {"name": name, "last": last})
        return
    sequence = _sequence(connection, name)
    if sequence is None:
        return
    column = METADATA.tables[name].autoincrement_column
    highest = connection.execute(sa.select(sa.func.max(column))).scalar()
    if wanted := max(last or 0, highest or 0):
        connection.execute(sa.text("SELECT setval(:sequence, :wanted)"), {"sequence": sequence, "wanted": wanted})


def _sequence(connection: Connection, name: str) -> str | None:
    column = METADATA.tables[name].autoincrement_column if name in METADATA.tables else None
    if column is None:
        return None
    query = sa.text("SELECT pg_get_serial_sequence(:name, :column)")
    return connection.execute(query, {"name": name, "column": column.name}).scalar()


def sum_rows(connection: Connection, name: str, columns: Columns) -> TableSum:
    """What a table holds."""
    total = RowSum()
    for _ in read_rows(connection, name, columns, total):
        pass
    return total.total(last_number(connection, name))


def write_rows(connection: Connection, name: str, pieces: Iterable[bytes], tell: Callable[[int], None]) -> Columns:
    """Put a table's lines into it; `Rejected` where they are none. Returns its columns."""
    lines = _lines(name, pieces)
    try:
        columns: Columns = [[str(one), str(tag)] for one, tag in json.loads(next(lines))["columns"]]
        table, readers = _table(name, columns), [_READERS.get(tag) for _, tag in columns]
    except (ValueError, TypeError, KeyError, StopIteration):
        raise Rejected("backup", f"table {name} does not say what its columns are") from None
    insert, batch = sa.insert(table), list[Mapping[str, Any]]()
    for line in lines:
        batch.append(_row(name, columns, readers, line))
        if len(batch) >= _BATCH:
            connection.execute(insert, batch)
            tell(len(batch))
            batch = []
    if batch:
        connection.execute(insert, batch)
        tell(len(batch))
    return columns


def _row(name: str, columns: Columns, readers: list[Callable[[Any], Any] | None], line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
        return {
            column: value if value is None or read is None else read(value)
            for (column, _), read, value in zip(columns, readers, values, strict=True)
        }
    except (ValueError, TypeError):
        raise Rejected("backup", f"table {name} has a row that cannot be read") from None


def _lines(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        *whole, left = (left + piece).split(b"\n")
        yield from whole
        if len(left) > _LINE_MAX:
            raise Rejected("backup", f"table {name} has a row of more than {_LINE_MAX} bytes")
    if left:
        raise Rejected("backup", f"table {name} ends within a row")


def _table(name: str, columns: Columns) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *(sa.Column(one, _TYPES[tag]) for one, tag in columns))


def _line(row: Iterable[Any], writers: list[Callable[[Any], Any] | None]) -> bytes:
    values = [
        value if value is None or write is None else write(value) for value, write in zip(row, writers, strict=True)
    ]
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "time": lambda value: value.isoformat(),
    "date": lambda value: value.isoformat(),
    "bytes": lambda value: base64.b64encode(value).decode(),
    "float": float,
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": lambda value: base64.b64decode(value, validate=True),
}
