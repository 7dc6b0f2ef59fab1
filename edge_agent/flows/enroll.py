"""Enroll: ask a controller to be let in, wait until somebody has decided, take what it gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from edge_agent.core.retry import retry_delay_ms
from shared.clock import Clock
from shared.enrolment import Admission, EnrolmentOut
from shared.errors import Broken, Transient

_POLL_MS = 2_000
_LONGEST_MS = 15_000


class Doorkeeper(Protocol):
    """The controller, as who wants in knows it."""

    async def ask(self, proof: str, csr: str) -> EnrolmentOut:
        """`Transient` while nobody answers, `Rejected` when they say no."""
        ...


class Telling(Protocol):
    """Whoever runs the command hears how things are."""

    def waits(self, node: str) -> None: ...

    def away(self, fault: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Enrolling:
    """Asking is waiting: the same request again and again, from the same key, until it is answered."""

    door: Doorkeeper
    telling: Telling
    clock: Clock
    unit: Callable[[], float]

    async def admitted(self, proof: str, csr: str) -> Admission:
        """What the controller gives once somebody approved; `Rejected` when it says no."""
        failed = 0
        while True:
            try:
                answer = await self.door.ask(proof, csr)
            except Transient as fault:
                failed += 1
                self.telling.away(str(fault))
                await self.clock.sleep_ms(retry_delay_ms(failed, _POLL_MS, _LONGEST_MS, self.unit()))
                continue
            failed = 0
            if answer.admission is not None:
                return answer.admission
            if answer.state == "approved":
                raise Broken("approved without an admission")
            self.telling.waits(answer.node)
            await self.clock.sleep_ms(_POLL_MS)
