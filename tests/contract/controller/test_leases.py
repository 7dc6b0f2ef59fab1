"""Leases under clocks that differ, with pauses anywhere: the one before never writes over who took it later."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.adapters.database import Database
from controller.adapters.lease_store import SqlLeaseStore, under
from controller.adapters.tables import METADATA, CameraRow
from controller.core.lease import LEASE_MS, Term
from shared.errors import Transient
from tests.contract.controller.conftest import Site
from tests.fakes.led import take
from tests.fakes.site import HandClock

What = Literal["take", "renew", "write", "release", "begin anew", "pause"]
WHATS: tuple[What, ...] = ("take", "take", "renew", "write", "write", "release", "begin anew", "pause")


@dataclass
class Process:
    """A process with a clock of its own; what it knows of its lease may be long past."""

    name: str
    clock: HandClock
    database: Database
    terms: list[Term] = field(default_factory=list)

    @property
    def leases(self) -> SqlLeaseStore:
        return SqlLeaseStore(self.database, self.clock)

    async def take(self) -> bool:
        term = Term("sweep:yard", self.name)
        token = await self.leases.take(term.name, term.holder, LEASE_MS)
        if token is not None:
            term.begin(token, self.clock.monotonic_ms())
            self.terms.append(term)
        return token is not None

    async def write(self, term: Term, number: int) -> bool:
        try:
            async with under(self.database, self.clock, term).writing() as session:
                session.add(CameraRow(id=f"gate.c{number}", node="gate"))
        except Transient:
            return False
        return True


@dataclass
class Life:
    """What became of the steps, held against the promise."""

    newest: int = 0
    written: list[int] = field(default_factory=list)

    async def take(self, one: Process, *, anew: bool) -> None:
        if anew:
            one.terms.clear()
        if await one.take():
            assert one.terms[-1].token > self.newest, "a token was given before"
            self.newest = one.terms[-1].token

    async def use(self, one: Process, term: Term, what: What, number: int) -> None:
        if what == "renew":
            renewed = await one.leases.renew(term.name, term.holder, term.token, LEASE_MS)
            assert not renewed or term.token == self.newest
        elif what == "release":
            await one.leases.release(term.name, term.holder, term.token)
        elif await one.write(term, number):
            assert term.token == self.newest, "somebody else took it since"
            self.written.append(term.token)


async def live_through(file: Path, steps: list[tuple[int, What, int, int]], apart_ms: tuple[int, int]) -> None:
    """Do the steps: who, what, with which of its terms, how long all wait before."""
    database, life = Database(f"sqlite:///{file}"), Life()
    clocks = (HandClock(), HandClock(HandClock().at_ms + apart_ms[0]), HandClock(HandClock().at_ms + apart_ms[1]))
    everybody = [Process(name, clock, database) for name, clock in zip("abc", clocks, strict=True)]
    for number, (who, what, which, wait_ms) in enumerate(steps):
        one = everybody[who]
        for clock in clocks:
            clock.at_ms += wait_ms
        if what in {"take", "begin anew"}:
            await life.take(one, anew=what == "begin anew")
        elif what != "pause" and one.terms:
            term = one.terms[which % len(one.terms)]  # an old one: what a thread that hung still holds
            await life.use(one, term, what, number)
    assert life.written == sorted(life.written)
    for clock in clocks:
        clock.at_ms += LEASE_MS + sum(map(abs, apart_ms)) + 1
    assert await everybody[0].take(), "whatever happened, somebody gets it in the end"
    await database.close()


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(WHATS), st.integers(0, 9), st.integers(0, 2 * LEASE_MS)),
        max_size=30,
    ),
    apart_ms=st.tuples(st.integers(-60_000, 60_000), st.integers(-60_000, 60_000)),
)
@settings(max_examples=40, deadline=None)
def test_nobody_writes_after_somebody_who_took_the_lease_later(
    steps: list[tuple[int, What, int, int]], apart_ms: tuple[int, int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "db.sqlite3"
        engine = sa.create_engine(f"sqlite:///{file}")
        METADATA.create_all(engine, tables=[METADATA.tables["lease"], METADATA.tables["camera"]])
        engine.dispose()
        asyncio.run(live_through(file, steps, apart_ms))


async def test_who_begins_anew_under_the_same_name_shuts_out_who_was_before(site: Site) -> None:
    leases, before = SqlLeaseStore(site.database, site.clock), Term("sweep:yard", "sweep@here")
    led = await take(site.database, site.clock, before, 10_000)
    async with led.writing() as session:
        session.add(CameraRow(id="gate.one", node="gate"))
    assert await leases.take(before.name, before.holder, 10_000) == 2
    with pytest.raises(Transient, match="no longer ours"):
        async with led.writing() as session:
            session.add(CameraRow(id="gate.two", node="gate"))
    assert not await leases.renew(before.name, before.holder, before.token, 10_000)
    assert [one["id"] for one in await site.queries.cameras()] == ["gate.one"]


async def test_what_ran_out_is_refused_before_somebody_takes_it(site: Site) -> None:
    led = await take(site.database, site.clock, Term("sweep:yard", "a"), 10_000)
    site.clock.at_ms += 10_001
    with pytest.raises(Transient, match="no longer ours"):
        async with led.writing():
            pass
