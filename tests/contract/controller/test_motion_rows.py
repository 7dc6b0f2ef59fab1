"""Where something moved, kept once however often and in which order it is told, and forgotten with the footage."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from sqlmodel import select

from controller.adapters.motion_reads import MotionReads
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.tables import LedgerRow, MotionGridRow, MotionToldRow, RawFactRow
from controller.ports import Received, Taken
from shared.errors import Rejected
from shared.ids import NodeId
from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.messages import LedgerFact
from shared.mint import uuid7
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, MotionGrid, grid_of, unpack
from shared.topics import FACT
from tests.builders import AGENT, AT, T0
from tests.contract.controller.conftest import Site

ZERO_MS = T0 - T0 % MINUTE_MS
GOLDEN = Path(__file__).parents[2] / "golden" / "wire" / "v1"
STILL = MotionGrid(columns=COLUMNS, rows=ROWS, step_ms=5_000)


def moving(*columns: int) -> MotionGrid:
    moved = np.zeros((12, ROWS, COLUMNS), np.bool_)
    moved[3, 5, list(columns)] = True
    return grid_of(moved)


def minute(place: int, motion: MotionGrid | None, camera: str = "gate.yard", **given: Any) -> LedgerFact:
    chain, minute_ms = uuid7(), ZERO_MS + place * MINUTE_MS
    values = {
        "id": uuid7(), "at": AT, "node": "gate", "agent_start": AGENT, "seq": 1, "rev": 1, "camera": camera,
        "minute_ms": minute_ms, "chain": chain, "previous": FIRST_PREVIOUS, "motion": motion,
        "entry": entry_hash(camera, minute_ms, chain, FIRST_PREVIOUS, (), ()),
    }  # fmt: skip
    return LedgerFact(**(values | given))


async def tell(site: Site, *facts: LedgerFact) -> list[str]:
    taken = await site.facts.save_facts([Received(NodeId("gate"), b"{}", fact) for fact in facts])
    return [one.outcome for one in taken]


async def rows(site: Site, table: Any) -> list[Any]:
    async with site.database.reading() as session:
        return list((await session.scalars(select(table))).all())


async def days(site: Site) -> list[tuple[str, int]]:
    return sorted(
        (row.camera, (row.minute_ms - ZERO_MS) // (24 * 60 * MINUTE_MS)) for row in await rows(site, MotionGridRow)
    )


async def test_a_minute_with_motion_is_a_row_and_a_still_one_only_told(site: Site) -> None:
    assert await tell(site, minute(0, None), minute(1, moving(4, 5)), minute(2, STILL)) == ["accepted"] * 3
    (row,) = await rows(site, MotionGridRow)
    assert (row.camera, row.minute_ms, row.columns, row.rows, row.step_ms) == (
        "gate.yard", ZERO_MS + MINUTE_MS, 32, 18, 5_000,
    )  # fmt: skip
    assert np.argwhere(unpack(row.cells, (12, 18, 32))).tolist() == [[3, 5, 4], [3, 5, 5]]
    (told,) = await rows(site, MotionToldRow)
    assert (told.camera, told.first_ms, told.last_ms) == ("gate.yard", ZERO_MS + MINUTE_MS, ZERO_MS + 2 * MINUTE_MS)
    assert len(await rows(site, LedgerRow)) == 3


async def test_the_same_minute_again_adds_what_is_new_in_any_order(site: Site) -> None:
    first, second = minute(0, moving(1, 2)), minute(0, moving(2, 9))
    assert await tell(site, second, first, first, minute(0, STILL), second) == [
        "accepted", "accepted", "duplicate", "accepted", "duplicate",
    ]  # fmt: skip
    (row,) = await rows(site, MotionGridRow)
    assert np.argwhere(unpack(row.cells, (12, 18, 32)))[:, 2].tolist() == [1, 2, 9]


async def test_an_entry_that_was_taken_by_a_controller_of_before_gives_its_motion_now(site: Site) -> None:
    fact = minute(0, moving(1))
    await tell(site, fact.model_copy(update={"motion": None}))
    assert await rows(site, MotionGridRow) == []
    assert await tell(site, fact) == ["duplicate"]
    assert len(await rows(site, MotionGridRow)) == 1


async def test_a_minute_that_does_not_begin_with_one_is_rejected(site: Site) -> None:
    odd = minute(0, moving(1)).model_copy(update={"minute_ms": ZERO_MS + 1})
    assert await tell(site, odd, minute(0, None).model_copy(update={"minute_ms": ZERO_MS + 1})) == [
        "rejected", "accepted",
    ]  # fmt: skip
    assert await rows(site, MotionGridRow) == []


async def test_a_hostile_grid_is_parked_with_the_field_it_is_about(site: Site) -> None:
    payload = (GOLDEN / "fact.invalid.motion-beyond-the-minute.json").read_bytes()
    try:
        FACT.decode(payload)
    except Rejected as fault:
        reason = f"{fault.field}: {fault.fault}"
    assert await site.facts.save_facts([Received(NodeId("n1"), payload, None, reason)]) == (Taken("parked", reason),)
    (raw,) = await rows(site, RawFactRow)
    assert raw.reason.startswith("fact.cctv.fact.ledger.v1.motion.cells: ")
    assert json.loads(raw.payload)["motion"]["cells"]
    assert await rows(site, MotionGridRow) == []


async def test_motion_goes_with_the_footage_a_week_at_a_time(site: Site) -> None:
    kept = SqlRetentionStore(site.database, site.clock)
    day = 24 * 60
    await tell(site, *(minute(place * day, moving(1)) for place in range(12)))
    await tell(site, *(minute(place * day, moving(1), "gate.door") for place in range(2)))
    await kept.forget_motion(ZERO_MS + 9 * day * MINUTE_MS)
    assert await days(site) == [("gate.yard", place) for place in range(7, 12)]
    for _ in range(2):
        await kept.forget_motion(ZERO_MS + 9 * day * MINUTE_MS)
    assert await days(site) == [("gate.yard", place) for place in range(9, 12)]
    (told,) = await rows(site, MotionToldRow)
    assert (told.camera, told.first_ms) == ("gate.yard", ZERO_MS + 9 * day * MINUTE_MS)


async def test_minutes_are_read_newest_first_a_bounded_number_at_a_time(site: Site) -> None:
    reads = MotionReads(site.database)
    await tell(site, *(minute(place, moving(1)) for place in (1, 2, 3, 8)), minute(5, moving(1), "gate.door"))

    async def places(limit: int, *spans: tuple[int, int]) -> tuple[list[int], int | None]:
        found, older = await reads.minutes("gate.yard", [(ZERO_MS + a, ZERO_MS + b) for a, b in spans], limit)
        assert all(grid.moved.any() for _, grid in found)
        at = [(minute_ms - ZERO_MS) // MINUTE_MS for minute_ms, _ in found]
        return at, None if older is None else (older - ZERO_MS) // MINUTE_MS

    assert await places(9, (0, 10 * MINUTE_MS)) == ([8, 3, 2, 1], None)
    assert await places(2, (0, 10 * MINUTE_MS)) == ([8, 3], 2)
    assert await places(9, (0, 10 * MINUTE_MS), (20 * MINUTE_MS, 30 * MINUTE_MS)) == ([8, 3, 2, 1], None)
    assert await places(9, (2 * MINUTE_MS - 1, 2 * MINUTE_MS), (8 * MINUTE_MS + 59_999, 9 * MINUTE_MS)) == (
        [8, 1],
        None,
    )
    assert await places(9) == ([], None)
    assert await reads.told("gate.yard") == (ZERO_MS + MINUTE_MS, ZERO_MS + 9 * MINUTE_MS)
    assert await reads.told("gate.attic") is None
