"""Waiting to be let in: the same request until it is answered, through every failure of the line."""

from collections.abc import Sequence

import pytest

from edge_agent.flows.enroll import Enrolling
from shared.enrolment import Admission, BrokerPlace, EnrolmentOut
from shared.errors import CctvError, Rejected, Transient
from tests.fakes.site import HandClock

WAITING = EnrolmentOut(state="waiting", node="gate", fingerprint="ab")
IN = Admission(site="plant", node="gate", certificate="pem", broker=BrokerPlace(port=8884))
LET_IN = EnrolmentOut(state="approved", node="gate", fingerprint="ab", admission=IN)


class Door:
    """Answers by script; keeps what it was asked."""

    def __init__(self, answers: Sequence[EnrolmentOut | CctvError]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    async def ask(self, proof: str, csr: str) -> EnrolmentOut:
        self.asked.append((proof, csr))
        answer = self.answers.pop(0)
        if isinstance(answer, CctvError):
            raise answer
        return answer


class Told:
    """What somebody beside the node reads."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def waits(self, node: str) -> None:
        self.lines.append(f"waits {node}")

    def away(self, fault: str) -> None:
        self.lines.append(f"away {fault}")


async def test_the_same_request_until_somebody_approved_whatever_the_line_does() -> None:
    door, told, clock = Door([Transient("cut"), WAITING, Transient("cut"), WAITING, LET_IN]), Told(), HandClock()
    assert await Enrolling(door, told, clock, lambda: 0.5).admitted("proof", "csr") == IN
    assert set(door.asked) == {("proof", "csr")}
    assert told.lines == ["away cut", "waits gate", "away cut", "waits gate"]
    assert clock.monotonic_ms() >= 4 * 1_600, "it does not ask without a pause"


async def test_a_no_ends_it() -> None:
    door = Door([WAITING, Rejected("controller", "turned away")])
    with pytest.raises(Rejected, match="turned away"):
        await Enrolling(door, Told(), HandClock(), lambda: 0.5).admitted("proof", "csr")
