"""Whether verification works: from the worker's state and how long work has waited."""

from typing import Literal

Health = Literal["ok", "degraded", "down"]
_LATE_S = 15.0
_DOWN_S = 120.0


def verification(worker: str | None, jobs_waiting: int, oldest_job_s: float) -> tuple[Health, str]:
    """Judge it, and say why. `worker`: its role's state; None: it runs elsewhere, and only its work shows."""
    if worker is not None and worker not in {"running", "starting"}:
        return "down", f"the worker is {worker}"
    if jobs_waiting and oldest_job_s >= _DOWN_S:
        return "down", f"{jobs_waiting} jobs wait, the oldest for {oldest_job_s:.0f} s"
    if jobs_waiting and oldest_job_s >= _LATE_S:
        return "degraded", f"{jobs_waiting} jobs wait, the oldest for {oldest_job_s:.0f} s"
    return "ok", ""
