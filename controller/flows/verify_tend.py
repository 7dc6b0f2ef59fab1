"""Tends one camera's live jobs: renews leases, takes new rules into force, ends what is over."""

import asyncio

import structlog

from controller.core.alarms import UNSEEN_MS
from controller.core.judge import CameraJudge
from controller.core.lease import LEASE_MS, RENEW_MS
from controller.core.records import Rule, Unscored
from controller.flows.live_pictures import LivePictures
from controller.flows.verify_docket import Docket
from controller.flows.verify_job import LiveJob
from controller.flows.verify_parts import STORE_S, LiveParts
from controller.flows.verify_save import Save
from controller.flows.verify_trace import trace_judged
from shared.errors import Rejected, Transient

log = structlog.get_logger("verify")

_TEND_MS = 200
_SAVE_MS = 2_000
_RULES_MS = 1_500
_LINGER_MS = 5_000
_IDLE_MS = 3_000
_HEIR_MS = 3_000
_ABANDON_MS = 120_000
_LATEST_MS = 30_000
_END_TOLERANCE_MS = 250


class Tend:
    """`run` ends when no job is left and none came for some seconds."""

    def __init__(
        self, docket: Docket, parts: LiveParts, judge: CameraJudge, pictures: LivePictures, save: Save
    ) -> None:
        self._docket = docket
        self._parts = parts
        self._judge = judge
        self._pictures = pictures
        self._save = save
        self._rules_version: int | None = None
        self._rules: tuple[Rule, ...] = ()

    async def run(self) -> None:
        """Look five times a second."""
        docket, clock = self._docket, self._parts.clock
        idle_since = rules_at = saved_at = clock.monotonic_ms()
        while True:
            await clock.sleep_ms(_TEND_MS)
            now = clock.monotonic_ms()
            for live in list(docket.jobs.values()):
                if now - live.renewed_ms >= RENEW_MS:
                    await self._renew(live)
                if live.job.id in docket.jobs and self._is_over(live, now):
                    await self._finish(live, now)
            if now - saved_at >= _SAVE_MS:
                saved_at = now
                docket.save_soon.set()
            if now - rules_at >= _RULES_MS:
                rules_at = now
                await self.load_rules()
            if docket.jobs:
                idle_since = now
            elif now - idle_since >= _LINGER_MS:
                return

    async def rules_known(self) -> bool:
        """Whether frames can be judged: the rules in force were read at least once."""
        return self._rules_version is not None or await self.load_rules()

    async def load_rules(self) -> bool:
        """Take what is in force now; False: the database is away."""
        docket = self._docket
        try:
            async with asyncio.timeout(STORE_S):
                version, rules = await self._parts.store.rules(docket.camera)
        except (Transient, TimeoutError) as fault:
            log.warning("rules not read", camera=docket.camera, reason=str(fault))
            return False
        if version != self._rules_version:
            self._rules_version, self._rules = version, rules
            ended, owner = self._judge.replace_rules(rules), docket.heir()
            if owner is not None:
                docket.pend(owner, ended)
            if self._parts.counts is not None:
                self._parts.counts.rules(docket.camera, rules)
        return True

    async def _renew(self, live: LiveJob) -> None:
        docket, store, job = self._docket, self._parts.store, live.job
        now = self._parts.clock.monotonic_ms()
        judged_ms = docket.judged_ms if live.watches and docket.judged_ms else None
        try:
            async with asyncio.timeout(STORE_S):
                lag_ms = docket.take_lag() if live.watches else None
                unscored = self._unscored() if live.watches else None
                renewed = await store.renew_job(job, LEASE_MS, judged_ms, lag_ms, unscored)
                if live.job.token == job.token:
                    live.job = renewed
                if self._seen_enough(live):
                    await store.end_left_open(live.job, [o.id for o in self._judge.rules.open_occurrences])
                    live.left_open = False
            live.renewed_ms = now
        except (Transient, TimeoutError) as fault:
            log.warning("lease not renewed", camera=docket.camera, job=live.job.id, reason=str(fault))
        except Rejected as fault:
            docket.lose(job, fault)
        if live.job.end_ms is None:
            live.closed_ms = None
        elif live.closed_ms is None:
            live.closed_ms = now

    def _unscored(self) -> Unscored | None:
        """Which scores this camera's rules lack."""
        since_ms = self._docket.score_watch.missing_since_ms
        if since_ms is None:
            return None
        scores = self._parts.scores
        return Unscored(since_ms, "" if scores is None else scores.why_none(self._docket.camera))

    def _seen_enough(self, live: LiveJob) -> bool:
        """Whether what the worker before left lasting would have been raised again by now."""
        longest_ms = round(max((rule.hold_s for rule in self._rules), default=0) * 1000)
        judged_for_ms = self._docket.judged_ms - (live.first_ms or self._docket.judged_ms)
        return live.left_open and judged_for_ms > longest_ms + UNSEEN_MS

    def _is_over(self, live: LiveJob, now: int) -> bool:
        silent_ms = 0 if self._pictures.busy or self._docket.detecting else now - self._pictures.heard_ms
        if live.job.end_ms is None or live.closed_ms is None:
            return not live.watches and silent_ms > _ABANDON_MS
        if self._docket.judged_ms >= live.job.end_ms - _END_TOLERANCE_MS:
            return True
        closed_for_ms = now - live.closed_ms
        return min(silent_ms, closed_for_ms) > _IDLE_MS or closed_for_ms > _LATEST_MS

    async def _finish(self, live: LiveJob, now: int) -> None:
        """Save the last word and give the job up; what still lasts goes over to the next job of this camera."""
        docket, rules = self._docket, self._judge.rules
        pictures_come = live.job.id in docket.on_the_way.values()  # or are given up after a while
        if rules.open_occurrences:
            heir = docket.heir(live)
            waited_ms = now - (live.closed_ms if live.closed_ms is not None else now - _LATEST_MS)
            if (heir is None or not heir.draft.frames) and waited_ms < _IDLE_MS + _HEIR_MS:
                return
            if heir is not None and heir.draft.frames:
                if pictures_come:
                    return
                docket.pend(heir, rules.open_occurrences)
                if not await self._save.save(heir, final=False):
                    return
            else:
                docket.pend(live, self._judge.finish())
        if pictures_come:
            return
        if await self._save.save(live, final=True) and live.job.id in docket.jobs:
            await self._give_up(live)

    async def _give_up(self, live: LiveJob) -> None:
        job = live.job
        try:
            async with asyncio.timeout(STORE_S):
                await self._parts.store.finish_job(job)
        except (Transient, TimeoutError) as fault:
            log.warning("job not finished yet", job=job.id, reason=str(fault))
            return
        except Rejected as fault:
            self._docket.lose(job, fault)
            return
        self._docket.drop(live, self._judge.rules.open_occurrences)
        trace_judged(job, live.begun_ms, self._parts.clock.unix_ms())
        log.info("judged", camera=self._docket.camera, job=job.id, skipped=self._pictures.skipped)
