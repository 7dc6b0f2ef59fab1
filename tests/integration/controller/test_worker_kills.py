"""A worker that is killed again and again: every clip has its verdict in the end, and has it once."""

import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from controller.adapters.child import spawn
from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.rule_store import RuleStore
from controller.adapters.tables import AlarmRow, JobRow, OccurrenceRow, RunRow, VerdictRow
from shared.clock import SystemClock
from tests.builders import T0, rule
from tests.fakes.killed_worker import SITE
from tests.fakes.tables import make_tables
from tests.fakes.verifier import NOTHING, PERSON

pytestmark = pytest.mark.integration

_CAMERAS = 10
_APART_MS = 60_000
_CLIP = [NOTHING] * 4 + [PERSON] * 16


async def prepare(url: str, folder: Path, clips: int) -> None:
    """Stored clips, each with a job; in each somebody walks where nobody may."""
    database, clock = Database(url), SystemClock()
    await make_tables(database)
    await PeopleStore(database, clock).prepare_site(SITE)
    await RuleStore(database, clock, SITE).replace(
        (rule(persistence_s=1.0),), camera=None, expected_version=None, who="test"
    )
    async with database.writing() as session:
        for number in range(clips):
            camera, start_ms = f"gate.c{number % _CAMERAS}", T0 + number // _CAMERAS * _APART_MS
            end_ms = start_ms + len(_CLIP) * 200
            (folder / f"clip-{number}").write_bytes(bytes(_CLIP))
            session.add(
                RunRow(
                    id=f"run-{number}", camera=camera, rev=1, state="stored", media_class="motion", start_ms=start_ms,
                    end_ms=end_ms, codec="x", width_px=1, height_px=1, length_bytes=1, init_bytes=1, sha256="", md5="",
                    segments=[], key=f"clip-{number}", grants=0, fact=f"fact-{number}", alarmed=False,
                )
            )  # fmt: skip
            session.add(
                JobRow(
                    kind="stored", once=f"stored:{number}", camera=camera, start_ms=start_ms, end_ms=end_ms, prio=10,
                    created_ms=T0,
                )
            )  # fmt: skip
    await database.close()


async def judge(url: str, folder: Path, kills: int, seed: int) -> str:
    """Run the worker to its end; what it said."""
    log = folder / "worker.log"
    argv = [sys.executable, "-m", "tests.fakes.killed_worker", url, str(folder), str(kills), str(seed)]
    running = await spawn(argv, log_file=log)
    try:
        code = await running.wait()
    finally:
        if running.returncode is None:
            running.kill()
    said = log.read_text(encoding="utf-8")
    assert code == 0, said[-3000:]
    return said


@pytest.mark.parametrize(
    ("clips", "kills"),
    [
        pytest.param(30, 3, id="short"),
        pytest.param(500, 20, id="long", marks=[pytest.mark.long, pytest.mark.timeout(300)]),
    ],
)
async def test_every_clip_has_one_verdict_however_often_the_worker_is_killed(
    tmp_path: Path, clips: int, kills: int
) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    await prepare(url, tmp_path, clips)
    said = await judge(url, tmp_path, kills, seed=clips)
    assert said.count("kill ") == kills
    database = Database(url)
    async with database.reading() as session:
        jobs = (await session.scalars(select(JobRow))).all()
        verdicts = (await session.scalars(select(VerdictRow))).all()
        occurrences = (await session.scalars(select(OccurrenceRow))).all()
        alarms = (await session.scalars(select(AlarmRow))).all()
    await database.close()
    assert Counter(job.state for job in jobs) == {"done": clips}
    assert sum(job.attempts > 1 for job in jobs) > 0, "no kill met a job"
    assert Counter(verdict.job for verdict in verdicts) == {job.id: 1 for job in jobs}
    assert {(verdict.sampled, verdict.final, verdict.unreadable) for verdict in verdicts} == {(len(_CLIP), True, "")}
    assert (len(occurrences), len(alarms)) == (clips, clips)
