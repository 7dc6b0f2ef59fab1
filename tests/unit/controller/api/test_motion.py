"""The routes of motion in a region: what is asked wrongly is refused by its field, and a page leads to the next."""

from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from controller.api.errors import add_error_handlers
from controller.api.motion import motion_routes
from controller.core.motion_grids import Grid
from controller.flows.search_motion import SearchMotion
from controller.ports import State
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, pack
from tests.builders import T0
from tests.fakes.site import HandClock

ZERO_MS = T0 - T0 % MINUTE_MS
ALL = Grid(COLUMNS, ROWS, 5_000, pack(np.ones((12, ROWS, COLUMNS), np.bool_)))


class OneMinute:
    """Everything moved for a minute."""

    async def minutes(self, *_asked: object) -> tuple[list[tuple[int, Grid]], int | None]:
        return [(ZERO_MS, ALL)], None

    async def told(self, _camera: str) -> tuple[int, int] | None:
        return ZERO_MS, ZERO_MS + MINUTE_MS

    async def all(self) -> list[State]:
        return []


@pytest.fixture
async def client() -> Any:
    motion = SearchMotion(OneMinute(), OneMinute(), HandClock(ZERO_MS + 600_000), ZoneInfo("UTC"))
    app = FastAPI()
    add_error_handlers(app)
    app.include_router(motion_routes(cast("Any", SimpleNamespace(motion=motion))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as found:
        yield found


async def test_a_search_answers_with_spans_and_what_it_looked_through(client: httpx.AsyncClient) -> None:
    asked: dict[str, str | int] = {
        "camera": "gate.yard",
        "region": "0,0 1,0 1,1",
        "from_ms": ZERO_MS - 1,
        "to_ms": ZERO_MS + 600_000,
    }
    found = (await client.get("/search/motion", params=asked)).json()
    assert found == {
        "items": [
            {"camera": "gate.yard", "start_ms": ZERO_MS, "end_ms": ZERO_MS + MINUTE_MS,
             "peak_ms": ZERO_MS + MINUTE_MS - 2_500, "share": 1.0}
        ],
        "next": None, "searched_ms": ZERO_MS - 1, "from_ms": ZERO_MS - 1, "to_ms": ZERO_MS + 600_000, "masked": 0.0,
        "told_from_ms": ZERO_MS, "told_to_ms": ZERO_MS + MINUTE_MS,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"region": "0,0 1,1"}, "region"),
        ({"region": "0,0 1,0 1,7"}, "region[2]"),
        ({"camera": "../door"}, "camera"),
        ({"cursor": "x"}, "cursor"),
        ({"share": "2"}, "share"),
        ({"hours": "25:00-26:00"}, "hours"),
        ({"from_ms": "9", "to_ms": "9"}, "from_ms"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx.AsyncClient, wrong: dict[str, str], field: str) -> None:
    answer = await client.get("/search/motion", params={"camera": "gate.yard", "region": "0,0 1,0 1,1", **wrong})
    assert answer.status_code == 422
    assert field in answer.text


async def test_heat_is_a_cell_for_each_part_of_the_picture(client: httpx.AsyncClient) -> None:
    found = (await client.get("/search/motion/heat?camera=gate.yard")).json()
    assert found["cells_ms"] == [MINUTE_MS] * (COLUMNS * ROWS)
    assert (found["columns"], found["rows"], found["moving_minutes"]) == (COLUMNS, ROWS, 1)
