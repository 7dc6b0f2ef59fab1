"""A prepared site in a database of the test's own: on SQLite and on PostgreSQL."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from controller.adapters.database import Database
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.queries import Queries
from controller.adapters.run_store import SqlRunStore
from controller.adapters.tables import METADATA
from shared.ids import SiteId
from shared.mint import uuid7
from tests.fakes.site import HandClock
from tests.fakes.tables import make_tables
from tests.servers.postgres import Postgres

SITE = SiteId("yard")


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that speaks to the one database."""

    database: Database
    clock: HandClock
    facts: SqlFactStore
    judging: SqlJudgingStore
    runs: SqlRunStore
    queries: Queries


@pytest.fixture(scope="session")
def described_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied: making the tables takes longer than most tests."""
    file = tmp_path_factory.mktemp("described") / "db.sqlite3"
    _describe(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def described_database(postgres: Postgres) -> Iterator[str]:
    """The name of a PostgreSQL database with every table, to be copied."""
    with postgres.database() as name:
        _describe(postgres.url(name))
        yield name


def _describe(url: str) -> None:
    engine = sa.create_engine(url)
    METADATA.create_all(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with described(request, tmp_path, request.param) as url:
        yield url


@contextmanager
def described(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    """The URL of a database with every table and nothing in them."""
    if kind == "sqlite":
        file = shutil.copy(request.getfixturevalue("described_file"), tmp_path / "db.sqlite3")
        yield f"sqlite:///{file}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        with postgres.database(request.getfixturevalue("described_database")) as name:
            yield postgres.url(name)


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    database, clock = Database(database_url), HandClock()
    if not database.is_sqlite:
        sa.event.listen(database.engine.sync_engine, "connect", _may_idle)
    await make_tables(database)
    await PeopleStore(database, clock).prepare_site(SITE)
    yield Site(
        database,
        clock,
        SqlFactStore(database, clock, SITE),
        SqlJudgingStore(database, clock, SITE, uuid7),
        SqlRunStore(database, clock, SITE),
        Queries(database),
    )
    await database.close()


def _may_idle(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """No transaction is ended for its rest: on a busy machine a test that does not run looks like one that hangs."""
    connection.cursor().execute("SET idle_in_transaction_session_timeout = 0")
    connection.commit()
