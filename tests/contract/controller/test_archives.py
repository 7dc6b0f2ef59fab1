"""Archives on both databases: no alarm twice, none left out, whatever fails; held evidence goes too."""

import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select, update

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.archive_jobs import SqlArchiveJobs
from controller.adapters.archive_store import SqlArchives
from controller.adapters.hold_store import SqlHoldStore
from controller.adapters.lease_store import under
from controller.adapters.tables import AlarmRow, CameraRow, ExportRow, HoldRow
from controller.api.archive_schemas import ArchiveOut
from controller.core.archive import HOUR_MS
from controller.core.export import OPEN
from controller.core.lifecycle import Deed
from controller.errors import Missing
from controller.flows.manage_archives import ManageArchives
from controller.flows.manage_exports import Asker
from controller.flows.run_archives import RunArchives
from controller.ports import State
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from tests.builders import T0, occurrence, rule, verdict
from tests.contract.controller.conftest import Site
from tests.fakes.exports import CAMERA, LEASE, away_alarm
from tests.fakes.led import drop, take

KIM, SEOUL = Asker("kim", admin=True), ZoneInfo("Asia/Seoul")


class Known:
    """Every destination is known but one."""

    async def one(self, name: str) -> State:
        if name == "nobody":
            raise Missing("destination", "x")  # type: ignore[arg-type]
        return {}


@pytest.fixture
async def archives(site: Site) -> ManageArchives:
    await take(site.database, site.clock, LEASE, 10**12)
    async with site.database.writing() as session:
        session.add(CameraRow(id=CAMERA, node="gate"))
    manage = ManageArchives(SqlArchives(site.database, site.clock, SEOUL), Known())
    await manage.put("nightly", "nas", ["high", "critical"], "hour", "03:00", 0, KIM)
    return manage


def runner(site: Site) -> RunArchives:
    led = under(site.database, site.clock, LEASE)
    return RunArchives(SqlArchiveJobs(led, site.clock, SEOUL), site.clock)


async def raise_alarm(site: Site, number: int) -> None:
    of = rule(severity="high")
    await site.judging.save_judgement(None, verdict(), (occurrence(of, 60 * number, 60 * number + 3),))


async def opened(site: Site) -> list[ExportRow]:
    async with site.database.reading() as session:
        query = select(ExportRow).where(col(ExportRow.state).in_(OPEN)).order_by(col(ExportRow.id))
        return list(await session.scalars(query))


async def end(site: Site, export: str, state: str, reason: str = "") -> None:
    async with site.database.writing() as session:
        sent = {"sent_at": site.clock.now(), "bytes_sent": 5} if state == "done" else {}
        await session.execute(
            update(ExportRow).where(col(ExportRow.id) == export).values(state=state, reason=reason, **sent)
        )


async def told(archives: ManageArchives) -> ArchiveOut:
    (found,) = [ArchiveOut.model_validate(one) for one in await archives.book.all()]
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_no_alarm_is_brought_twice_and_none_is_left_out(site: Site, archives: ManageArchives, seed: int) -> None:
    chance, number = random.Random(seed), 0
    for _ in range(25):
        match chance.randrange(4):
            case 0:
                await raise_alarm(site, number)
                number += 1
            case 1:
                site.clock.at_ms += HOUR_MS
            case 2:
                await runner(site).once()
            case _:
                for row in await opened(site):
                    await end(site, row.id, chance.choice(["done", "failed", "cancelled"]), "")
    for _ in range(4):
        for row in await opened(site):
            await end(site, row.id, "done")
        site.clock.at_ms += HOUR_MS
        await runner(site).once()
    async with site.database.reading() as session:
        alarms = set(await session.scalars(select(AlarmRow.id)))
        sent = await session.scalars(select(ExportRow).where(col(ExportRow.sent_at).is_not(None)))
        brought = Counter(alarm for row in sent for alarm in row.alarms)
    assert len(alarms) == number
    assert brought == dict.fromkeys(alarms, 1)
    state = await told(archives)
    assert (state.copied, state.waiting, state.failures, state.failing) == (number, 0, 0, False)


