"""Whether verification works: from the worker's state and how long work has waited."""

from typing import Literal

from shared.texts import Text, say

Health = Literal["ok", "degraded", "down"]
_LATE_S = 15.0
_DOWN_S = 120.0


def verification(
    worker: str | None, jobs_waiting: int, oldest_job_s: float, *, working: bool = False
) -> tuple[Health, Text | None]:
    """Judge it, and say why. `worker`: its role's state; None: it runs elsewhere, and only its work shows.

    `working`: somebody is at it, so that it is behind and not down.
    """
    if worker is not None and worker not in {"running", "starting"}:
        return "down", say("worker_frozen" if worker == "frozen" else "worker_down")
    if jobs_waiting and oldest_job_s >= _LATE_S:
        told = say("jobs_wait", jobs=jobs_waiting, oldest_s=round(oldest_job_s))
        return "down" if oldest_job_s >= _DOWN_S and not working else "degraded", told
    return "ok", None


def complaint(worker: str | None, jobs_waiting: int, oldest_job_s: float, *, signed_on: bool = True) -> Text | None:
    """What an alarm says of it, with the remedy; None: it works.

    `signed_on`: some worker, here or elsewhere, has shown lately that it judges: one that starts again and again
    does not, whatever its role's state is at the moment.
    """
    if not signed_on:
        return say("alarm_worker_away")
    health, _ = verification(worker, jobs_waiting, oldest_job_s)
    if health == "ok":
        return None
    if worker is not None and worker not in {"running", "starting"}:
        return say("alarm_worker_away")
    return say("alarm_jobs_wait", jobs=jobs_waiting, oldest_s=round(oldest_job_s))
