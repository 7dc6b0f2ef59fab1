"""Leadership: one at a time, given up in time, handed on."""

import asyncio
import contextlib

import pytest

from controller.core.lease import LEASE_MS, RENEW_MS, TRUSTED_MS, Term
from controller.flows.lead import lead
from shared.errors import Broken, Transient
from tests.fakes.site import HandClock
from tests.fakes.verifier import FastClock


class Leases:
    """Lease rows on the hand clock; `away` makes the database unreachable."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.holder: str | None = None
        self.until_ms = 0
        self.token = 0
        self.away = False

    async def take(self, name: str, holder: str, duration_ms: int) -> int | None:
        del name
        await self.ask()
        if self.holder not in {None, holder} and self.until_ms >= self.clock.at_ms:
            return None
        self.holder, self.until_ms, self.token = holder, self.clock.at_ms + duration_ms, self.token + 1
        return self.token

    async def renew(self, name: str, holder: str, token: int, duration_ms: int) -> bool:
        del name
        await self.ask()
        if (self.holder, self.token) != (holder, token):
            return False
        self.until_ms = self.clock.at_ms + duration_ms
        return True

    async def release(self, name: str, holder: str, token: int) -> None:
        del name
        await self.ask()
        if (self.holder, self.token) == (holder, token):
            self.holder = None

    async def ask(self) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise Transient("database: away")


async def until(condition: object, tries: int = 1000) -> None:
    for _ in range(tries):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0)
    raise AssertionError("never came true")


async def test_only_one_works_and_the_next_follows() -> None:
    clock = HandClock()
    leases, working = Leases(clock), set()

    def worker(name: str) -> asyncio.Task[None]:
        async def work() -> None:
            working.add(name)
            assert len(working) == 1
            try:
                await asyncio.Event().wait()
            finally:
                working.discard(name)

        return asyncio.create_task(lead(leases, Term("ingest:yard", name), clock, work))

    first = worker("a")
    await until(lambda: working == {"a"})
    second = worker("b")
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await until(lambda: working == {"b"})
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert leases.holder is None


async def test_work_stops_before_an_unreachable_lease_is_over() -> None:
    clock = HandClock()
    leases = Leases(clock)
    stopped_ms: list[int] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped_ms.append(clock.at_ms)

    task = asyncio.create_task(lead(leases, Term("x", "a"), clock, work))
    await until(lambda: leases.holder == "a")
    leases.away = True
    taken_ms = leases.until_ms - LEASE_MS
    await until(lambda: stopped_ms)
    assert stopped_ms[0] <= taken_ms + LEASE_MS
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Silent(Leases):
    """A database that stops answering when `silent` is set, and does not let go of who asks."""

    def __init__(self) -> None:
        super().__init__(HandClock())
        self.silent = False
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()

    async def ask(self) -> None:
        if not self.silent:
            return await super().ask()
        self.asked.set()
        while not self.answers.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.answers.wait()
        raise Transient("database: away")


async def test_work_stops_while_the_database_does_not_answer() -> None:
    leases = Silent()
    stopped = asyncio.Event()

    async def work() -> None:
        leases.silent = True
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    task = asyncio.create_task(lead(leases, Term("x", "a"), FastClock(3), work))
    async with asyncio.timeout(20):
        await leases.asked.wait()
        await stopped.wait()
    assert not leases.answers.is_set()
    leases.answers.set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_lease_that_took_long_to_get_is_not_worked_under() -> None:
    clock = HandClock()
    worked: list[int] = []

    class Slow(Leases):
        async def take(self, name: str, holder: str, duration_ms: int) -> int | None:
            given = await super().take(name, holder, duration_ms)
            clock.at_ms += LEASE_MS if not worked else 0
            return given

    async def work() -> None:
        worked.append(clock.at_ms)
        await asyncio.Event().wait()

    leases = Slow(clock)
    task = asyncio.create_task(lead(leases, Term("x", "a"), clock, work))
    await until(lambda: worked and leases.holder is None)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_end_of_the_work_ends_the_leading() -> None:
    clock = HandClock()
    leases = Leases(clock)

    async def work() -> None:
        raise Broken("an invariant")

    with pytest.raises(Broken):
        await lead(leases, Term("x", "a"), clock, work)
    assert leases.holder is None


def test_who_stands_still_loses_its_lease_within_ten_seconds_and_says_nothing_before_that() -> None:
    """The promise of docs/design/two-controllers.md: 3 s between renewals, silent after 7 s, over after 10 s."""
    assert (RENEW_MS, TRUSTED_MS, LEASE_MS) == (3_000, 7_000, 10_000)
