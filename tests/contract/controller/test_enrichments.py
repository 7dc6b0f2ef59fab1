"""Questions about alarms on both databases: noted once, asked by one, answered once, decided by one person."""

from typing import Any

import pytest
from sqlmodel import col, select

from controller.adapters.enrichment_store import SqlEnrichments
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, AuditRow
from controller.api.schemas import EnrichmentOut
from controller.core.enrichment import FRESH_MS
from controller.errors import Conflict, Missing
from controller.ports import Asked
from shared.kinds import SEVERITIES
from shared.mint import uuid7
from tests.contract.controller.conftest import Site

ALL = SEVERITIES


async def alarm_on(site: Site, **given: Any) -> str:
    values: dict[str, Any] = {
        "id": uuid7(), "number": 1, "rev": 1, "state": "raised", "rule": uuid7(), "rule_name": "Crane",
        "kind": "zone_intrusion", "required": [], "severity": "high", "camera": "gate.yard", "persistence_s": 2.0,
        "condition_ms": site.clock.unix_ms(), "raised_at": site.clock.now(), "confidence": 0.9, "occurrences": 1,
        "late": False, "regulation": "Article 20",
    }  # fmt: skip
    async with site.database.writing() as session:
        session.add(AlarmRow(**(values | given)))
    return str((values | given)["id"])


def store_of(site: Site) -> SqlEnrichments:
    return SqlEnrichments(site.database, site.clock)


async def claimed(store: SqlEnrichments, kind: Any = "describe") -> Asked:
    asked = await store.claim(kind, 30_000)
    assert asked is not None
    return asked


async def states(store: SqlEnrichments, alarm: str) -> list[str]:
    return [EnrichmentOut.model_validate(one).state for one in await store.of_alarm(alarm)]


async def test_a_fresh_alarm_of_a_rule_is_asked_about_once(site: Site) -> None:
    store, alarm = store_of(site), await alarm_on(site)
    await alarm_on(site, number=2, rule="system.node_away")
    await alarm_on(site, number=3, severity="low")
    assert await store.plan("describe", ("high",)) == 1
    assert await store.plan("describe", ("high",)) == 0
    asked = await claimed(store)
    assert (asked.alarm_id, asked.alarm.rule, asked.alarm.regulation) == (alarm, "Crane", "Article 20")
    assert await store.claim("describe", 30_000) is None
    await store.answered(asked, "a person", "seer")
    (shown,) = await store.of_alarm(alarm)
    assert (shown["state"], shown["text"], shown["model"]) == ("done", "a person", "seer")
    assert await store.plan("describe", ALL) == 1  # the low one


async def test_an_asker_that_dies_is_followed_by_another_and_its_late_answer_counts_nothing(site: Site) -> None:
    store, alarm = store_of(site), await alarm_on(site)
    await store.plan("describe", ALL)
    first = await claimed(store)
    site.clock.at_ms += 100_000
    second = await claimed(store)
    assert (second.id, second.tries) == (first.id, 2)
    await store.answered(first, "late", "seer")
    assert await states(store, alarm) == ["waiting"]
    await store.failed(second, "is not JSON", 5_000)
    assert await store.claim("describe", 30_000) is None
    site.clock.at_ms += 5_000
    third = await claimed(store)
    await store.failed(third, "is not JSON", None)
    (shown,) = await store.of_alarm(alarm)
    assert (shown["state"], shown["reason"]) == ("failed", "is not JSON")


async def test_what_waited_too_long_is_dropped_and_an_old_alarm_is_not_asked_about(site: Site) -> None:
    store, alarm = store_of(site), await alarm_on(site)
    await store.plan("describe", ALL)
    site.clock.at_ms += FRESH_MS + 1
    assert await store.plan("draft", ALL) == 0
    assert await store.plan("describe", ALL) == 0
    assert await states(store, alarm) == ["dropped"]
    assert await store.claim("describe", 30_000) is None


async def test_a_draft_waits_for_the_description_and_knows_it(site: Site) -> None:
    store, _ = store_of(site), await alarm_on(site)
    await store.plan("describe", ALL)
    await store.plan("draft", ALL)
    assert await store.claim("draft", 30_000) is None
    await store.answered(await claimed(store), "nobody is to be seen", "seer")
    draft = await claimed(store, "draft")
    assert draft.alarm.description == "nobody is to be seen"


async def test_what_is_sent_is_audited(site: Site) -> None:
    store, alarm = store_of(site), await alarm_on(site)
    await store.plan("describe", ALL)
    await store.audit(await claimed(store), {"host": "vlm", "pictures": 1})
    async with site.database.reading() as session:
        row = (await session.scalars(select(AuditRow).where(col(AuditRow.what) == "enrich.describe"))).one()
    assert (row.who, row.subject, row.detail) == ("system", alarm, {"host": "vlm", "pictures": 1})


async def test_one_person_decides_on_a_draft(site: Site) -> None:
    store, alarm = store_of(site), await alarm_on(site)
    await store.plan("draft", ALL)
    draft = await claimed(store, "draft")
    with pytest.raises(Missing):
        await store.decide(draft.id, "accepted", "kim", "")
    await store.answered(draft, "1. Stop the crane", "seer")
    for _ in range(2):
        shown = EnrichmentOut.model_validate(await store.decide(draft.id, "accepted", "kim", ""))
        assert (shown.decision, shown.decided_by) == ("accepted", "kim")
    with pytest.raises(Conflict, match="kim"):
        await store.decide(draft.id, "dismissed", "lee", "")
    async with site.database.reading() as session:
        rows = (await session.scalars(select(AlarmHistoryRow).where(col(AlarmHistoryRow.alarm) == alarm))).all()
    assert [(row.who, row.what, row.note) for row in rows] == [("kim", "draft_accepted", "1. Stop the crane")]


async def test_an_unknown_alarm_is_told(site: Site) -> None:
    with pytest.raises(Missing):
        await store_of(site).of_alarm(uuid7())