async def test_what_is_held_goes_too_and_its_footage_stays_meanwhile(site: Site, archives: ManageArchives) -> None:
    site.clock.at_ms += 2 * HOUR_MS
    holds = SqlHoldStore(site.database, site.clock)
    await holds.add(CameraId(CAMERA), T0, T0 + 9_000, "theft", "kim", "")
    assert await runner(site).once() == 1
    (row,) = await opened(site)
    assert row.spans == [{"camera": CAMERA, "start_ms": T0, "end_ms": T0 + 9_000}]
    assert (row.target, row.who) == ("nas", "kim")
    async with site.database.reading() as session:
        assert await session.scalar(select(HoldRow.id).where(col(HoldRow.export) == row.id)) is not None
    await end(site, row.id, "done")
    for _ in range(3):
        site.clock.at_ms += HOUR_MS
        assert await runner(site).once() == 0
    assert (await told(archives)).copied == 1


async def test_what_fails_is_said_and_heals(site: Site, archives: ManageArchives) -> None:
    await raise_alarm(site, 0)
    for count in (1, 2):
        site.clock.at_ms += HOUR_MS
        await runner(site).once()
        (row,) = await opened(site)
        await end(site, row.id, "failed", "lost_too_often")
        await runner(site).once()
        state = await told(archives)
        assert (state.failures, state.fault, state.failing) == (count, "lost_too_often", True)
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    await end(site, row.id, "waiting", "target_full")
    await raise_alarm(site, 1)
    site.clock.at_ms += HOUR_MS
    assert await runner(site).once() == 0, "while one waits for a full destination, no more are heaped up"
    assert (await told(archives)).fault == "target_full"
    for _ in range(2):
        for one in await opened(site):
            await end(site, one.id, "done")
        site.clock.at_ms += HOUR_MS
        await runner(site).once()
    for one in await opened(site):
        await end(site, one.id, "done")
    await runner(site).once()
    state = await told(archives)
    assert (state.failures, state.fault, state.copied, state.failing) == (0, "", 2, False)


@pytest.mark.usefixtures("archives")
async def test_of_what_grew_after_it_was_copied_the_addition_is_copied(site: Site) -> None:
    of = rule(severity="high", cooldown_s=3_600.0)
    first = occurrence(of, 60, 63)
    await site.judging.save_judgement(None, verdict(), (first,))
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    (before,) = row.spans
    await end(site, row.id, "done")
    late = verdict(200, 203, late=True)
    await site.judging.save_judgement(None, late, (occurrence(of, 200, 203, late=True),))
    site.clock.at_ms += HOUR_MS
    assert await runner(site).once() == 1
    (row,) = await opened(site)
    assert len(row.alarms) == 1, "its record goes again, for it says more"
    assert row.spans, "and what is new of its footage"
    assert all(span["start_ms"] >= before["end_ms"] for span in row.spans), "what is there is not copied again"
    assert max(span["end_ms"] for span in row.spans) > before["end_ms"]
    for state in ("failed", "done"):
        (row,) = await opened(site)
        again = row.spans
        await end(site, row.id, state)
        site.clock.at_ms += HOUR_MS
        await runner(site).once()
    assert all(span["start_ms"] >= before["end_ms"] for span in again), "nor when the addition failed"
    assert await opened(site) == []


async def test_what_people_do_after_it_was_copied_is_copied_without_footage(
    site: Site, archives: ManageArchives
) -> None:
    await raise_alarm(site, 0)
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    await end(site, row.id, "done")
    deed = Deed("resolve", "kim", note="fence mended", assessment="true")
    await AlarmStore(site.database, site.clock).act(row.alarms[0], deed)
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (again,) = await opened(site)
    assert (again.alarms, again.spans) == (row.alarms, [])
    await end(site, again.id, "done")
    site.clock.at_ms += HOUR_MS
    assert await runner(site).once() == 0
    assert (await told(archives)).copied == 1


async def test_alarms_about_the_system_go_too(site: Site, archives: ManageArchives) -> None:
    async with site.database.writing() as session:
        session.add(away_alarm(site.clock.now(), T0))
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    assert (len(row.alarms), row.spans, row.whole) == (1, [], True)
    assert (await told(archives)).waiting == 1


