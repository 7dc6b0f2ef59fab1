"""Two processes and one lease on PostgreSQL: who is frozen in the middle of a transaction writes nothing afterwards."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import METADATA, AuditRow

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


class Leader:
    """One process that writes while it leads."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.wrote = 0

    async def says(self, word: str) -> None:
        """Wait for what it says next of this kind."""
        assert self.process.stdout is not None
        while True:
            line = (await self.process.stdout.readline()).decode().strip()
            assert line, "the leader ended"
            self.wrote += line == "wrote"
            if line == word:
                return


@asynccontextmanager
async def leader(url: str, name: str) -> AsyncIterator[Leader]:
    argv = (sys.executable, "-m", "tests.fakes.frozen_leader", url, name)
    process = await asyncio.create_subprocess_exec(*argv, stdout=PIPE)
    try:
        yield Leader(process)
    finally:
        process.kill()
        await process.wait()


async def test_who_is_frozen_inside_a_transaction_loses_it_and_the_next_one_goes_on(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    METADATA.create_all(engine)
    engine.dispose()
    async with leader(postgres_url, "one") as one, leader(postgres_url, "two") as two:
        first = {asyncio.create_task(who.says("wrote")): who for who in (one, two)}
        done, waiting = await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        frozen = first[next(iter(done))]
        other = two if frozen is one else one
        await frozen.says("inside")
        frozen.process.send_signal(signal.SIGSTOP)
        before = frozen.wrote
        await other.says("wrote")
        frozen.process.send_signal(signal.SIGCONT)
        await frozen.says("refused")
        assert frozen.wrote == before, "what it was in the middle of is not written"
        await other.says("wrote")
        rows = await written(postgres_url)
    tokens = [token for token, _ in rows]
    assert tokens == sorted(tokens), "nobody writes after somebody who took the lease later"
    assert len(set(rows)) == len(set(tokens)), "one holder for each token"
    names = {frozen: "one", other: "two"} if frozen is one else {frozen: "two", other: "one"}
    assert [who for _, who in rows].count(names[frozen]) == before
    assert rows[-1][1] == names[other]


async def written(url: str) -> list[tuple[int, str]]:
    """Token and holder of each write, in the order of the writes."""
    database = Database(url)
    async with database.reading() as session:
        rows = await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))
        found = [(int(row.subject), row.who) for row in rows]
    await database.close()
    return found
