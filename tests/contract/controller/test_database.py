"""Transactions on both databases: all or nothing, writers in turn, readers never held, nothing acknowledged lost."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import func, select

from controller.adapters.database import Database, parse_database_url
from controller.adapters.tables import CursorRow
from shared.errors import Broken, Rejected, Transient
from tests.fakes.tables import make_tables


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await make_tables(made)
    yield made
    await made.close()


async def count(database: Database) -> int:
    async with database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(CursorRow)) or 0)


async def test_a_failed_block_writes_nothing(database: Database) -> None:
    async def half() -> None:
        async with database.writing() as session:
            session.add(CursorRow(name="a", feed_id=1))
            await session.flush()
            raise KeyError("half way")

    with pytest.raises(KeyError):
        await half()
    assert await count(database) == 0
    async with database.writing() as session:
        session.add(CursorRow(name="a", feed_id=1))
    assert await count(database) == 1


async def test_read_then_write_never_meets_a_lock(database: Database) -> None:
    """The upgrade of a snapshot that others wrote past is what fails at once on SQLite."""
    other = Database(database.url.render_as_string(hide_password=False))
    async with database.writing() as session:
        session.add(CursorRow(name="n", feed_id=0))

    async def add(through: Database) -> None:
        for _ in range(15):
            async with through.writing() as session:
                row = (await session.scalars(select(CursorRow).with_for_update())).one()
                await asyncio.sleep(0)
                row.feed_id += 1

    await asyncio.gather(add(database), add(other), add(database), add(other))
    async with database.reading() as session:
        assert (await session.scalars(select(CursorRow.feed_id))).one() == 60
    await other.close()


async def test_a_reader_is_not_held_by_a_writer(database: Database) -> None:
    async with database.writing() as session:
        session.add(CursorRow(name="a", feed_id=1))
        await session.flush()
        assert await asyncio.wait_for(count(database), 5) == 0
    assert await count(database) == 1


async def test_a_cancelled_writer_leaves_the_turn_to_the_next(database: Database) -> None:
    async def hang() -> None:
        async with database.writing() as session:
            session.add(CursorRow(name="a", feed_id=1))
            await session.flush()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with database.writing() as session:
        session.add(CursorRow(name="b", feed_id=1))
    assert await count(database) == 1


async def test_a_server_that_is_away_is_transient() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(Transient, match="database"):
        await count(database)
    await database.close()
    missing = Database("sqlite:////nowhere/at/all.sqlite3")
    with pytest.raises(Broken, match=r"/nowhere/at/all\.sqlite3 is missing"):
        await count(missing)
    await missing.close()


@pytest.mark.parametrize(
    ("given", "driver"), [("sqlite:///x.db", "sqlite+aiosqlite"), ("postgres://h/d", "postgresql+psycopg")]
)
def test_addresses_name_their_driver(given: str, driver: str) -> None:
    assert parse_database_url(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://h/d", "sqlite://", "::", ""])
def test_other_addresses_are_refused(given: str) -> None:
    with pytest.raises(Rejected, match="database_url"):
        parse_database_url(given)


WRITER = """
import asyncio, sys
from controller.adapters.database import Database
from controller.adapters.tables import CursorRow
async def main():
    database = Database(sys.argv[1])
    for n in range(10**6):
        async with database.writing() as session:
            session.add(CursorRow(name=f"{sys.argv[2]}-{n}", feed_id=n))
            session.add(CursorRow(name=f"{sys.argv[2]}-{n}-twin", feed_id=n))
        print(n, flush=True)
asyncio.run(main())
"""


async def test_kill_9_loses_nothing_that_was_said_to_be_written(database: Database, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    environment = {"PYTHONPATH": os.getcwd(), "PATH": "/usr/bin:/bin"}  # noqa: PTH109 - the repository root
    for turn in range(3):
        command = [sys.executable, str(script), url, str(turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
            assert writer.stdout is not None
            said = -1
            for _ in range(5 + 7 * turn):
                said = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().split()
            said = int(rest[-1]) if rest else said
        async with database.writing() as session:  # the dead writer holds nothing
            names = set(await session.scalars(select(CursorRow.name).where(sa.text(f"name LIKE '{turn}-%'"))))
        assert {f"{turn}-{n}" for n in range(said + 1)} <= names
        assert {name.removesuffix("-twin") for name in names} == {name for name in names if "twin" not in name}
