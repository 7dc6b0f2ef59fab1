"""What monitors are told is what the rows say, on both databases; and ended things go on being counted."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from controller.adapters.audit_store import SqlAudit
from controller.adapters.count_store import SqlCounts
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.scrub_rows import SqlScrubRows
from controller.adapters.tables import (
    AlarmRow,
    AuditHeadRow,
    AuditRow,
    CertificateRow,
    DeliveryRow,
    DestinationRow,
    EnrichmentRow,
    NodeRow,
    SiteRow,
)
from controller.core.lease import LEASE_MS
from controller.core.scrub import Scrub, Wrong
from controller.core.site_counts import CameraCount, Counts, NodeCount
from controller.ports import Received
from shared.ids import NodeId
from shared.messages import CameraHealth
from shared.mint import uuid7
from tests.builders import T0, node_health, node_status, occurrence, rule, run_fact, verdict
from tests.contract.controller.conftest import SITE, Site

DAY_MS = 24 * 3_600_000


async def put(site: Site, *rows: Any) -> None:
    async with site.database.writing() as session:
        session.add_all(rows)


def counting(site: Site) -> SqlCounts:
    return SqlCounts(site.database, site.clock, SITE)


def delivery(state: str, created_ms: int, done_ms: int | None = None) -> DeliveryRow:
    return DeliveryRow(
        id=uuid7(), once=uuid7(), destination="mail", why="test", severity="low", digest=False, payload={},
        due_ms=created_ms, created_ms=created_ms, done_ms=done_ms, state=state,
    )  # fmt: skip


async def test_an_empty_site_counts_nothing(site: Site) -> None:
    assert await counting(site).counts() == Counts()


async def test_alarms_by_severity_and_state_and_what_is_kept_back(site: Site) -> None:
    for number, name in enumerate(("a", "b", "c", "d")):
        raised = occurrence(rule(name=name, severity="high" if number else "low"), 1 + number)
        await site.judging.save_judgement(None, verdict(), [raised])
    async with site.database.writing() as session:
        rows = {row.number: row for row in await session.scalars(select(AlarmRow))}
        rows[2].state = "resolved"
        rows[3].suppressed = True
        rows[4].shelved_until = site.clock.now() + timedelta(minutes=5)
        session.add(
            EnrichmentRow(id=uuid7(), alarm=rows[1].id, kind="describe", state="done", created_ms=T0, due_ms=T0)
        )
    found = await counting(site).counts()
    assert found.raised == 4
    assert found.open == {("low", "raised"): 1, ("high", "raised"): 1}
    assert (found.suppressed, found.shelved) == (1, 1)
    assert found.questions_day == {("describe", "done"): 1}
    site.clock.at_ms += 2 * DAY_MS
    later = await counting(site).counts()
    assert (later.shelved, later.questions_day) == (0, {})


async def test_the_number_of_alarms_goes_on_whatever_becomes_of_them(site: Site) -> None:
    await site.judging.save_judgement(None, verdict(), [occurrence(rule(), 1)])
    before = (await counting(site).counts()).raised
    await SqlRetentionStore(site.database, site.clock).prune()
    async with site.database.writing() as session:
        row = await session.get(SiteRow, SITE)
        assert row is not None
        assert row.last_alarm_number == before == 1
    again = SqlCounts(site.database, site.clock, SITE)  # another process
    assert (await again.counts()).raised >= before


async def test_nodes_are_told_by_their_last_word(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard", "gate.hall"))
    await site.facts.save_health(
        node_health(
            outbox_facts=7,
            outbox_oldest_s=31.5,
            uploads_waiting=2,
            uploads_waiting_bytes=9,
            disk_free_bytes=5,
            clock_offset_ms=-200,
            clock_error_ms=50,
            temperature_c=61.0,
            throttled_now=("under-voltage",),
            cameras=(
                CameraHealth(id="gate.yard", state="live", frame_age_ms=40, ring_s=9, ring_short=True, tamper="black"),
            ),
        )
    )
    await put(site, NodeRow(id="old", enabled=False, created_at=site.clock.now()))
    site.clock.at_ms += 4_000
    found = await counting(site).counts()
    yard = CameraCount("gate.yard", live=True, frame_age_s=0.04, ring_s=9.0, ring_short=True, tampered="black")
    assert found.nodes == (
        NodeCount("gate", "online", 4.0, 7, 31.5, 2, 9, None, 5, 0.25, 61.0, throttled=True, cameras=(yard,)),
        NodeCount("old", "disabled"),
    )
    assert found.cameras == {"live": 2}
    site.clock.at_ms += 26_000
    away = (await counting(site).counts()).nodes[0]
    assert (away.state, away.cameras) == ("away", ()), "silent for 30 s"
    await site.facts.save_status(node_status("gate.yard", agent_start=uuid7()))
    fresh = (await counting(site).counts()).nodes[0]
    assert (fresh.state, fresh.facts) == ("online", None), "what an earlier start told is over"


async def test_a_nodes_newest_certificate_that_counts_is_told(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    await site.facts.save_status(node_status("hall.door", node="hall"))
    now = site.clock.now()
    plain: dict[str, Any] = {"node": "gate", "fingerprint": "f", "pem": "p", "issued_at": now}
    await put(
        site,
        CertificateRow(serial="1", ends_at=now + timedelta(days=5), **plain),
        CertificateRow(serial="2", ends_at=now + timedelta(days=70), **plain),
        CertificateRow(serial="3", ends_at=now + timedelta(days=90), revoked_at=now, **plain),
    )
    found = {one.node: one.certificate_left_s for one in (await counting(site).counts()).nodes}
    assert found == {"gate": 70 * 86_400.0, "hall": None}


async def test_runs_channels_and_messages(site: Site) -> None:
    await site.facts.save_facts([Received(NodeId("gate"), b"", run_fact()) for _ in range(3)])
    dead = site.clock.now()
    plain: dict[str, Any] = {
        "kind": "webhook", "scheme": "https", "sealed": "", "language": "ko", "created_at": dead, "created_by": "kim",
    }  # fmt: skip
    now_ms = site.clock.unix_ms()
    await put(
        site,
        DestinationRow(name="mail", **plain),
        DestinationRow(name="horn", dead_since=dead, **plain),
        DestinationRow(name="off", enabled=False, dead_since=dead, **plain),
        delivery("waiting", now_ms - 61_000),
        delivery("sending", now_ms - 1_000),
        delivery("delivered", now_ms, now_ms),
        delivery("failed", now_ms - 2 * DAY_MS, now_ms - DAY_MS - 1),
    )
    found = await counting(site).counts()
    assert found.runs == {"announced": 3}
    assert found.channels == {"mail": "well", "horn": "dead", "off": "off"}
    assert (found.messages, found.messages_oldest_s) == ({"waiting": 1, "sending": 1}, 61.0)
    assert found.messages_day == {"delivered": 1}


async def test_who_leads_and_which_workers_are_there(site: Site) -> None:
    leases = SqlLeaseStore(site.database, site.clock)
    await leases.take(f"notify:{SITE}", "me", LEASE_MS)
    await leases.take("notify:elsewhere", "me", LEASE_MS)
    await leases.take("worker:w1", "w1", LEASE_MS)
    site.clock.at_ms += LEASE_MS + 1
    await leases.take(f"ingest:{SITE}", "me", LEASE_MS)
    await leases.take("worker:w2", "w2", LEASE_MS)
    found = await counting(site).counts()
    assert (found.led, found.workers) == ({"notify": False, "ingest": True}, 1)
    site.clock.at_ms += 8 * DAY_MS
    await leases.take("worker:w3", "w3", LEASE_MS)
    await SqlRetentionStore(site.database, site.clock).prune()
    assert not await leases.take("worker:w3", "w4", LEASE_MS), "whoever is there is kept"
    assert (await counting(site).counts()).led == {"notify": False, "ingest": False}


async def test_what_reading_again_has_found(site: Site) -> None:
    found = await counting(site).counts()
    assert (found.scrub_wrong, found.scrub_age_s) == (0, None)
    now_ms = site.clock.unix_ms()
    scrub = Scrub(whole_ms=now_ms - 90_000, wrong=(Wrong("a", "other", now_ms, asked=False),))
    await SqlScrubRows(site.database, site.clock).keep(scrub)
    found = await counting(site).counts()
    assert (found.scrub_wrong, found.scrub_age_s) == (1, 90)


async def test_the_age_of_backups_and_of_those_that_were_tried(site: Site) -> None:
    def entry(what: str, days: float, **detail: Any) -> AuditRow:
        return AuditRow(at=site.clock.now() - timedelta(days=days), who="cctv", what=what, detail=detail)

    await put(site, entry("backup.create", 40), entry("backup.restore", 1))
    found = await counting(site).counts()
    assert (found.backup_age_s, found.tried_age_s) == (None, None)
    await put(site, entry("backup.create", 2), entry("backup.create", 0.5))
    await put(site, entry("backup.try", 2, faults=0), entry("backup.try", 0.5, faults=1))
    found = await counting(site).counts()
    assert (found.backup_age_s, found.tried_age_s) == (43_200, 172_800)


async def test_an_audit_that_stands_still_is_told(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    await people.audit("kim", "login")
    before = site.clock.now()
    site.clock.at_ms += 2 * DAY_MS
    assert (await counting(site).counts()).audit_waits_s == 2 * 86_400
    book = SqlAudit(site.database, site.clock)
    await book.seal(10)
    async with site.database.writing() as session:
        for day in (before.date(), before.date() + timedelta(days=900)):
            session.add(AuditHeadRow(day=day, seq=1, chain="", signature=""))
    found = await counting(site).counts()
    midnight = before.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert (found.audit_waits_s, found.audit_head_s) == (0, (site.clock.now() - midnight).total_seconds())
