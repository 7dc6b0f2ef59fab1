"""What is deleted does not come back, and goes only once nothing can bring it back: on both databases."""

from controller.adapters.deletion_store import SqlDeletions
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.tables import RunRow
from controller.core.deletion import Deletion
from controller.core.retention import CLASSES, YOUNGEST_MS, Refusals, Retention
from controller.flows.delete_footage import carry_out
from controller.flows.sweep import sweep_once
from shared.ids import RunId
from tests.builders import T0, node_status
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_holds import CAMERA, DAY_MS, OLD, run
from tests.fakes.site import MemoryObjects


async def state_of(site: Site, name: str) -> tuple[str, int]:
    async with site.database.reading() as session:
        row = await session.get_one(RunRow, name)
        return row.state, row.grants


async def test_what_is_being_deleted_is_not_looked_for_nor_asked_of_its_node_again(site: Site) -> None:
    await site.facts.save_status(node_status(CAMERA))
    async with site.database.writing() as session:
        session.add_all(run(number, check_ms=0) for number in range(2))
    kept = SqlRetentionStore(site.database, site.clock)
    assert await kept.begin_expiry(RunId("r0")) == "k0"
    assert [one.run for one in await site.runs.runs_to_check(9)] == ["r1"]
    assert not await site.runs.mark_missing(RunId("r0"))
    assert await site.runs.mark_missing(RunId("r1"))
    await kept.mark_expired(RunId("r0"))
    assert not await site.runs.mark_missing(RunId("r0"))
    assert [await state_of(site, name) for name in ("r0", "r1")] == [("expired", 0), ("announced", 1)]


async def test_old_footage_that_came_just_now_waits_until_its_grant_is_void(site: Site) -> None:
    await site.facts.save_status(node_status(CAMERA))
    site.clock.at_ms += 9 * DAY_MS
    now_ms, objects = site.clock.unix_ms(), MemoryObjects()
    rows, deletions = SqlRetentionStore(site.database, site.clock), SqlDeletions(site.database, site.clock)
    async with site.database.writing() as session:
        session.add_all([run(0, stored_ms=now_ms), run(1, stored_ms=now_ms - YOUNGEST_MS)])
    over_quota = Retention(dict.fromkeys(CLASSES, 99 * DAY_MS), quota_bytes=0)
    for retention in (OLD, over_quota):
        assert await sweep_once(rows, objects, site.clock, retention) == (retention is OLD)
    state = await deletions.add([CAMERA], T0, T0 + 20_000, "erasure", "root", "")
    wanted = Deletion(state["id"], (CAMERA,), T0, T0 + 20_000)
    assert await carry_out(deletions, rows, objects, site.clock, Refusals()) == 0
    assert await deletions.left(wanted)
    assert (await deletions.one(state["id"]))["done_at"] is None, "it goes on when it may"
    site.clock.at_ms += YOUNGEST_MS
    assert await carry_out(deletions, rows, objects, site.clock, Refusals()) == 1
    assert not await deletions.left(wanted)
    assert (await deletions.one(state["id"]))["done_at"] is not None
