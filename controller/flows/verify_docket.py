"""One camera's live jobs: whose a frame is, what the database has yet to learn, who goes on with what lasts."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from controller.core.anomaly import ScoreWatch
from controller.core.records import Job, Occurrence
from controller.flows.verify_job import LiveJob
from shared.errors import Rejected
from shared.ids import CameraId

log = structlog.get_logger("verify")


@dataclass(slots=True)
class Docket:
    """What the tasks of one camera's judging share."""

    camera: CameraId
    mint: Callable[[], str]
    jobs: dict[int, LiveJob] = field(default_factory=dict)
    judged_ms: int = 0  # media time of the last judged frame
    detecting: bool = False
    lag_ms: int | None = None  # the slowest frame since it was told
    score_watch: ScoreWatch = field(default_factory=ScoreWatch)
    latest: dict[str, Occurrence] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)  # object keys by occurrence
    on_the_way: dict[str, int] = field(default_factory=dict)  # occurrences whose picture comes, and their jobs
    unowned: dict[str, Occurrence] = field(default_factory=dict)  # found just after the last job had ended
    save_soon: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[LiveJob]:
        """The jobs of running events."""
        return [live for live in self.jobs.values() if not live.watches]

    @property
    def watch(self) -> LiveJob | None:
        """The job of watching this camera all the time."""
        return next((live for live in self.jobs.values() if live.watches), None)

    def add(self, job: Job, now_ms: int) -> LiveJob:
        """Take a job on; what the worker before it judged is not judged again.

        One of ours that comes again, because its lease ran out meanwhile, goes on with all that is not saved yet.
        """
        self.judged_ms = max(self.judged_ms, job.judged_ms or 0)
        live = self.jobs.get(job.id)
        if live is None:
            live = self.jobs[job.id] = LiveJob(job, self.mint, now_ms)
        live.job, live.renewed_ms = job, now_ms
        live.closed_ms = None if job.end_ms is None else now_ms
        if self.unowned:
            self.pend(live, self.unowned.values())
            self.unowned = {}
        return live

    def since_ms(self) -> int:
        """From where on frames are wanted."""
        starts = [live.job.start_ms for live in self.jobs.values()]
        return max(min(starts, default=0), self.judged_ms + 1)

    def owner(self, pts_ms: int) -> LiveJob | None:
        """The job that a frame is judged for: the oldest event that covers it, else the watch."""
        covering = [live for live in self.jobs.values() if live.covers(pts_ms)]
        return min(covering, key=lambda live: (live.watches, live.job.start_ms, live.job.id), default=None)

    def heir(self, of: LiveJob | None = None) -> LiveJob | None:
        """The job that goes on with what lasts: the newest event, else the watch."""
        others = [live for live in self.jobs.values() if live is not of]
        return max(others, key=lambda live: (not live.watches, live.job.start_ms), default=None)

    def pend(self, owner: LiveJob, occurrences: Iterable[Occurrence]) -> None:
        """These are to be saved, in the verdict of `owner`, soon."""
        for occurrence in occurrences:
            self.latest[occurrence.id] = occurrence
            owner.pending[occurrence.id] = occurrence
            self.save_soon.set()

    def lose(self, lost: Job, fault: Rejected) -> bool:
        """Another worker has it now, unless we have leased it again since; whether it is lost."""
        held = self.jobs.get(lost.id)
        if held is not None and held.job.token != lost.token:
            return False
        log.warning("job lost", camera=self.camera, job=lost.id, reason=str(fault))
        self.jobs.pop(lost.id, None)
        return True

    def drop(self, live: LiveJob, lasting: Iterable[Occurrence]) -> None:
        """The job is done; forget what no other job here needs."""
        self.jobs.pop(live.job.id, None)
        self.forget(lasting)

    def forget(self, lasting: Iterable[Occurrence]) -> None:
        """Forget occurrences that are over and saved."""
        wanted = {o.id for o in lasting}.union(self.on_the_way, *(other.pending for other in self.jobs.values()))
        self.latest = {key: o for key, o in self.latest.items() if key in wanted}
        self.pictures = {key: at for key, at in self.pictures.items() if key in wanted}

    def note_lag(self, lag_ms: int) -> None:
        self.lag_ms = max(self.lag_ms or 0, lag_ms)

    def take_lag(self) -> int | None:
        """The slowest since the last call."""
        lag_ms, self.lag_ms = self.lag_ms, None
        return lag_ms
