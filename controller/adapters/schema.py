"""The database's schema: upgrade and downgrade by Alembic, with a verified copy of a SQLite file before."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from controller.adapters.database import parse_database_url, told_as
from controller.adapters.sqlite_thread import existing
from controller.adapters.tables import METADATA
from controller.adapters.tables.letters import LETTER_INDEXES
from shared.errors import Broken, Rejected

_SCRIPTS = Path(__file__).parent.parent / "migrations"
_MIGRATION_LOCK = 0x63637475
HALF_DONE = "cctv_half_done"
"""A table that stands in a database while a whole site is being put into it."""


def migrate(url: str, revision: str = "head", *, half_done: bool = False) -> Path | None:
    """Bring the database to `revision` ("head", "base", an id). Blocks. Returns the copy made before, if any.

    All of it happens in one transaction: a migration that fails leaves the schema as it was. A database into which
    a site was being put is refused, but by who puts it there (`half_done`).
    """
    with _opened(url) as engine:
        with engine.connect() as connection:
            now = _current(connection)
            if not half_done and sa.inspect(connection).has_table(HALF_DONE):
                raise Rejected("database", "is half done: a restore or move into it was interrupted; do that again")
            connection.rollback()
        copy = None if half_done else _copy_before(engine, now, revision)
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            if _down(_current(connection), revision):
                command.downgrade(_config(connection), revision)
            else:
                command.upgrade(_config(connection), revision)
        return copy


def is_blank(url: str) -> bool:
    """Whether it is a database without a single table, or a file that is not there. Blocks."""
    parsed = parse_database_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return True
    with _opened(url) as engine, engine.connect() as connection:
        return not sa.inspect(connection).get_table_names()


def current_revision(url: str) -> str | None:
    """The schema's revision, or None for an empty database; `Broken` where its file is not there. Blocks."""
    parsed = parse_database_url(url)
    if parsed.get_backend_name() == "sqlite":
        existing(str(parsed.database))
    with _opened(url) as engine, engine.connect() as connection:
        return _current(connection)


def newest_revision() -> str | None:
    """The revision that this version of the program needs."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head()


def knows(revision: str) -> bool:
    """Whether this version of the program can bring a database of that revision to its own."""
    return any(one.revision == revision for one in ScriptDirectory(str(_SCRIPTS)).walk_revisions())


def differences(url: str) -> list[Any]:
    """What the database has other than the tables in the code say; empty when they agree. Blocks."""
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_name": _is_described})
            return list(compare_metadata(context, METADATA))
    finally:
        engine.dispose()


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    """An engine for a while; a database that is away or damaged is told as `Database` tells it."""
    engine = engine_of(url)
    try:
        yield engine
    except DBAPIError as fault:
        if (ours := told_as(fault)) is not None:
            raise ours from fault
        raise
    finally:
        engine.dispose()


def _is_described(name: str | None, kind: str, _parents: object) -> bool:
    """What a table's description cannot say is not compared: there is no index of letters on SQLite."""
    return not (kind == "index" and name in LETTER_INDEXES)


def engine_of(url: str) -> Engine:
    """One connection at a time, each transaction of which writes."""
    parsed = parse_database_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, poolclass=sa.NullPool)
    engine = sa.create_engine(parsed.set(drivername="sqlite+pysqlite"), poolclass=sa.NullPool)

    @sa.event.listens_for(engine, "connect")
    def prepare(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _down(now: str | None, revision: str) -> bool:
    if revision == "base":
        return True
    if revision == "head" or now is None:
        return False
    scripts = ScriptDirectory(str(_SCRIPTS))
    return any(script.revision == revision for script in scripts.iterate_revisions(now, "base"))


def _copy_before(engine: Engine, now: str | None, revision: str) -> Path | None:
    wanted = newest_revision() if revision == "head" else revision
    if engine.dialect.name != "sqlite" or now is None or now == wanted:
        return None
    source = Path(str(engine.url.database))
    copy = source.with_name(f"{source.name}.before-{now}")
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as kept:
        original.backup(kept)
        verdict = kept.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise Broken(f"the copy before the migration is not sound: {verdict}")
    return copy
