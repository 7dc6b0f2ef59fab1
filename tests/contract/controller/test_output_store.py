"""What outputs follow on both databases: every alarm that one may be on for, and no other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from controller.adapters.output_store import SqlOutputs
from controller.adapters.tables import AlarmRow
from controller.core.outputs import Hand, Output, decide
from shared.mint import uuid7
from tests.builders import occurrence, rule, verdict
from tests.contract.controller.conftest import Site

HORN = Output("horn", "siren", "critical", hold_ms=0)
TABLE: Any = AlarmRow.__table__  # type: ignore[attr-defined]


async def raised(site: Site, severity: str = "critical") -> str:
    one = occurrence(rule(severity=severity), 2, 4)
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None), [one])
    return alarm


async def copies(site: Site, alarm: str, *changes: dict[str, Any]) -> list[str]:
    """The same alarm again, each with a change of its own; their ids."""
    names = [uuid7() for _ in changes]
    async with site.database.writing() as session:
        row = (await session.execute(sa.select(TABLE).where(TABLE.c.id == alarm))).mappings().one()
        rows = [
            {**row, "id": name, "number": number, **change}
            for number, (name, change) in enumerate(zip(names, changes, strict=True), 2)
        ]
        await session.execute(sa.insert(TABLE), rows)
    return names


async def heeded(site: Site, *outputs: Output) -> list[str]:
    return [one["id"] for one in await SqlOutputs(site.database, site.clock).heeded(outputs)]


async def test_many_newer_alarms_of_less_severity_do_not_switch_it_off(site: Site) -> None:
    grave = await raised(site)
    await copies(site, grave, *({"severity": "low"} for _ in range(300)))
    (alarm,) = await SqlOutputs(site.database, site.clock).heeded([HORN])
    assert (alarm["id"], alarm["cameras"], alarm["escalated_at"]) == (grave, ["gate.yard"], None)
    wanted = decide(HORN, [alarm], None, site.clock.unix_ms())
    assert (wanted.on, wanted.alarm) == (True, grave)


async def test_what_is_taken_up_silenced_or_too_small_is_not_read(site: Site) -> None:
    grave = await raised(site)
    now = site.clock.now()
    names = await copies(
        site, grave, {"state": "acknowledged"}, {"suppressed": True}, {"severity": "high"},
        {"shelved_until": now + timedelta(seconds=1)}, {"shelved_until": now - timedelta(seconds=1)},
    )  # fmt: skip
    assert sorted(await heeded(site, HORN)) == sorted([grave, names[-1]])
    assert await heeded(site) == []


async def test_of_an_output_with_a_hold_only_what_is_new_or_passed_up_is_read(site: Site) -> None:
    first = await raised(site)
    now = site.clock.now()
    brief = replace(HORN, hold_ms=60_000)
    long_ago = now - timedelta(seconds=60)
    _, passed_up, small = await copies(
        site, first, {"raised_at": long_ago}, {"raised_at": long_ago, "escalated_at": now}, {"severity": "low"}
    )
    assert sorted(await heeded(site, brief)) == sorted([first, passed_up])
    assert sorted(await heeded(site, brief, replace(brief, least="low"))) == sorted([first, passed_up, small])
    assert len(await heeded(site, brief, HORN)) == 3


async def test_the_last_hand_of_each_output_is_kept(site: Site) -> None:
    store = SqlOutputs(site.database, site.clock)
    await store.keep_hand("horn", Hand(True, 5))
    await store.keep_hand("horn", Hand(False, 7))
    await store.keep_hand("horn", Hand(True, 6))
    await store.keep_hand("lamp", Hand(True, 1))
    assert await SqlOutputs(site.database, site.clock).hands() == {"horn": Hand(False, 7), "lamp": Hand(True, 1)}
