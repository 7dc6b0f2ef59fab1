"""A prepared site in a database of the test's own: on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/db.sqlite3"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    database, clock = Database(database_url), HandClock()
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
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
