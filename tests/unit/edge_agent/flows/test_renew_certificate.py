"""Renewing a certificate: in time, again after a failure, and never in a hurry."""

from datetime import datetime, timedelta

import pytest

from edge_agent.flows.renew_certificate import CertificateRenewing
from shared.errors import CctvError, Rejected, Transient
from tests.fakes.site import HandClock

HOUR_MS = 3_600_000


class Held:
    """A certificate, and a controller that gives the next one unless it has a fault."""

    def __init__(self, ends_at: datetime | None) -> None:
        self.ends = ends_at
        self.fault: CctvError | None = None
        self.renewed = 0

    async def ends_at(self) -> datetime | None:
        return self.ends

    async def renew(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.renewed += 1


def renewing(held: Held, clock: HandClock) -> CertificateRenewing:
    return CertificateRenewing(held, clock, lambda: 0.5)


@pytest.mark.parametrize(("days", "renewed"), [(None, 1), (60, 0), (29, 0), (28, 1), (-1, 1)])
async def test_it_is_renewed_when_it_is_time(days: int | None, renewed: int) -> None:
    clock = HandClock()
    held = Held(None if days is None else clock.now() + timedelta(days=days))
    assert await renewing(held, clock).look() >= HOUR_MS / 2
    assert held.renewed == renewed


async def test_a_controller_that_is_away_is_asked_again_less_and_less_often_until_it_answers() -> None:
    clock, held = HandClock(), Held(None)
    held.fault = Transient("away")
    flow = renewing(held, clock)
    pauses = [await flow.look() for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] <= HOUR_MS * 1.2
    held.fault = None
    await flow.look()
    assert held.renewed == 1


async def test_a_controller_that_says_no_is_left_alone_for_hours() -> None:
    clock, held = HandClock(), Held(None)
    held.fault = Rejected("controller", "older than this node")
    assert await renewing(held, clock).look() >= 6 * HOUR_MS
