"""Tending looks at few alarms, however many nobody has taken up, on both databases."""

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.tend_store import SqlTendStore
from controller.core.lifecycle import Deed
from controller.core.tending import Patience
from tests.contract.controller.conftest import SITE, Site
from tests.contract.controller.test_alarm_life import NORMAL, raised, tend


async def test_only_what_may_be_due_is_read(site: Site) -> None:
    async def read(patience: Patience = NORMAL) -> list[str]:
        async with site.database.reading() as session:
            store = SqlTendStore(site.database, site.clock, SITE, patience)
            return [row.id for row in await store._candidates(session, site.clock.now())]

    hands = AlarmStore(site.database, site.clock)
    waiting, answered, shelved = [await raised(site) for _ in range(3)]
    await hands.act(answered, Deed("acknowledge", "kim"))
    await hands.act(shelved, Deed("shelve", "kim", minutes=5))
    site.clock.at_ms += 299_000
    assert await read() == [], "nobody has waited long enough"
    site.clock.at_ms += 1_000
    assert await read() == [waiting, shelved]
    assert await tend(site) == 2
    assert await read(Patience(300, 1)) == []
    site.clock.at_ms += 300_000
    assert await read(Patience(0, 2)) == []
    assert await read() == [waiting, shelved]
    assert await tend(site) == 2
    site.clock.at_ms += 300_000
    assert await read() == [shelved], "the other was passed up twice"
    site.clock.at_ms += 24 * 3_600_000
    assert await read(Patience(300, 9)) == [], "stale"
