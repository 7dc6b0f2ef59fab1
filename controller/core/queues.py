"""In which order verification works, and how its queue stands. Pure."""

from dataclasses import dataclass
from typing import Literal

from shared.ids import CameraId

QueueName = Literal["running", "watch", "ended", "back-fill"]
PRIORITY: dict[QueueName, int] = {"running": 0, "watch": 1, "ended": 10, "back-fill": 20}
"""Smaller goes first: running events, watched cameras, events that nobody judged live, footage that came long after."""

BACK_FILL_MS = 1_800_000
"""Footage of an event that ended longer ago than this is back-fill: nobody waits for it at the gate."""
RATE_OVER_MS = 300_000
"""Over how long it is counted how fast stored footage is judged."""
PARKED_SHOWN_MS = 24 * 3_600_000


def stored_priority(ended_ms: int, now_ms: int) -> int:
    """The priority of judging stored footage of an event that ended then."""
    return PRIORITY["back-fill" if now_ms - ended_ms > BACK_FILL_MS else "ended"]


def queue_of(priority: int) -> QueueName:
    """The queue that a job of this priority stands in."""
    names: list[QueueName] = [name for name, least in PRIORITY.items() if least <= priority]
    return names[-1] if names else "running"


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """One queue: jobs that a worker has, jobs that none has, and how long the oldest of those waits, s."""

    name: QueueName
    running: int
    waiting: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """An interval that was given up after three tries, and why."""

    camera: CameraId
    start_ms: int
    end_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class JobLoad:
    """The queues in the order of their priority. `ended`: stored jobs done of late; `parked`: given up in a day."""

    queues: tuple[QueueLoad, ...] = ()
    ended: int = 0
    parked: int = 0

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.queues)

    @property
    def oldest_s(self) -> float:
        """How long the oldest waits that should be judged soon; back-fill may wait."""
        return max((queue.oldest_s for queue in self.queues if queue.name != "back-fill"), default=0.0)

    @property
    def drain_s(self) -> float | None:
        """How long the stored work will take at the pace of late; None: nothing was done, so nobody can say."""
        left = sum(q.running + q.waiting for q in self.queues if q.name in {"ended", "back-fill"})
        if not left:
            return 0.0
        return left * RATE_OVER_MS / 1000 / self.ended if self.ended else None
