"""The recording proof on both databases: days from the ledger, gaps over midnight, maintenance, pages of gaps."""

from zoneinfo import ZoneInfo

import pytest

from controller.adapters.maintenance_store import MaintenanceStore
from controller.adapters.proof_store import SqlProof
from controller.api.proof_schemas import ProofGapPage, ProofOut
from controller.errors import Missing
from controller.flows.read_proof import MOST_DAYS, ReadProof
from shared.errors import Rejected
from shared.messages import Gap
from shared.mint import uuid7
from tests.builders import T0, node_status
from tests.contract.controller.conftest import SITE, Site
from tests.contract.controller.test_backfill_store import ledger
from tests.contract.controller.test_timeline_store import tell

MINUTE = 60_000
MIDNIGHT = 960
"""Minutes from T0 (08:00 UTC) to the end of the day in UTC."""


def reading(site: Site) -> ReadProof:
    return ReadProof(SqlProof(site.database), site.clock, ZoneInfo("UTC"))


def gap(first: float, last: float, cause: str = "camera stalled") -> Gap:
    return Gap(start_ms=T0 + round(first * MINUTE), end_ms=T0 + round(last * MINUTE), cause=cause)


async def test_days_are_counted_from_the_ledger_and_a_gap_goes_over_midnight(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard", "gate.door"))
    await tell(site, *(ledger(minute) for minute in range(5)))
    off = ledger(5, segments=(), gaps=(gap(5, 5.5, "recording off"),))
    night = ledger(MIDNIGHT + 9, gaps=(gap(MIDNIGHT - 20, MIDNIGHT + 9.5, "agent down"),))
    await tell(site, off, night, ledger(MIDNIGHT + 10))
    site.clock.at_ms = T0 + (MIDNIGHT + 14) * MINUTE
    found = await reading(site).proof([], 2)
    shown = ProofOut.model_validate(found)
    door, yard = shown.cameras
    assert (door.camera, door.days, door.due_ms) == ("gate.door", [None, None], 0)
    first, second = yard.days
    assert first is not None
    assert second is not None
    assert (first.counted_ms, first.recorded_ms, first.planned_ms, first.missing_ms) == (
        MIDNIGHT * MINUTE,
        round(5.5 * MINUTE),
        MINUTE // 2,
        20 * MINUTE,
    )
    assert (second.counted_ms, second.recorded_ms, second.missing_ms, second.untold_ms) == (
        11 * MINUTE,
        round(1.5 * MINUTE),
        round(9.5 * MINUTE),
        0,
    )
    assert [(one.cause, one.planned, one.gaps) for one in first.causes] == [
        ("agent down", False, 1),
        ("recording off", True, 1),
    ]
    assert (yard.recorded_ms, yard.due_ms) == (7 * MINUTE, first.due_ms + second.due_ms)


async def test_a_minute_in_two_chains_is_one_minute(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    other = uuid7()
    await tell(site, *(ledger(minute) for minute in range(4)), *(ledger(minute, chain=other) for minute in range(2, 6)))
    site.clock.at_ms = T0 + 9 * MINUTE
    (camera,) = (await reading(site).proof(["gate.yard"], 1))["cameras"]
    assert (camera["recorded_ms"], camera["due_ms"]) == (6 * MINUTE, 6 * MINUTE)


async def test_maintenance_makes_a_gap_planned_and_gaps_come_page_by_page(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    holes = [ledger(minute, segments=(), gaps=(gap(minute, minute + 1),)) for minute in range(3, 6)]
    await tell(site, *(ledger(minute) for minute in range(3)), *holes)
    await tell(site, ledger(20, segments=(), gaps=(gap(20, 21, "lost"),)))
    site.clock.at_ms = T0 + 3 * MINUTE
    store = MaintenanceStore(site.database, site.clock, SITE)
    window = await store.begin(uuid7(), "node", "gate", 2, "cables", "kim", "")
    assert window["target"] == "gate"
    site.clock.at_ms = T0 + 30 * MINUTE
    (camera,) = (await reading(site).proof([], 1))["cameras"]
    (day,) = camera["days"]
    assert (day["planned_ms"], day["missing_ms"], day["recorded_ms"]) == (2 * MINUTE, 2 * MINUTE, 3 * MINUTE)
    page = ProofGapPage.model_validate(await reading(site).gaps("gate.yard", T0, T0 + 60 * MINUTE, None))
    assert [
        (one.cause, (one.start_ms - T0) // MINUTE, (one.end_ms - T0) // MINUTE, one.planned) for one in page.items
    ] == [
        ("camera stalled", 3, 6, True),
        ("lost", 20, 21, False),
    ]
    assert page.next is None
    later = await reading(site).gaps("gate.yard", T0, T0 + 60 * MINUTE, f"{T0 + 5 * MINUTE}.999999999")
    assert [one["cause"] for one in later["items"]] == ["lost"]


async def test_what_nobody_knows_or_is_too_much_is_refused(site: Site) -> None:
    await site.facts.save_status(node_status("gate.yard"))
    asked = reading(site)
    with pytest.raises(Missing):
        await asked.proof(["gate.roof"], 1)
    for days in (0, MOST_DAYS + 1):
        with pytest.raises(Rejected, match="days"):
            await asked.proof([], days)
    with pytest.raises(Rejected, match="to_ms"):
        await asked.gaps("gate.yard", T0, T0, None)
    with pytest.raises(Rejected, match="cursor"):
        await asked.gaps("gate.yard", T0, T0 + 1, "yesterday")
