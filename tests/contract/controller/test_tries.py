"""Wrong tries count the same in memory and in rows, for every process and after a restart."""

import asyncio

import pytest

from controller.adapters.database import Database
from controller.adapters.try_store import SqlTries
from controller.core.throttle import Limits
from controller.flows.slow_down import Tries
from tests.contract.controller.conftest import Site
from tests.fakes.tries import MemoryTries

LIMITS = Limits(free=3, first_ms=1_000, most_ms=4_000, forget_ms=60_000)
KIM = {("kim", "10.0.0.1"): LIMITS, ("*", "10.0.0.1"): Limits(free=50)}


@pytest.fixture(params=["memory", "rows"])
def tries(request: pytest.FixtureRequest, site: Site) -> Tries:
    return MemoryTries() if request.param == "memory" else SqlTries(site.database, site.clock)


async def test_failures_add_up_and_one_that_was_none_is_taken_back(tries: Tries) -> None:
    first = await tries.count(KIM, 0)
    assert (first.wait_ms, set(first.before.values())) == (0, {None})
    await tries.settle(first, None)
    waits = [(await tries.count(KIM, at_ms)).wait_ms for at_ms in (10, 20, 30, 40, 1_030, 3_030)]
    assert waits == [0, 0, 0, 990, 0, 0]
    assert {key for key, _ in await tries.recent(5, 0)} == set(KIM)
    assert await tries.recent(5, 3_030) == []
    assert await tries.forgive("kim", "root", "") == 1
    assert (await tries.count(KIM, 1_050)).wait_ms == 0


async def test_getting_in_forgets_who_and_leaves_what_the_address_did(tries: Tries) -> None:
    for at_ms in (1, 2):
        await tries.count(KIM, at_ms)
    await tries.settle(await tries.count(KIM, 3), ("kim", "10.0.0.1"))
    after = await tries.count(KIM, 4)
    assert after.before["kim", "10.0.0.1"] is None
    left = after.before["*", "10.0.0.1"]
    assert left is not None
    assert (left.count, left.last_ms) == (2, 2)


async def test_another_process_and_a_restart_count_on(site: Site) -> None:
    one = SqlTries(site.database, site.clock)
    other = Database(site.database.url.render_as_string(hide_password=False))
    try:
        tries = (SqlTries(other, site.clock).count(KIM, 5) if odd else one.count(KIM, 5) for odd in (0, 1) * 10)
        counted = await asyncio.gather(*tries)
        assert sum(not one.wait_ms for one in counted) == LIMITS.free
    finally:
        await other.close()
    assert (await SqlTries(site.database, site.clock).count(KIM, 6)).wait_ms == 999


async def test_who_has_to_wait_holds_up_nobody_who_writes(site: Site) -> None:
    tries = SqlTries(site.database, site.clock)
    for at_ms in range(5):
        await tries.count(KIM, at_ms)
    async with site.database.writing():
        async with asyncio.timeout(5):
            assert (await tries.count(KIM, 5)).wait_ms > 0
