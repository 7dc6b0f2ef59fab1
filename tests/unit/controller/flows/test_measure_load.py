"""What may be asked of the alarm load."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from controller.core.alarm_load import AlarmFact
from controller.flows.measure_load import MeasureLoad
from shared.errors import Rejected
from tests.builders import T0
from tests.fakes.site import HandClock

DAY_MS = 86_400_000


class NoAlarms:
    asked: tuple[int, int] = (0, 0)

    async def facts(self, from_ms: int, to_ms: int) -> Sequence[AlarmFact]:
        self.asked = (from_ms, to_ms)
        return ()

    async def stale(self, now: datetime) -> Sequence[int]:
        del now
        return ()


async def test_the_last_day_for_as_many_people_as_the_site_has() -> None:
    reads = NoAlarms()
    state = await MeasureLoad(reads, HandClock(), 3).state(None, None)
    assert (reads.asked, state["operators"]) == ((T0 - DAY_MS, T0), 3)
    await MeasureLoad(reads, HandClock(), 3).state(T0 - 5, T0 + 99, 2)
    assert reads.asked == (T0 - 5, T0), "what is to come has no alarms yet"


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "operators"),
    [(T0, T0, 1), (T0 - 5, T0 - 9, 1), (T0 - 93 * DAY_MS, T0, 1), (None, None, 0), (None, None, 101)],
)
async def test_a_span_or_a_crew_that_cannot_be_is_refused(
    start_ms: int | None, end_ms: int | None, operators: int
) -> None:
    with pytest.raises(Rejected):
        await MeasureLoad(NoAlarms(), HandClock()).state(start_ms, end_ms, operators)
