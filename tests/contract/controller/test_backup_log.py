"""What the audit tells of backups: the good one, what failed after it, and when that is an alarm."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from controller.adapters.audit_store import SqlAudit
from controller.adapters.backup_log import SqlBackupLog
from controller.adapters.tables import AuditRow
from controller.api.storage_schemas import SiteBackupOut
from controller.core.conditions import Key
from controller.core.lease import Term
from controller.core.nightly import OLD_MS
from controller.flows.back_up_nightly import BackUpNightly, Entry, Lapsed, TrialFailed
from controller.flows.tell_backups import TellBackups
from shared.errors import Transient
from shared.texts import said
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_store import Guard
from tests.fakes.led import drop, take

LEASE = Term("sweep:yard", "here")
HOUR_MS = 3_600_000
MADE: list[Entry] = [
    ("backup.create", {"file": "yard-1.cctvbackup", "bytes": 7}),
    ("backup.try", {"file": "yard-1.cctvbackup", "bytes": 7, "faults": 0}),
]


class Maker:
    """Makes what it is told to, or fails."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.made = 0
        self.forgot = 0

    async def make(self) -> list[Entry]:
        if self.fault is not None:
            raise self.fault
        self.made += 1
        return MADE

    async def forget_older(self) -> None:
        self.forgot += 1


async def nightly(site: Site, maker: Maker) -> BackUpNightly:
    led = await take(site.database, site.clock, LEASE, 10**12)
    return BackUpNightly(SqlBackupLog(led, site.clock), maker, site.clock, 3, ZoneInfo("Asia/Seoul"))


def told(site: Site) -> TellBackups:
    return TellBackups(SqlBackupLog(site.database, site.clock), site.clock, nightly=True, since_ms=site.clock.unix_ms())


async def test_one_is_made_a_night_and_told_of(site: Site) -> None:
    maker = Maker()
    work = await nightly(site, maker)
    assert await work.once()
    assert not await work.once()
    for _ in range(49):
        site.clock.at_ms += HOUR_MS
        await work.once()
    assert (maker.made, maker.forgot) == (3, 3), "two nights later"
    state = SiteBackupOut.model_validate(await told(site).state())
    assert (state.nightly, state.late, state.good_bytes, state.failed_ms) == (True, False, 7, None)


@pytest.mark.parametrize(
    ("fault", "why"), [(TrialFailed("backup", "other rows"), "trial"), (Transient("no room"), "failed")]
)
async def test_a_failure_is_noted_and_tried_again_after_an_hour(site: Site, fault: Exception, why: str) -> None:
    maker = Maker()
    maker.fault = fault
    work = await nightly(site, maker)
    assert not await work.once()
    found = SiteBackupOut.model_validate(await told(site).state())
    assert (found.good_ms, found.failed_ms, found.failed_why) == (None, site.clock.unix_ms(), why)
    maker.fault = None
    site.clock.at_ms += HOUR_MS - 1
    assert not await work.once()
    site.clock.at_ms += 1
    assert await work.once()
    assert (await told(site).state())["failed_ms"] is None, "a good one came after it"


async def test_who_lost_the_lease_notes_nothing(site: Site) -> None:
    maker = Maker()
    work = await nightly(site, maker)
    maker.fault = Lapsed("the lease is no longer ours")
    with pytest.raises(Lapsed):
        await work.once()
    maker.fault = None
    await drop(site.database, site.clock, LEASE)
    with pytest.raises(Transient):
        await work.once()
    assert maker.forgot == 0
    nights = await SqlBackupLog(site.database, site.clock).nights()
    assert (nights.made, nights.failed, nights.good) == ((), (), None)


async def test_a_trial_that_found_a_broken_audit_is_no_good_one(site: Site) -> None:
    audit = SqlAudit(site.database, site.clock)
    await audit.note("kim", "backup.try", detail={"file": "a", "faults": 1})
    assert (await told(site).state())["good_ms"] is None
    await audit.note("kim", "backup.try", detail={"file": "b", "faults": 0})
    assert (await told(site).state())["good_ms"] == site.clock.unix_ms(), "whoever made it"


async def test_an_entry_from_a_year_ahead_is_no_good_one(site: Site) -> None:
    async with site.database.writing() as session:
        later = site.clock.now() + timedelta(days=365)
        session.add(AuditRow(at=later, who="system", what="backup.try", address="", detail={"file": "a", "faults": 0}))
    assert (await told(site).state())["good_ms"] is None


async def test_a_site_without_a_good_one_is_told(site: Site) -> None:
    tell = told(site)
    key = Key("backup_failing")
    assert await tell.conditions() == {}, "the first is on its way"
    site.clock.at_ms += OLD_MS + 1
    assert said((await tell.conditions())[key].text) == {"code": "alarm_site_backup_none", "params": {}}
    maker = Maker()
    assert await (await nightly(site, maker)).once()
    assert await tell.conditions() == {}
    made_ms = site.clock.unix_ms()
    site.clock.at_ms += OLD_MS + HOUR_MS
    found = (await tell.conditions())[key]
    assert said(found.text) == {"code": "alarm_site_backup_old", "params": {"hours": 27}}
    assert found.since_ms == made_ms + OLD_MS
    off = TellBackups(SqlBackupLog(site.database, site.clock), site.clock, nightly=False)
    assert await off.conditions() == {}


async def test_it_becomes_an_alarm(site: Site) -> None:
    guard = await Guard(site).lead()
    guard.watch.own = (told(site),)
    site.clock.at_ms += OLD_MS + 1
    raised = await guard.look_for(700)
    (alarm,) = [one for one in raised if (await site.queries.alarm(one))["alarm"]["kind"] == "backup_failing"]
    state = (await site.queries.alarm(alarm))["alarm"]
    assert (state["said"]["code"], state["end_ms"]) == ("alarm_site_backup_none", None)
    assert await (await nightly(site, Maker())).once()
    await guard.look_for(20)
    assert (await site.queries.alarm(alarm))["alarm"]["end_ms"] is not None
