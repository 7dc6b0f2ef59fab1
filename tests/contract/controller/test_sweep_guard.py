"""The sweep on rows of both databases: what needs leave waits whole, what was confirmed goes and nothing else."""

import pytest
from sqlmodel import col, func, select, update

from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.adapters.tables import AuditRow, RunRow
from controller.api.retention_schemas import SweepWaitingOut
from controller.core.keeping import Keeping
from controller.core.lease import Term
from controller.core.retention import CLASSES, Refusals, Retention
from controller.core.sweep_guard import Plan
from controller.errors import Conflict, Missing
from controller.flows.let_sweep import LetSweep
from controller.flows.manage_exports import Asker
from controller.flows.sweep import guarded_sweep
from shared.errors import Transient
from tests.builders import T0
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_store import Guard
from tests.fakes.led import drop, take
from tests.fakes.site import MemoryObjects

DAY_MS = 86_400_000
LEASE = Term("sweep:yard", "here")
MONTH = Keeping(30).retention(None)


class Sweeper:
    """The sweep of one site, as its leader has it."""

    def __init__(self, site: Site, objects: MemoryObjects) -> None:
        self.site, self.objects, self.refusals = site, objects, Refusals()
        self.guard = SqlSweepGuard(site.database, site.clock)
        self.rows = SqlRetentionStore(site.database, site.clock)

    async def lead(self) -> "Sweeper":
        led = await take(self.site.database, self.site.clock, LEASE, 10**13)
        self.guard, self.rows = SqlSweepGuard(led, self.site.clock), SqlRetentionStore(led, self.site.clock)
        return self

    async def look(self, retention: Retention = MONTH) -> int:
        self.site.clock.at_ms += 60_000
        return await guarded_sweep(self.rows, self.guard, self.objects, self.site.clock, retention, self.refusals)

    async def left(self) -> int:
        async with self.site.database.reading() as session:
            stored = select(func.count()).where(col(RunRow.state) == "stored")
            return await session.scalar(stored) or 0

    async def shown(self) -> Plan:
        held = (await self.guard.guard()).held
        assert held is not None
        return held.plan


async def keep(site: Site, objects: MemoryObjects, count: int, *, age_days: float, purpose: str = "motion") -> None:
    """So many runs that ended so long ago."""
    end_ms = site.clock.unix_ms() - round(age_days * DAY_MS)
    async with site.database.writing() as session:
        for number in range(count):
            key = f"yard/{purpose}/{age_days}/{number}"
            objects.held[key] = (b"film", "0" * 32)
            session.add(
                RunRow(
                    id=key, camera="gate.yard", rev=1, state="stored", media_class=purpose, start_ms=end_ms - 1000,
                    end_ms=end_ms - number, codec="avc1", width_px=1, height_px=1, length_bytes=4, init_bytes=1,
                    sha256="0" * 64, md5="0" * 32, segments=[], key=key, grants=1, fact=key, reason="",
                    held=False, check_ms=0, alarmed=False, stored_ms=0,
                )
            )  # fmt: skip


@pytest.fixture
async def sweeper(site: Site) -> Sweeper:
    return await Sweeper(site, MemoryObjects()).lead()


async def test_what_ages_day_by_day_goes_without_a_word(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 40, age_days=31)
    await keep(site, sweeper.objects, 60, age_days=2)
    assert await sweeper.look() == 40
    assert (await sweeper.guard.guard()).held is None


async def test_more_than_half_waits_whole_until_it_is_confirmed(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 60, age_days=31)
    await keep(site, sweeper.objects, 40, age_days=2)
    for _ in range(3):
        assert await sweeper.look() == 0
    assert await sweeper.left() == 100, "nothing at all goes"
    plan = await sweeper.shown()
    assert (plan.due, plan.due_bytes, plan.length_bytes) == (60, 240, 400)
    await SqlSweepGuard(site.database, site.clock).confirm(plan.token, "kim", "10.0.0.9")
    assert await sweeper.look() == 60
    assert (await sweeper.guard.guard()).held is None
    async with site.database.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.what == "retention.confirm"))).one()
    assert (row.who, row.address, row.detail["due"], row.detail["bytes"]) == ("kim", "10.0.0.9", 60, 240)


async def test_a_clock_a_year_ahead_deletes_nothing(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 5, age_days=1)
    assert await sweeper.look() == 0
    site.clock.at_ms += 365 * DAY_MS
    for _ in range(3):
        assert await sweeper.look() == 0
    assert (await sweeper.left(), len(sweeper.objects.held)) == (5, 5)
    assert (await sweeper.shown()).due == 5
    site.clock.at_ms -= 365 * DAY_MS
    assert await sweeper.look() == 0
    assert (await sweeper.guard.guard()).held is None, "it was set right: nothing is due"


