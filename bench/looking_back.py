"""Reviews and reports among a million events of sixteen cameras on a private PostgreSQL, for all cameras and for two.

Usage: python -m bench.looking_back [--events 1000000] [--rounds 40] [--json FILE]

The year of bench.search, and for each camera four rules with person-time in every quarter of an hour; in half of the
verdicts somebody is seen with equipment. A review is the first page of a week; a report is all that its page asks for.
Aim: the first page of a review within 50 ms (95 % of rounds).
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from bench.search import BEGAN_MS, FILL, NIGHT, PAGE, YEAR_MS
from bench.told import spread, tell
from controller.adapters import schema
from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.database import Database
from controller.adapters.report_reads import ReportReads
from controller.adapters.review_store import ReviewStore
from controller.core.grants import EVERYTHING, Sight
from controller.core.report import STEP_MS, Period, asked
from controller.core.review import ReviewWish
from controller.core.search import DAY_MS
from controller.flows.measure_load import MeasureLoad
from controller.flows.write_report import WriteReport
from controller.ports.looking import LOOKING
from shared.clock import SystemClock
from tests.servers.postgres import running_postgres

ZONE = ZoneInfo("Asia/Seoul")
WEEK_MS = 7 * DAY_MS
MOST_MS = 50.0
READERS = {"all cameras": EVERYTHING, "2 of 16 cameras": Sight(cameras=frozenset({"n3.yard", "n7.yard"}))}
FILL_MORE = """
INSERT INTO camera (id, node, state, reason, source, codec, width_px, height_px, fps, has_sub, present)
SELECT 'n' || n || '.yard', 'n' || n, 'live', '', '', '', 1, 1, 1, true, true FROM generate_series(0, 15) AS n;
UPDATE verdict SET tracks = json_build_array(json_build_object('class_name', 'person', 'first_ms', start_ms, 'last_ms', end_ms,
       'attributes', json_build_object('helmet', 'compliant', 'vest', 'unknown'))) WHERE id::bigint % 2 = 0;
INSERT INTO person_time (step, camera, rule, rule_name, kind, zone_name, judged_ms, present_ms, breach_ms, unknown_ms, tracks)
SELECT {began} / {step} + s, 'n' || c || '.yard', 'r' || r, 'Rule ' || r, 'ppe_missing', 'Zone ' || (c * 4 + r) % 20, 900000, 60000, 2000, 3000, 2
FROM generate_series(0, {year} / {step} - 1) AS s, generate_series(0, 15) AS c, generate_series(1, 4) AS r
"""  # noqa: E501 - a row each


@dataclass(frozen=True, slots=True)
class Site:
    """What answers."""

    review: ReviewStore
    report: WriteReport


Ask = Callable[[Site, random.Random], Awaitable[object]]


def end_of(dice: random.Random) -> int:
    """Somewhere in the year with twelve weeks before it."""
    return BEGAN_MS + dice.randrange(13 * WEEK_MS, YEAR_MS)


def reviewed(**given: Any) -> Ask:
    def ask(site: Site, dice: random.Random) -> Awaitable[object]:
        to_ms = end_of(dice)
        return site.review.page(ReviewWish("kim", to_ms - WEEK_MS, to_ms, **given), None, PAGE)

    return ask


def days(site: Site, dice: random.Random) -> Awaitable[object]:
    to_ms = end_of(dice)
    return site.review.days(ReviewWish("kim", to_ms - WEEK_MS, to_ms, left=True))


def reported(period: Period, hours: tuple[int, int] | None = None, *, trend: bool = False) -> Ask:
    def ask(site: Site, dice: random.Random) -> Awaitable[object]:
        day = datetime.fromtimestamp(end_of(dice) / 1000, ZONE).date()
        wish = asked(period, day, hours, day)
        return site.report.trend(wish) if trend else site.report.state(wish)

    return ask


ASKED: dict[str, Ask] = {
    "review of a week": reviewed(),
    "review, what is left": reviewed(left=True),
    "review, alarms": reviewed(of="alarms"),
    "review, critical": reviewed(severities=("critical",)),
    "review, forklift (1 in 1000)": reviewed(classes=("forklift",)),
    "review, one camera": reviewed(cameras=("n3.yard",), left=True),
    "review, days of a week": days,
    "report of a day": reported("day"),
    "report of a week": reported("week"),
    "report of a week's nights": reported("week", NIGHT),
    "trend of days": reported("day", trend=True),
    "trend of weeks": reported("week", trend=True),
}


async def measure(url: str, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Milliseconds of each question for each reader."""
    database, clock, found = Database(url), SystemClock(), dict[str, dict[str, dict[str, float]]]()
    report = WriteReport(ReportReads(database), MeasureLoad(AlarmReads(database), clock), clock, ZONE)
    site = Site(ReviewStore(database, clock, ZONE), report)
    try:
        for reader, sight in READERS.items():
            LOOKING.set(sight)
            for name, ask in ASKED.items():
                dice, took_ms = random.Random(1), list[float]()
                for _ in range(rounds):
                    began = time.perf_counter()
                    await ask(site, dice)
                    took_ms.append((time.perf_counter() - began) * 1000)
                found.setdefault(name, {})[reader] = spread(took_ms)
                sys.stderr.write(f"{name}, {reader}: {found[name][reader]}\n")
    finally:
        await database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    with running_postgres() as cluster, cluster.database() as name:
        url = cluster.url(name)
        schema.migrate(url)
        words = {"began": BEGAN_MS, "year": YEAR_MS, "events": wanted.events, "step": STEP_MS}
        with psycopg.connect(cluster.url(name, "postgresql"), autocommit=True) as connection:
            for statement in (FILL.format(**words) + FILL_MORE.format(**words)).split(";\n"):
                if statement.strip():
                    connection.execute(statement)  # type: ignore[call-overload]
            connection.execute("VACUUM ANALYZE")
        found = asyncio.run(measure(url, wanted.rounds))
    slow = sorted(
        f"{name}, {reader}"
        for name, readers in found.items()
        for reader, took in readers.items()
        if name.startswith("review") and took["p95"] > MOST_MS
    )
    tell({"events": wanted.events, "rounds": wanted.rounds, "took_ms": found, "over_the_aim": slow}, wanted.json)


if __name__ == "__main__":
    main()
