"""Tells the trace of an event how long it waited to be judged, and how it was."""

from collections.abc import Sequence

from controller.core.judge import Judged
from controller.core.records import Job
from shared.trace import Step, record


def trace_claimed(job: Job, now_ms: int) -> None:
    """Somebody judges it now."""
    record(job.event, "queue", job.created_ms, now_ms, about=str(job.id), kind=job.kind, attempt=job.attempts)


def trace_picture(job: Job, judged: Judged, steps: Sequence[tuple[Step, int]], done_ms: int) -> None:
    """How the picture on which something began was judged, from its capture on."""
    ends = [*(begun_ms for _, begun_ms in steps[1:]), done_ms]
    for found in judged.occurrences:
        if found.end_ms is None:
            for (step, begun_ms), end_ms in zip(steps, ends, strict=True):
                record(job.event, step, begun_ms, end_ms, about=found.id, under=str(job.id))


def trace_judged(job: Job, begun_ms: int, now_ms: int) -> None:
    """All of it is judged."""
    about = str(job.id)
    record(job.event, "verify", begun_ms, now_ms, about=about, under=about, kind=job.kind)
