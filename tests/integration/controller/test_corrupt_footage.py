"""Footage that is cut off, bit-flipped, empty or no video at all: a verdict says so, and nothing crashes."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.adapters.frames import FileFootage
from controller.core.records import Job, StoredRun, Verdict
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.verify_stored import StoredParts, judge_stored
from shared.ids import CameraId, RunId, SiteId
from shared.mint import uuid7
from tests.builders import T0
from tests.fakes.verifier import FastClock, MemoryJudgingStore, MemoryObjects, ScriptedDetector, person
from tests.unit.controller.adapters.test_frames import write_video

pytestmark = pytest.mark.integration
CAMERA = CameraId("gate.yard")
LONG_MS = 4_000


@dataclass
class Sitting:
    """One stored clip and who judges it."""

    scratch: Path

    async def judge(self, data: bytes) -> list[Verdict]:
        """The clip's verdicts, its job done."""
        async with self._running() as (parts, store, objects):
            objects.objects["a"] = data
            store.runs.append(StoredRun(RunId("a"), CAMERA, T0, T0 + LONG_MS, "a", len(data), 0, "0" * 64))
            number = store.add_job(CAMERA, T0, T0 + LONG_MS, "stored")
            (job,) = await store.claim_jobs("w", 1, 10_000, "stored")
            assert isinstance(job, Job)
            await judge_stored(job, parts)
            assert store.rows[number].state == "done"
            return sorted(store.verdicts.values(), key=lambda one: one.start_ms)

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[tuple[StoredParts, MemoryJudgingStore, MemoryObjects]]:
        clock, objects = FastClock(), MemoryObjects()
        store = MemoryJudgingStore(clock)
        detector = BatchingDetector(ScriptedDetector({level: (person(),) for level in range(256)}))
        evidence = Evidence(objects, lambda _: b"jpeg", SiteId("yard"), clock)
        serving = asyncio.create_task(detector.run())
        try:
            parts = StoredParts(store, objects, FileFootage(), detector, evidence, clock, uuid7, self.scratch, 5.0)
            yield parts, store, objects
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return write_video(file, range(0, LONG_MS, 100)).read_bytes()


def covered(verdicts: list[Verdict]) -> None:
    """Every verdict lies in the interval and says what it is."""
    assert verdicts, "whoever asks is told something"
    for verdict in verdicts:
        assert T0 <= verdict.start_ms <= verdict.end_ms <= T0 + LONG_MS
        assert verdict.late
        assert verdict.final
        assert bool(verdict.unreadable) == (verdict.sampled == 0)


async def test_a_whole_clip_is_judged_whole(whole: bytes, tmp_path: Path) -> None:
    (verdict,) = await Sitting(tmp_path).judge(whole)
    assert (verdict.sampled, verdict.unreadable) == (20, "")


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 4096, b"#EXTM3U\nhttp://example.org/a.ts\n", random.Random(1).randbytes(5000)]
)
async def test_what_is_no_video_is_unreadable_with_the_reason(data: bytes, tmp_path: Path) -> None:
    (verdict,) = await Sitting(tmp_path).judge(data)
    assert (verdict.start_ms, verdict.end_ms, verdict.sampled) == (T0, T0 + LONG_MS, 0)
    assert verdict.unreadable
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_clip_cut_off_anywhere_never_crashes(whole: bytes, tmp_path: Path, share: float) -> None:
    covered(asyncio.run(Sitting(tmp_path).judge(whole[: int(share * len(whole))])))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.floats(0, 0.999999), st.integers(0, 7)), min_size=1, max_size=200))
def test_flipped_bits_never_crash(whole: bytes, tmp_path: Path, flips: list[tuple[float, int]]) -> None:
    damaged = bytearray(whole)
    for share, bit in flips:
        damaged[int(share * len(damaged))] ^= 1 << bit
    covered(asyncio.run(Sitting(tmp_path).judge(bytes(damaged))))
