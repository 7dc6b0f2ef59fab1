"""Watches the system itself: roles, waiting work, and which model judges."""

from dataclasses import dataclass
from typing import Protocol

from controller.core.verification import complaint, verification
from controller.flows.put_rules import PutRules, notices_out
from controller.ports import State
from shared.texts import Text, said


class JobLoad(Protocol):
    """The queue as a figure."""

    async def load(self) -> tuple[int, float]:
        """Jobs that wait for a worker, and the age of the oldest, s."""
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


@dataclass(frozen=True, slots=True)
class WatchVerification:
    """Whether there is something to complain of."""

    jobs: JobLoad
    processes: Roles

    async def complaint(self) -> Text | None:
        """What is wrong with verification and what to do; None: it works."""
        waiting, oldest_s = await self.jobs.load()
        return complaint(_worker(self.processes.roles()), waiting, oldest_s)


@dataclass(frozen=True, slots=True)
class WatchSystem:
    """SystemOut, without site and version."""

    jobs: JobLoad
    processes: OwnProcesses
    rules: PutRules

    async def state(self) -> State:
        waiting, oldest_s = await self.jobs.load()
        roles = self.processes.roles()
        worker = _worker(roles)
        health, reason = verification(worker, waiting, oldest_s)
        return {
            "verification": health,
            "verification_reason": reason or "",
            "verification_said": said(reason),
            "jobs_waiting": waiting,
            "oldest_job_s": oldest_s,
            "roles": roles,
            "notices": self.processes.notices() + notices_out(await self.rules.notices()),
            **self.processes.model(),
        }


def _worker(roles: list[State]) -> str | None:
    return next((str(role["state"]) for role in roles if role["name"] == "worker"), None)
