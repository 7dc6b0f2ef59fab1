"""Watches the system itself: roles, waiting work, and which model judges."""

from dataclasses import asdict, dataclass
from typing import Protocol

from controller.core.conditions import Bounds, FailingBackup, backup_text
from controller.core.lease import WORKER
from controller.core.queues import JobLoad
from controller.core.records import Watched
from controller.core.verification import complaint, verification
from controller.core.watching import state_of
from controller.flows.put_rules import PutRules, notices_out
from controller.flows.watch_objects import WatchObjects
from controller.ports import State
from shared import node_bounds
from shared.clock import Clock
from shared.texts import Text, said


class Jobs(Protocol):
    """The queue as a figure."""

    async def load(self) -> JobLoad: ...


class WatchedCameras(Protocol):
    """The cameras that are to be judged all the time."""

    async def watched(self) -> tuple[Watched, ...]: ...


class Workers(Protocol):
    """The leases by which workers show that they are there."""

    async def any_held(self, prefix: str) -> bool:
        """Whether somebody holds a lease whose name begins so."""
        ...


class Roles(Protocol):
    """What the supervisor of this machine says."""

    def roles(self) -> list[State]:
        """RoleOut of each supervised role; empty where nobody supervises."""
        ...


class OwnProcesses(Roles, Protocol):
    """What the processes of this machine say of themselves."""

    def model(self) -> State:
        """`model`, `model_note`, `model_said`, `provider` of the worker, as far as known."""
        ...

    def notices(self) -> list[State]:
        """NoticeOut of what the worker has to tell."""
        ...


class Certificates(Protocol):
    """Those that this server speaks with."""

    async def complaint(self) -> Text | None:
        """What is to be done when one of them ends soon."""
        ...


class Backups(Protocol):
    """Alarms and evidence that are copied again and again."""

    async def failing(self) -> tuple[FailingBackup, ...]:
        """Those of which something failed last, and those that are overdue."""
        ...


@dataclass(frozen=True, slots=True)
class WatchVerification:
    """Whether there is something to complain of."""

    jobs: Jobs
    processes: Roles
    workers: Workers

    async def complaint(self) -> Text | None:
        """What is wrong with verification and what to do; None: it works."""
        load, roles = await self.jobs.load(), self.processes.roles()
        signed_on = _starts_first(roles) or await self.workers.any_held(WORKER)
        return complaint(_worker(roles), load.waiting, load.oldest_s, signed_on=signed_on)


@dataclass(frozen=True, slots=True)
class WatchSystem:
    """SystemOut, without site and version."""

    jobs: Jobs
    processes: OwnProcesses
    rules: PutRules
    cameras: WatchedCameras
    clock: Clock
    bounds: Bounds
    objects: WatchObjects | None = None
    backups: Backups | None = None
    certificates: Certificates | None = None

    async def state(self) -> State:
        load = await self.jobs.load()
        roles = self.processes.roles()
        worker = _worker(roles)
        working = any(queue.running for queue in load.queues)
        watched = await self.cameras.watched()
        away = None if self.objects is None else await self.objects.complaint()
        backups = () if self.backups is None else await self.backups.failing()
        ends = None if self.certificates is None else await self.certificates.complaint()
        health, reason = verification(worker, load.waiting, load.oldest_s, working=working)
        return {
            "verification": health,
            "verification_reason": reason or "",
            "verification_said": said(reason),
            "jobs_waiting": load.waiting,
            "oldest_job_s": max((queue.oldest_s for queue in load.queues), default=0.0),
            "queues": [asdict(queue) for queue in load.queues],
            "jobs_parked": load.parked,
            "drain_s": load.drain_s,
            "watched": [self._watched(one) for one in watched],
            "roles": roles,
            "notices": notices_out([*filter(None, (away, ends)), *map(backup_text, backups)])
            + self.processes.notices()
            + notices_out(await self.rules.notices()),
            "bounds": asdict(self.bounds)
            | {
                "temperature_c_max": node_bounds.HOT_C,
                "certificate_days_min": node_bounds.CERTIFICATE_DAYS,
                "own_certificate_days_min": node_bounds.OWN_CERTIFICATE_DAYS,
                "unsent_s_max": node_bounds.UNSENT_S,
            },
            **self.processes.model(),
        }

    def _watched(self, one: Watched) -> State:
        now_ms = self.clock.unix_ms()
        return {
            "camera": one.camera,
            "state": state_of(one, now_ms),
            "since_ms": one.since_ms,
            "judged_ms": one.judged_ms,
            "lag_ms": one.lag_ms,
            "unwatched_s": max(0, now_ms - one.unwatched_since_ms) / 1000,
            "unscored_s": None if one.unscored is None else max(0, now_ms - one.unscored.since_ms) / 1000,
            "unscored_why": "" if one.unscored is None else one.unscored.why,
        }


def _starts_first(roles: list[State]) -> bool:
    """Whether the worker of this machine has not been up yet: loading a model takes its time."""
    return any(role["name"] == "worker" and role["state"] == "starting" and not role["restarts"] for role in roles)


def _worker(roles: list[State]) -> str | None:
    return next((str(role["state"]) for role in roles if role["name"] == "worker"), None)