async def test_a_clock_that_leaps_while_it_sweeps_deletes_no_more_than_was_due(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 300, age_days=31)
    await keep(site, sweeper.objects, 400, age_days=2)
    delete = sweeper.objects.delete

    async def late(key: str) -> None:
        site.clock.at_ms += 365 * DAY_MS if site.clock.at_ms < T0 + 300 * DAY_MS else 0
        await delete(key)

    sweeper.objects.delete = late  # type: ignore[method-assign]
    assert await sweeper.look() == 300
    assert await sweeper.left() == 400


async def test_leave_is_for_what_was_shown(site: Site, sweeper: Sweeper) -> None:
    guard = SqlSweepGuard(site.database, site.clock)
    with pytest.raises(Missing):
        await guard.confirm("0" * 32, "kim", "")
    await keep(site, sweeper.objects, 60, age_days=31)
    await sweeper.look()
    first = (await sweeper.shown()).token
    await keep(site, sweeper.objects, 20, age_days=32)
    await sweeper.look()
    with pytest.raises(Conflict):
        await guard.confirm(first, "kim", "")
    await guard.confirm((await sweeper.shown()).token, "kim", "")
    await keep(site, sweeper.objects, 30, age_days=33)
    assert await sweeper.look() == 0, "it grew after that: it is shown again"
    assert (await sweeper.shown()).due == 110
    await guard.confirm((await sweeper.shown()).token, "kim", "")
    assert await sweeper.look() == 110


async def test_it_is_an_alarm_until_somebody_lets_it_go(site: Site, sweeper: Sweeper) -> None:
    flow = LetSweep(SqlSweepGuard(site.database, site.clock))
    guard = await Guard(site).lead()
    guard.watch.own = (flow,)
    await keep(site, sweeper.objects, 60, age_days=31)
    assert await flow.state() is None
    await sweeper.look()
    state = SweepWaitingOut.model_validate(await flow.state())
    assert (state.due, state.due_bytes, state.stored_bytes, state.confirmed) == (60, 240, 240, False)
    raised = await guard.look_for(20)
    (alarm,) = [one for one in raised if (await site.queries.alarm(one))["alarm"]["kind"] == "upkeep_trouble"]
    found = (await site.queries.alarm(alarm))["alarm"]
    assert found["said"] == {"code": "alarm_sweep_waits", "params": {"count": 60, "percent": 100}}
    after = await flow.confirm(state.token, Asker("kim", admin=True))
    assert after is not None
    assert after["confirmed"]
    await guard.look_for(20)
    assert (await site.queries.alarm(alarm))["alarm"]["end_ms"] is not None
    assert await sweeper.look() == 60
    assert await flow.state() is None


async def test_a_store_that_was_away_is_asked_again_under_the_same_leave(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 60, age_days=31)
    await sweeper.look()
    await SqlSweepGuard(site.database, site.clock).confirm((await sweeper.shown()).token, "kim", "")
    sweeper.objects.kept = True
    assert await sweeper.look() == 0
    sweeper.objects.kept = False
    assert await sweeper.look() >= 58, "what was at the front is looked past for a while"


async def test_a_quota_that_was_lowered_waits_too(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 60, age_days=3)
    await keep(site, sweeper.objects, 40, age_days=2, purpose="promoted")
    ages = dict.fromkeys(CLASSES, 30 * DAY_MS)
    assert await sweeper.look(Retention(ages, 100)) == 0
    assert {one.kind: one.due for one in (await sweeper.shown()).shares if one.due} == {"motion": 60, "promoted": 15}
    assert await sweeper.look(Retention(ages, 380)) == 5, "it was put back"
    assert (await sweeper.guard.guard()).held is None


async def test_held_footage_counts_as_stored_and_is_never_due(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 60, age_days=31)
    async with site.database.writing() as session:
        await session.execute(update(RunRow).where(col(RunRow.end_ms) % 2 == 0).values(held=True))
    assert await sweeper.look() == 30, "half of them"


async def test_who_lost_the_lease_remembers_nothing_and_deletes_nothing(site: Site, sweeper: Sweeper) -> None:
    await keep(site, sweeper.objects, 10, age_days=31)
    await keep(site, sweeper.objects, 90, age_days=1)
    await drop(site.database, site.clock, LEASE)
    with pytest.raises(Transient):
        await sweeper.look()
    assert await sweeper.left() == 100
