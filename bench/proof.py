"""Counts the recording proof of sixteen cameras and thirty days: how long the answer takes, on SQLite and PostgreSQL.

Usage: python -m bench.proof [--rounds 10] [--json FILE]

Every camera has an entry for each minute, with six segments. Four of the sixteen record by motion: half of each of
their minutes is a gap that their plan wants. The others have a gap of a minute in every hour.
"""

import argparse
import asyncio
import json
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg

from bench.told import spread, tell
from controller.adapters import schema
from controller.adapters.database import Database
from controller.adapters.proof_store import SqlProof
from controller.flows.read_proof import ReadProof
from shared.clock import SystemClock
from tests.servers.postgres import running_postgres

CAMERAS, DAYS, MINUTE_MS = 16, 30, 60_000
SEGMENTS = json.dumps([{"start_ms": 1, "end_ms": 2, "bytes": 3, "sha256": "a" * 64, "recovered": False}] * 6)
LEDGER = """
INSERT INTO ledger (chain, camera, minute_ms, rev, segments, previous, entry, sound)
SELECT 'c', 'n' || c.n || '.yard', {began} + CAST(m.n AS bigint) * 60000, 1, '{segments}', '', '', {true}
FROM ({cameras}) AS c CROSS JOIN ({minutes}) AS m
"""
GAPS = """
INSERT INTO gap (camera, minute_ms, start_ms, end_ms, cause, alarmed)
SELECT camera, minute_ms, minute_ms + CASE WHEN {motion} THEN 30000 ELSE 0 END, minute_ms + 60000,
       CASE WHEN {motion} THEN 'recording off' ELSE 'camera stalled' END, {true}
FROM ledger WHERE {motion} OR minute_ms / 60000 % 60 = 7
"""
MOTION = "camera IN ('n1.yard', 'n2.yard', 'n3.yard', 'n4.yard')"


def statements(began_ms: int, *, sqlite: bool) -> list[str]:
    """What fills the two tables and puts the planner right."""
    minutes = DAYS * 1440
    if sqlite:
        series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {}) SELECT n FROM s"
    else:
        series = "SELECT n FROM generate_series(1, {}) AS n"
    words = {"began": began_ms, "segments": SEGMENTS, "true": "1" if sqlite else "true", "motion": MOTION}
    filled = LEDGER.format(cameras=series.format(CAMERAS), minutes=series.format(minutes), **words)
    cameras = "INSERT INTO camera (id, node, state, reason, source, codec, width_px, height_px, fps, has_sub, present) "
    cameras += f"SELECT 'n' || n || '.yard', 'n' || n, 'live', '', '', '', 1, 1, 1, {words['true']}, {words['true']} "
    cameras += f"FROM ({series.format(CAMERAS)}) AS s"
    return [cameras, filled, GAPS.format(**words), "ANALYZE" if sqlite else "VACUUM ANALYZE"]


async def measure(url: str, rounds: int) -> dict[str, float]:
    """Milliseconds of the whole answer."""
    database = Database(url)
    asked = ReadProof(SqlProof(database), SystemClock(), ZoneInfo("Asia/Seoul"))
    took_ms = []
    try:
        for _ in range(rounds):
            began = time.perf_counter()
            found = await asked.proof([], DAYS)
            took_ms.append((time.perf_counter() - began) * 1000)
    finally:
        await database.close()
    if len(found["cameras"]) != CAMERAS or not found["cameras"][0]["recorded_ms"]:
        raise SystemExit("the database was not filled")
    told = spread(took_ms)
    return {"first": told["max"], "p50": told["p50"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    began_ms = (int(time.time()) // 60 - DAYS * 1440) * MINUTE_MS
    found = {}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "db.sqlite3"
        schema.migrate(f"sqlite:///{file}")
        with sqlite3.connect(file) as connection:
            for statement in statements(began_ms, sqlite=True):
                connection.execute(statement)
        found["sqlite"] = asyncio.run(measure(f"sqlite:///{file}", asked.rounds))
    with running_postgres() as cluster, cluster.database() as name:
        schema.migrate(cluster.url(name))
        with psycopg.connect(cluster.url(name, "postgresql"), autocommit=True) as database:
            for statement in statements(began_ms, sqlite=False):
                database.execute(statement)  # type: ignore[call-overload]
        found["postgresql"] = asyncio.run(measure(cluster.url(name), asked.rounds))
    report: dict[str, object] = {
        "cameras": CAMERAS,
        "days": DAYS,
        "answer_ms": found,
    }
    tell(report, asked.json)


if __name__ == "__main__":
    main()
