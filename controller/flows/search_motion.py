"""Looks where something moved: spans of motion in a drawn region, and a picture's heat map."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from controller.core.motion_grids import Grid, Page, heat, page
from controller.core.motion_search import MOST_HEAT_MS, MotionSearch, masked_share, parse_place
from controller.core.search import DAY_MS, Window, window_of
from controller.core.spans import Span, within
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.geometry import Polygon
from shared.motion_grid import COLUMNS, ROWS
from shared.texts import say

MINUTES_AT_ONCE = 720
"""How many minutes with motion one page reads, whatever it finds in them."""


class MotionReads(Protocol):
    """The database as this flow sees it."""

    async def minutes(
        self, camera: str, spans: Sequence[Span], limit: int
    ) -> tuple[list[tuple[int, Grid]], int | None]:
        """The newest `limit` minutes with motion that reach into sorted `spans`, and the begin of the one before."""
        ...

    async def told(self, camera: str) -> Span | None:
        """From when to when its node told; None: it never did."""
        ...


class Masks(Protocol):
    """Masked parts of pictures."""

    async def all(self) -> list[State]:
        """MasksOut of each camera that has any."""
        ...


@dataclass(frozen=True, slots=True)
class SearchMotion:
    """`zone`: whose hours of the day are meant; `at_once`: how many minutes are read for a page."""

    reads: MotionReads
    masks: Masks
    clock: Clock
    zone: ZoneInfo
    at_once: int = MINUTES_AT_ONCE

    def window(self, from_ms: int | None, to_ms: int | None, hours: tuple[int, int] | None) -> Window:
        """The time meant, where an end may be open: up to now, from a month before."""
        return window_of(self.clock.unix_ms(), from_ms, to_ms, hours)

    async def find(self, search: MotionSearch, cursor: str | None, limit: int) -> State:
        """FoundMotion, newest first. A page without items may have a next one: so far nothing was found."""
        place_ms, window = parse_place(cursor), search.window
        before_ms = window.to_ms if place_ms is None else min(place_ms, window.to_ms)
        asked = within(window.spans(self.zone), 0, before_ms)
        rows, older_ms = await self.reads.minutes(search.camera, asked, self.at_once)
        found: Page = await asyncio.to_thread(page, rows, search.wish(asked), before_ms, limit, older_ms)
        return {
            "items": [
                {
                    "camera": search.camera,
                    "start_ms": one.start_ms,
                    "end_ms": one.end_ms,
                    "peak_ms": one.peak_ms,
                    "share": round(one.share, 3),
                }
                for one in found.found
            ],
            "next": None if found.next_ms is None else str(found.next_ms),
            "searched_ms": window.from_ms if found.next_ms is None else max(window.from_ms, found.next_ms),
            "from_ms": window.from_ms,
            "to_ms": window.to_ms,
            "masked": round(masked_share(search.region, await self._masks(search.camera)), 3),
            **await self._told(search.camera),
        }

    async def heat(self, camera: str, from_ms: int | None, to_ms: int | None) -> State:
        """MotionHeat: how long something moved in each cell; minutes count whole. `Rejected`: a span over a month."""
        to_ms = self.clock.unix_ms() if to_ms is None else to_ms
        window = window_of(to_ms, max(0, to_ms - DAY_MS) if from_ms is None else from_ms, to_ms, None)
        if window.to_ms - window.from_ms > MOST_HEAT_MS:
            least_ms = window.to_ms - MOST_HEAT_MS
            raise Rejected("from_ms", say("out_of_range", value=str(from_ms), least=least_ms, most=window.to_ms))
        total, moving = np.zeros((ROWS, COLUMNS), np.int64), 0
        before_ms: int | None = window.to_ms
        while before_ms is not None:
            asked = ((window.from_ms, before_ms),) if before_ms > window.from_ms else ()
            rows, older_ms = await self.reads.minutes(camera, asked, self.at_once)
            moving += len(rows)
            total += await asyncio.to_thread(heat, [grid for _, grid in rows], ROWS, COLUMNS)
            before_ms = None if older_ms is None else older_ms + 1
        return {
            "camera": camera,
            "columns": COLUMNS,
            "rows": ROWS,
            "cells_ms": total.ravel().tolist(),
            "moving_minutes": moving,
            "from_ms": window.from_ms,
            "to_ms": window.to_ms,
            **await self._told(camera),
        }

    async def _told(self, camera: str) -> State:
        told = await self.reads.told(camera)
        return {"told_from_ms": told[0] if told else None, "told_to_ms": told[1] if told else None}

    async def _masks(self, camera: str) -> list[Polygon]:
        return [
            tuple((float(x), float(y)) for x, y in area)
            for one in await self.masks.all()
            if one["camera"] == camera
            for kind in ("motion", "privacy")
            for area in one[kind]
        ]
