"""What the store holds, on both databases: by age and camera, with what went again counted for the pace."""

from pathlib import Path

from sqlmodel import col, update

from controller.adapters.disk_room import DiskRoom
from controller.adapters.storage_reads import StorageReads
from controller.adapters.tables import RunRow
from controller.api.storage_schemas import StorageOut
from controller.core.storage import DAY_MS, Kept
from controller.flows.tell_storage import KEPT_MS, TellStorage
from controller.ports import Received
from shared.ids import NodeId, RunId
from shared.messages import CameraHealth
from shared.texts import Text, say
from tests.builders import T0, node_health, node_status, run_fact
from tests.contract.controller.conftest import Site


async def keep(site: Site, camera: str, start_ms: int, length_bytes: int) -> RunId:
    run = run_fact(
        camera=camera, start_ms=start_ms, end_ms=start_ms + 8_000, state="uploaded", length_bytes=length_bytes
    )
    await site.facts.save_facts([Received(NodeId("gate"), b"", run)])
    await site.runs.mark_stored(RunId(run.run))
    return RunId(run.run)


async def test_the_store_is_counted_by_age_and_camera(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard", "gate.door"))
    now_ms = site.clock.at_ms = T0 + 3 * DAY_MS
    reads = StorageReads(site.database)
    assert (await reads.store(now_ms)).oldest_ms is None
    await keep(site, "gate.yard", T0, 4_000)
    await keep(site, "gate.yard", now_ms - 1_000, 2_000)
    gone = await keep(site, "gate.yard", now_ms - DAY_MS - 1, 600)
    await keep(site, "gate.door", now_ms - DAY_MS // 2, 30)
    async with site.database.writing() as session:
        await session.execute(update(RunRow).where(col(RunRow.id) == gone).values(state="expired"))
    found = await reads.store(now_ms)
    assert (found.used_bytes, found.runs, found.oldest_ms) == (6_030, 3, T0)
    assert dict(found.by_age) == {0: Kept(2_030, 2_030), 1: Kept(0, 600), 3: Kept(4_000, 4_000)}
    door, yard = found.cameras
    assert (door.camera, door.held_bytes, door.day_bytes) == ("gate.door", 30, None), "half a day says nothing"
    assert (yard.held_bytes, yard.day_bytes, yard.oldest_ms) == (6_000, 2_200, T0)
    assert await reads.database_bytes() > 10_000


async def test_storage_is_told_with_the_rings_and_counted_once_a_minute(site: Site, tmp_path: Path) -> None:
    camera = CameraHealth(id="gate.yard", state="live", ring_s=600, ring_bytes=9, bitrate_bps=8_000, ring_reach_s=1800)
    await site.facts.save_status(node_status("gate.yard"))
    await site.facts.save_health(node_health(cameras=(camera,)))
    site.clock.at_ms = T0 + 2 * DAY_MS
    await keep(site, "gate.yard", T0, 5_000)
    room = DiskRoom(tmp_path)
    told = TellStorage(StorageReads(site.database), site.queries, room, site.clock, "directory", 30, 8_000)
    shown = StorageOut.model_validate(await told.state())
    assert (shown.forecast.outlook, shown.forecast.day_bytes, shown.forecast.limit_bytes) == ("shortens", 2_500, 8_000)
    assert shown.free_bytes is not None
    (node,) = shown.nodes
    (ring,) = node.rings
    assert (ring.full_in_s, ring.reach_s, ring.day_bytes) == (1200, 1800, 1_000 * 86_400)
    await keep(site, "gate.yard", T0, 1_000)
    assert (await told.state())["used_bytes"] == 5_000
    site.clock.at_ms += KEPT_MS
    assert (await told.state())["used_bytes"] == 6_000
    assert (await told.forecast()).outlook == "shortens"
    assert await DiskRoom(tmp_path / "away").free_bytes() is None
    assert await DiskRoom(None).free_bytes() is None


class Away:
    """A store that does not answer until it does."""

    wrong: Text | None = say("alarm_store_away")

    async def complaint(self) -> Text | None:
        return self.wrong


async def test_what_a_store_holds_that_is_away_is_not_known(site: Site) -> None:
    store = Away()
    told = TellStorage(
        StorageReads(site.database), site.queries, DiskRoom(None), site.clock, "s3", 30, None, objects=store
    )
    assert StorageOut.model_validate(await told.state()).used_bytes is None
    store.wrong = None
    assert StorageOut.model_validate(await told.state()).used_bytes == 0
