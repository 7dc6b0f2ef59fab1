"""The server's certificates are renewed in time, and told of before they end."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from controller.flows.keep_certificate import LOOK_MS, KeepCertificate
from shared.errors import CctvError, Rejected, Transient
from tests.fakes.site import HandClock

BOTH = frozenset({"public", "broker"})


@dataclass
class Ending:
    """A certificate that ends after so many days."""

    days: float | None
    clock: HandClock

    def ends_at(self) -> datetime | None:
        return None if self.days is None else self.clock.now() + timedelta(days=self.days)


@dataclass
class Renewing:
    """Remembers when it was asked; answers by turns."""

    answers: list[bool | CctvError]
    asked: list[datetime] = field(default_factory=list)

    def renew(self, now: datetime) -> bool:
        self.asked.append(now)
        answer = self.answers[(len(self.asked) - 1) % len(self.answers)]
        if isinstance(answer, CctvError):
            raise answer
        return answer


async def test_it_looks_every_six_hours_whatever_came_of_it() -> None:
    clock = HandClock()
    own = Renewing([True, Transient("disk full"), Rejected("ca-key.sealed", "is not a key of ours"), False])
    task = asyncio.create_task(KeepCertificate({}, BOTH, own, clock).run())
    async with asyncio.timeout(10):
        while len(own.asked) < 5:
            await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    apart = {later - before for before, later in zip(own.asked, own.asked[1:], strict=False)}
    assert apart == {timedelta(milliseconds=LOOK_MS)}


async def test_nothing_is_renewed_where_all_are_somebody_elses() -> None:
    async with asyncio.timeout(10):
        await KeepCertificate({}, frozenset(), None, HandClock()).run()


@pytest.mark.parametrize(
    ("public", "broker", "code", "days"),
    [
        (31.0, 31.0, None, 0),
        (None, 400.0, None, 0),
        (29.5, 400.0, "server_certificate_ends", 29),
        (400.0, 12.2, "server_certificate_stays", 12),
        (20.0, 12.2, "server_certificate_stays", 12),
        (-3.0, 12.2, "server_certificate_ends", 0),
    ],
)
async def test_the_first_to_end_is_told_with_what_is_to_be_done(
    public: float | None, broker: float, code: str | None, days: int
) -> None:
    clock = HandClock()
    served = {"public": Ending(public, clock), "broker": Ending(broker, clock)}
    keep = KeepCertificate(served, frozenset({"broker"}), Renewing([False]), clock)
    found = await keep.complaint()
    assert (None if found is None else (found.code, found.params)) == (None if code is None else (code, {"days": days}))
    left = await keep.left_s()
    assert left.get("public") == (None if public is None else pytest.approx(public * 86_400))
    assert left["broker"] == pytest.approx(broker * 86_400)
