"""The search for motion: pages of bounded work, and what explains that nothing was found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from controller.api.motion_schemas import FoundMotion, MotionHeat, MotionSearchIn
from controller.core.motion_grids import Grid
from controller.core.motion_search import parse_region
from controller.flows.search_motion import SearchMotion
from controller.ports import State
from shared.errors import Rejected
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, pack
from tests.builders import T0
from tests.fakes.site import HandClock

ZERO_MS = T0 - T0 % MINUTE_MS
HOUR_MS = 60 * MINUTE_MS
LEFT = "0,0 0.5,0 0.5,1 0,1"


def grid(column: int, step: int = 0) -> Grid:
    moved = np.zeros((12, ROWS, COLUMNS), np.bool_)
    moved[step, 4:8, column] = True
    return Grid(COLUMNS, ROWS, 5_000, pack(moved))


@dataclass
class Minutes:
    """Minutes with motion in a dictionary; counts what is read of them."""

    known: dict[int, Grid] = field(default_factory=dict)
    span: tuple[int, int] | None = None
    most: int = 0

    async def minutes(
        self, camera: str, spans: Sequence[tuple[int, int]], limit: int
    ) -> tuple[list[tuple[int, Grid]], int | None]:
        assert camera == "gate.yard"
        inside = [
            (at, one)
            for at, one in sorted(self.known.items(), reverse=True)
            if any(at + MINUTE_MS > start and at < end for start, end in spans)
        ]
        self.most = max(self.most, limit)
        return inside[:limit], inside[limit][0] if len(inside) > limit else None

    async def told(self, _camera: str) -> tuple[int, int] | None:
        return self.span

    async def all(self) -> list[State]:
        return [
            {"camera": "gate.yard", "motion": [[[0, 0], [0.25, 0], [0.25, 1], [0, 1]]], "privacy": []},
            {"camera": "gate.door", "motion": [[[0, 0], [1, 0], [1, 1], [0, 1]]], "privacy": []},
        ]


def search_of(rows: Minutes, at_once: int = 5) -> SearchMotion:
    return SearchMotion(rows, rows, HandClock(ZERO_MS + 24 * HOUR_MS), ZoneInfo("Asia/Seoul"), at_once)


async def ask(rows: Minutes, cursor: str | None = None, at_once: int = 5, **given: Any) -> FoundMotion:
    asked = MotionSearchIn.model_validate({"camera": "gate.yard", "region": LEFT, "limit": 3, **given})
    flow = search_of(rows, at_once)
    window = flow.window(asked.from_ms, asked.to_ms, asked.minutes())
    return FoundMotion.model_validate(await flow.find(asked.search(window), cursor, asked.limit))


async def test_pages_lead_through_everything_and_each_reads_little() -> None:
    rows = Minutes({ZERO_MS + place * 2 * MINUTE_MS: grid(3 if place % 4 == 0 else 30) for place in range(40)})
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = await ask(rows, cursor)
        found += page.items
        assert page.searched_ms == (int(page.next) if page.next else page.from_ms)
        cursor, pages = page.next, pages + 1
    assert [one.start_ms for one in found] == [ZERO_MS + place * 2 * MINUTE_MS for place in range(36, -1, -4)]
    assert rows.most == 5
    assert pages >= 8


async def test_the_hours_of_the_day_are_the_site_s() -> None:
    rows = Minutes({ZERO_MS + hour * HOUR_MS: grid(3) for hour in range(20)})
    page = await ask(rows, hours="22:00-06:00", limit=50, at_once=50)
    assert page.items
    hours = {(one.start_ms // HOUR_MS + 9) % 24 for one in page.items}
    assert hours <= {22, 23, 0, 1, 2, 3, 4, 5}
    assert len(page.items) == 8


async def test_what_explains_an_empty_answer_is_said() -> None:
    page = await ask(Minutes())
    assert (page.items, page.next, page.told_from_ms, page.told_to_ms, page.masked) == ([], None, None, None, 0.5)
    page = await ask(Minutes(span=(ZERO_MS, ZERO_MS + MINUTE_MS)), region="0.5,0 1,0 1,1")
    assert (page.told_from_ms, page.told_to_ms, page.masked) == (ZERO_MS, ZERO_MS + MINUTE_MS, 0)


async def test_a_share_and_a_gap_are_heard() -> None:
    rows = Minutes({ZERO_MS: grid(3), ZERO_MS + MINUTE_MS: grid(3)})
    assert len((await ask(rows)).items) == 2
    (one,) = (await ask(rows, apart_s=60)).items
    assert (one.start_ms, one.end_ms) == (ZERO_MS, ZERO_MS + MINUTE_MS + 5_000)
    assert one.share == round(4 / (18 * 16), 3)
    assert (await ask(rows, share=0.1)).items == []


async def test_heat_adds_up_more_than_one_read_holds() -> None:
    rows = Minutes({ZERO_MS + place * MINUTE_MS: grid(3) for place in range(17)}, (ZERO_MS, ZERO_MS))
    state = await search_of(rows).heat("gate.yard", ZERO_MS, ZERO_MS + HOUR_MS)
    found = MotionHeat.model_validate(state)
    assert (found.moving_minutes, found.told_from_ms) == (17, ZERO_MS)
    cells = np.array(found.cells_ms).reshape(found.rows, found.columns)
    assert np.argwhere(cells).tolist() == [[row, 3] for row in range(4, 8)]
    assert cells[4, 3] == 17 * 5_000
    later = MotionHeat.model_validate(await search_of(rows).heat("gate.yard", None, ZERO_MS + 30 * HOUR_MS))
    assert (later.from_ms, later.moving_minutes) == (ZERO_MS + 6 * HOUR_MS, 0)
    with pytest.raises(Rejected, match="from_ms"):
        await search_of(rows).heat("gate.yard", ZERO_MS - 32 * 24 * HOUR_MS, ZERO_MS)


@pytest.mark.parametrize("cursor", ["", "x", "1.5", "-1", "9" * 16, "1\u0661"])
async def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(Rejected, match="cursor"):
        await ask(Minutes(), cursor)


@pytest.mark.parametrize(
    ("text", "field"),
    [("", "region"), ("0,0 1,1", "region"), ("0,0 1 1,1", "region[1]"), ("0,0 a,b 1,1", "region[1]"),
     ("0,0 2,0 1,1", "region[1]"), ("0,0 nan,0 1,1", "region[1]")],
)  # fmt: skip
def test_a_region_that_is_none_is_refused_by_its_corner(text: str, field: str) -> None:
    with pytest.raises(Rejected) as refused:
        parse_region(text)
    assert refused.value.field == field


def test_a_region_is_read() -> None:
    assert parse_region("0,0 0.5,0  1,1") == ((0, 0), (0.5, 0), (1, 1))
