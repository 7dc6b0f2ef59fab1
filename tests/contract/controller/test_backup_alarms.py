"""A backup that does not reach its destination, or that nobody runs, is an alarm until a run succeeds."""

import pytest

from controller.adapters.archive_store import SqlArchives
from controller.adapters.tables import CameraRow
from controller.api.alarm_schemas import AlarmDetailOut
from controller.api.schemas import AlarmOut
from controller.core.archive import HOUR_MS
from controller.flows.manage_archives import ManageArchives
from controller.ports import State
from shared.errors import Transient
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_archives import KIM, SEOUL, Known, end, opened, raise_alarm, runner
from tests.contract.controller.test_watch_store import Guard, healthy
from tests.fakes.exports import CAMERA, LEASE
from tests.fakes.led import drop, take

GRACE_S = 600


@pytest.fixture
async def guard(site: Site) -> Guard:
    await take(site.database, site.clock, LEASE, 10**12)
    async with site.database.writing() as session:
        session.add(CameraRow(id=CAMERA, node="gate"))
    manage = ManageArchives(SqlArchives(site.database, site.clock, SEOUL), Known())
    await manage.put("nightly", "nas", ["high", "critical"], "hour", "03:00", 0, KIM)
    await raise_alarm(site, 0)
    return await Guard(site).lead()


async def test_one_that_does_not_reach_its_destination_is_an_alarm_until_it_does(site: Site, guard: Guard) -> None:
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    await end(site, row.id, "waiting", "target_gone")
    await runner(site).once()
    since_ms = site.clock.unix_ms()
    await end(site, row.id, "sending")
    assert await guard.look_for(GRACE_S - 60) == (), "what heals by itself is not told"
    raised = await guard.look_for(120)
    found = await of_kind(site, raised, "backup_failing")
    assert (found.cause, found.severity, found.end_ms) == ("nightly", "high", None)
    assert found.said is not None
    assert found.said.code == "alarm_backup_failing"
    assert found.said.params == {
        "name": "nightly", "destination": "nas", "why_code": "backup_target_gone",
        "why": "its directory or bucket is not there",
    }  # fmt: skip
    assert "cctv archive run nightly" in found.detail
    detail = AlarmDetailOut.model_validate(await site.queries.alarm(str(found.id)))
    assert detail.occurrences[0].start_ms == since_ms, "failing since"
    await end(site, row.id, "done")
    await runner(site).once()
    await guard.look_for(20)
    assert (await of_kind(site, raised, "backup_failing")).end_ms is not None


async def test_one_that_nobody_runs_is_an_alarm_too(site: Site, guard: Guard) -> None:
    await healthy(site)
    site.clock.at_ms += 2 * HOUR_MS
    raised = await guard.look_for(GRACE_S)
    found = await of_kind(site, raised, "backup_failing")
    assert found.said is not None
    assert (found.cause, found.said.code) == ("nightly", "alarm_backup_late")
    await runner(site).once()
    for row in await opened(site):
        await end(site, row.id, "done")
    await runner(site).once()
    await guard.look_for(20)
    assert (await of_kind(site, raised, "backup_failing")).end_ms is not None


@pytest.mark.usefixtures("guard")
async def test_who_lost_the_lease_notes_no_fault(site: Site) -> None:
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    await end(site, row.id, "waiting", "target_full")
    await drop(site.database, site.clock, LEASE)
    with pytest.raises(Transient):
        await runner(site).once()
    (state,) = await SqlArchives(site.database, site.clock, SEOUL).all()
    assert _standing(state) == (False, 0)


@pytest.mark.usefixtures("guard")
async def test_the_same_is_told_of_the_site_at_once(site: Site) -> None:
    archives = SqlArchives(site.database, site.clock, SEOUL)
    assert await archives.failing() == ()
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    await end(site, row.id, "failed", "lost_too_often")
    await runner(site).once()
    (one,) = await archives.failing()
    assert (one.name, one.target, one.since_ms, one.why) == ("nightly", "nas", site.clock.unix_ms(), "lost_too_often")


def _standing(state: State) -> tuple[bool, int]:
    return state["failing"], state["failing_ms"]


async def of_kind(site: Site, alarms: tuple[str, ...], kind: str) -> AlarmOut:
    found = [AlarmDetailOut.model_validate(await site.queries.alarm(alarm)).alarm for alarm in alarms]
    (one,) = [alarm for alarm in found if alarm.kind == kind]
    return one