async def test_one_is_put_run_now_and_removed(site: Site, archives: ManageArchives) -> None:
    await raise_alarm(site, 0)
    site.clock.at_ms += 700_000
    assert await runner(site).once() == 0
    await archives.run("nightly", KIM)
    assert await runner(site).once() == 1
    for wrong in (("Nightly", "nas", ["high"], "03:00"), ("n", "nas", [], "03:00"), ("n", "nas", ["high"], "24:00")):
        with pytest.raises(Rejected):
            await archives.put(wrong[0], wrong[1], wrong[2], "day", wrong[3], None, KIM)
    await archives.remove("nightly", KIM)
    assert await archives.book.all() == []
    with pytest.raises(Missing):
        await archives.run("nightly", KIM)
    await runner(site).once()


async def test_another_hour_leaves_out_nothing_of_before(site: Site, archives: ManageArchives) -> None:
    await archives.put("nightly", "nas", ["high"], "hour", "03:00", T0, KIM)
    await raise_alarm(site, 0)
    site.clock.at_ms += HOUR_MS
    await archives.put("nightly", "nas", ["high"], "hour", "04:00", None, KIM)
    assert (await told(archives)).since_ms == T0
    site.clock.at_ms += HOUR_MS
    assert await runner(site).once() == 1
    await archives.put("another", "nas", ["high"], "hour", "04:00", None, KIM)
    (other,) = [one for one in await archives.book.all() if one["name"] == "another"]
    assert other["since_ms"] == site.clock.at_ms, "at first from now on"


async def test_a_hold_that_waits_keeps_back_no_alarm(site: Site, archives: ManageArchives) -> None:
    holds = SqlHoldStore(site.database, site.clock)
    await holds.add(CameraId(CAMERA), T0, T0 + 9_000, "theft", "kim", "")
    site.clock.at_ms += HOUR_MS
    assert await runner(site).once() == 1
    (held,) = await opened(site)
    await end(site, held.id, "waiting", "no_room")
    await raise_alarm(site, 0)
    site.clock.at_ms += 2 * HOUR_MS
    assert await runner(site).once() == 1
    found = await told(archives)
    assert (found.waiting, found.failing, found.fault) == (2, True, "no_room"), "and what waits is told"
    (asked,) = [one for one in await opened(site) if one.id != held.id]
    assert len(asked.alarms) == 1


async def test_what_takes_its_time_is_not_late(site: Site, archives: ManageArchives) -> None:
    await archives.put("nightly", "nas", ["high"], "day", "03:00", 0, KIM)
    await raise_alarm(site, 0)
    site.clock.at_ms += HOUR_MS
    await archives.run("nightly", KIM)
    assert await runner(site).once() == 1
    await archives.run("nightly", KIM)
    for _ in range(24):
        assert await runner(site).once() == 0
        site.clock.at_ms += 300_000
    assert not (await told(archives)).failing
    (row,) = await opened(site)
    await end(site, row.id, "done")
    await raise_alarm(site, 1)
    site.clock.at_ms += 11 * 60_000
    assert await runner(site).once() == 1, "and what came meanwhile is asked for soon after"


@pytest.mark.parametrize(("cause", "again"), [("on the node", True), ("lost", False)])
async def test_footage_that_was_still_on_a_node_does_not_count_as_copied(
    site: Site, archives: ManageArchives, cause: str, again: bool
) -> None:
    await raise_alarm(site, 0)
    site.clock.at_ms += HOUR_MS
    await runner(site).once()
    (row,) = await opened(site)
    (span,) = row.spans
    async with site.database.writing() as session:
        gaps = {"gaps": [{**span, "cause": cause}]}
        await session.execute(update(ExportRow).where(col(ExportRow.id) == row.id).values(result=gaps))
    await end(site, row.id, "done")
    await runner(site).once()
    deed = Deed("resolve", "kim", note="fence mended", assessment="true")
    await AlarmStore(site.database, site.clock).act(row.alarms[0], deed)
    site.clock.at_ms += HOUR_MS
    await archives.run("nightly", KIM)
    await runner(site).once()
    (later,) = await opened(site)
    assert later.spans == ([span] if again else [])


async def test_who_lost_the_lease_asks_for_nothing(site: Site, archives: ManageArchives) -> None:
    await raise_alarm(site, 0)
    site.clock.at_ms += 2 * HOUR_MS
    await drop(site.database, site.clock, LEASE)
    with pytest.raises(Transient):
        await runner(site).once()
    assert await opened(site) == []
    assert (await told(archives)).ran_ms == 0
