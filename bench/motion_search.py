"""Searches thirty days of sixteen cameras for motion in a region, on a private PostgreSQL, and weighs what nodes tell.

Usage: python -m bench.motion_search [--data TEST_DATA_FOLDER] [--days 30] [--busy 0.1] [--rounds 20] [--json FILE]

`--data`: the motion of its films is packed as a node does it (bytes for a minute that moves; the judge's time for a
frame with and without collecting, turn by turn), and their minutes fill the database; without it a block wanders.
`--busy`: the share of minutes in which something moves. A page is what one request answers; a search is all its pages.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from bench.motion import FILMS
from bench.told import spread, tell
from controller.adapters import schema
from controller.adapters.database import Database
from controller.adapters.mask_reads import SqlMasks
from controller.adapters.motion_reads import MotionReads
from controller.core.motion_search import MotionSearch
from controller.core.search import DAY_MS, Window
from controller.flows.search_motion import SearchMotion
from edge_agent.adapters.video_file import VideoFile
from edge_agent.core.media import LumaFrame
from edge_agent.core.motion import MotionRules
from edge_agent.core.motion_heat import MotionHeat
from edge_agent.flows.detect import Judge, motion_judge
from shared.clock import SystemClock
from shared.geometry import Polygon
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, STEP_MS, pack, unpack
from tests.servers.postgres import running_postgres

BEGAN_MS = 1_735_689_600_000  # 2025-01-01
CAMERAS = 16
FPS = 10
ROUNDS_OF_JUDGING = 5
REGIONS: dict[str, Polygon] = {
    "a door (1 % of the picture)": ((0.45, 0.4), (0.55, 0.4), (0.55, 0.5), (0.45, 0.5)),
    "the lower half": ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)),
}


def told_minutes(frames: Sequence[LumaFrame]) -> list[bytes]:
    """The whole minutes of a film, repeated until there is one, as a node would tell them."""
    heat = MotionHeat()
    judge, length_ms = motion_judge(MotionRules(), heat), frames[-1].pts_ms + 1000 // FPS
    for turn in range(-(-2 * MINUTE_MS // length_ms)):
        for frame in frames:
            judge(LumaFrame(BEGAN_MS + turn * length_ms + frame.pts_ms, frame.luma))
    grids = [heat.told(BEGAN_MS + minute * MINUTE_MS) for minute in range(2)]
    return [grid.packed for grid in grids if grid is not None]


def judge_ms(frames: Sequence[LumaFrame]) -> dict[str, float]:
    """Median CPU time of one small picture, judged alone and with its motion collected, turn by turn."""
    spent: dict[str, list[float]] = {"alone": [], "collecting": []}
    for _ in range(ROUNDS_OF_JUDGING):
        for name, heat in (("alone", None), ("collecting", MotionHeat())):
            judge: Judge = motion_judge(MotionRules(), heat)
            for frame in frames:
                began = time.thread_time_ns()
                judge(frame)
                spent[name].append((time.thread_time_ns() - began) / 1e6)
    means = {name: statistics.mean(times) for name, times in spent.items()}
    return {
        **{f"{name}_ms": round(statistics.median(times), 4) for name, times in spent.items()},
        "ratio_of_means": round(means["collecting"] / means["alone"], 3),
    }


def of_films(data: Path) -> tuple[dict[str, dict[str, float]], list[bytes]]:
    """What each film tells, and the minutes of all."""
    found: dict[str, dict[str, float]] = {}
    minutes: list[bytes] = []
    for name, (file, _) in FILMS.items():
        with VideoFile(data / "videos" / file) as film:
            frames = list(film.luma(FPS))
        told = told_minutes(frames)
        minutes += told
        found[name] = {"bytes_a_minute": round(statistics.mean(map(len, told))), **judge_ms(frames)}
        sys.stderr.write(f"{name}: {found[name]}\n")
    return found, minutes


def wandering() -> list[bytes]:
    """Minutes of a block of 4 x 6 cells that goes to and fro."""
    dice, found = random.Random(1), []
    for _ in range(50):
        moved = np.zeros((MINUTE_MS // STEP_MS, ROWS, COLUMNS), np.bool_)
        column = dice.randrange(COLUMNS - 4)
        for step in moved:
            column = min(COLUMNS - 4, max(0, column + dice.randrange(-3, 4)))
            step[8:14, column : column + 4] = True
        found.append(pack(moved))
    return found


def fill(connection: psycopg.Connection[tuple[object, ...]], minutes: Sequence[bytes], days: int, busy: float) -> int:
    """Rows of `motion_grid`; what moves lasts some minutes, so that spans are of different lengths."""
    dice, rows = random.Random(2), 0
    with connection.cursor() as cursor:
        for number in range(CAMERAS):
            camera, moving = f"n{number}.yard", False
            with cursor.copy("COPY motion_grid (camera, minute_ms, columns, rows, step_ms, cells) FROM STDIN") as copy:
                for minute in range(days * 24 * 60):
                    moving = dice.random() < (0.8 if moving else 0.2 * busy / max(1e-9, 1 - busy))
                    if moving:
                        cells = dice.choice(minutes)
                        at_ms = BEGAN_MS + minute * MINUTE_MS
                        copy.write_row((camera, at_ms, COLUMNS, ROWS, STEP_MS, cells))
                        rows += 1
            last_ms = BEGAN_MS + days * DAY_MS - MINUTE_MS
            cursor.execute("INSERT INTO motion_told VALUES (%s, %s, %s)", (camera, BEGAN_MS, last_ms))
        cursor.execute("VACUUM ANALYZE motion_grid")
    return rows


async def measure(url: str, days: int, rounds: int) -> dict[str, object]:
    """Milliseconds of the first page, of every page, and of a whole search of one camera; of a heat map too."""
    database, found = Database(url), dict[str, object]()
    flow = SearchMotion(MotionReads(database), SqlMasks(database), SystemClock(), ZoneInfo("Asia/Seoul"))
    window = Window(BEGAN_MS, BEGAN_MS + days * DAY_MS)
    try:
        for name, region in REGIONS.items():
            first, pages, whole, finds, asked = list[float](), list[float](), list[float](), 0, 0
            for turn in range(rounds):
                search, cursor, mine = MotionSearch(window, f"n{turn % CAMERAS}.yard", region), None, list[float]()
                while not mine or cursor is not None:
                    began = time.perf_counter()
                    page = await flow.find(search, cursor, 50)
                    mine.append((time.perf_counter() - began) * 1000)
                    cursor, finds = page["next"], finds + len(page["items"])
                asked += len(mine)
                first, pages, whole = [*first, mine[0]], pages + mine, [*whole, sum(mine)]
            found[name] = {
                "first_page_ms": spread(first),
                "page_ms": spread(pages),
                "whole_search_ms": spread(whole),
                "pages": round(asked / rounds, 1),
                "finds": round(finds / rounds),
            }
            sys.stderr.write(f"{name}: {found[name]}\n")
        for name, length in (("heat of a day", 1), (f"heat of {days} days", days)):
            took = list[float]()
            for turn in range(rounds):
                began = time.perf_counter()
                await flow.heat(f"n{turn % CAMERAS}.yard", window.to_ms - length * DAY_MS, window.to_ms)
                took.append((time.perf_counter() - began) * 1000)
            found[name] = spread(took)
            sys.stderr.write(f"{name}: {found[name]}\n")
    finally:
        await database.close()
    return found


def size_of(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT pg_total_relation_size('motion_grid')").fetchone()
    return int(str(row[0])) if row else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--busy", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    films, minutes = of_films(asked.data) if asked.data else ({}, wandering())
    assert all(unpack(one, (MINUTE_MS // STEP_MS, ROWS, COLUMNS)).any() for one in minutes)
    with running_postgres() as cluster, cluster.database() as name:
        schema.migrate(cluster.url(name))
        with psycopg.connect(cluster.url(name, "postgresql"), autocommit=True) as connection:
            rows, table_bytes = fill(connection, minutes, asked.days, asked.busy), size_of(connection)
        found = asyncio.run(measure(cluster.url(name), asked.days, asked.rounds))
    report: dict[str, object] = {
        "films": films,
        "bytes_a_moving_minute": round(statistics.mean(map(len, minutes))),
        "moving_minutes": rows,
        "of_minutes": asked.days * 24 * 60 * CAMERAS,
        "table_bytes": table_bytes,
        "found": found,
    }
    tell(report, asked.json)


if __name__ == "__main__":
    main()
