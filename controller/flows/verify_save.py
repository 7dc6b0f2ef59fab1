"""Saves one camera's judgements: at once what is an alarm, now and then what only grows."""

import asyncio
from typing import NoReturn

import structlog

from controller.core.judge import CameraJudge
from controller.flows.alarm_trace import trace_raised
from controller.flows.verify_docket import Docket
from controller.flows.verify_job import LiveJob
from controller.flows.verify_parts import STORE_S, LiveParts
from controller.flows.verify_tell import Tell
from shared.errors import Rejected, Transient

log = structlog.get_logger("verify")

_RETRY_MS = 300


class Save:
    """One save of a camera at a time."""

    def __init__(self, docket: Docket, parts: LiveParts, judge: CameraJudge, tell: Tell) -> None:
        self._docket = docket
        self._parts = parts
        self._judge = judge
        self._tell = tell
        self._saving = asyncio.Lock()

    async def run(self) -> NoReturn:
        """Save whenever somebody asks for it, until cancelled."""
        while True:
            await self._docket.save_soon.wait()
            self._docket.save_soon.clear()
            now_ms = self._parts.clock.monotonic_ms()
            due = [live for live in self._docket.jobs.values() if live.due(now_ms)]
            saved = [await self.save(live, final=False) for live in due]
            if not all(saved):
                await self._parts.clock.sleep_ms(_RETRY_MS)
                self._docket.save_soon.set()

    async def save(self, live: LiveJob, *, final: bool) -> bool:
        """True when the database has everything of this job, or the job is no longer ours."""
        parts, docket = self._parts, self._docket
        async with self._saving:
            if live.job.id not in docket.jobs:
                return True
            job = live.job
            try:
                async with asyncio.timeout(STORE_S):
                    raised_by = await live.save(
                        parts.store, parts.detector.info, self._judge.thresholds, docket.pictures, final=final
                    )
            except (Transient, TimeoutError) as fault:
                log.warning("judgement waits for the database", camera=docket.camera, reason=str(fault))
                return False
            except Rejected as fault:
                return docket.lose(job, fault)
            live.saved_ms = parts.clock.monotonic_ms()
            trace_raised(job, raised_by, parts.clock.unix_ms())
        self._tell.raised(raised_by)
        return True
