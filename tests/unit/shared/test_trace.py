"""Spans know their trace and their parent without being told, and nobody is troubled where nobody collects."""

from collections.abc import Iterator

import pytest

from shared import trace
from shared.mint import minted_ms, uuid7
from shared.trace import PARENTS, Span, record, traceparent, wanted

EVENT = "01a1fb4d-aacd-7e46-84b3-5450f4dedb39"


class Kept(list[Span]):
    def take(self, span: Span) -> None:
        self.append(span)


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    trace.collect(kept)
    yield kept
    trace.collect(None)


def test_a_step_names_the_parent_that_another_process_has_recorded(kept: Kept) -> None:
    record(EVENT, "verify", 10, 30, about="7", under="7", kind="live")
    record(EVENT, "alarm", 20, 25, about="19", under="7")
    record(EVENT, "show", 25, 24, about="a", under="19")
    verify, alarm, show = kept
    assert {span.trace_id for span in kept} == {"01a1fb4daacd7e4684b35450f4dedb39"}
    assert (alarm.parent_id, show.parent_id) == (verify.span_id, alarm.span_id)
    assert verify.told == {"kind": "live"}
    assert (show.start_ms, show.end_ms) == (25, 25), "clocks of machines differ: no span ends before it begins"


def test_the_root_has_no_parent_and_messages_name_it(kept: Kept) -> None:
    record(EVENT, "motion", 1, 2)
    assert kept[0].parent_id is None
    assert traceparent(EVENT, "motion") == f"00-{kept[0].trace_id}-{kept[0].span_id}-01"


def test_every_step_hangs_under_the_root() -> None:
    for step in PARENTS:
        above, seen = PARENTS[step], [step]
        while above is not None:
            assert above not in seen
            seen.append(above)
            above = PARENTS[above]
        assert seen[-1] == "motion"


def test_nothing_is_said_where_nobody_collects_and_of_what_has_no_event(kept: Kept) -> None:
    record(None, "verify", 1, 2)
    assert traceparent(None, "upload") is None
    trace.collect(None)
    record(EVENT, "verify", 1, 2)
    assert not wanted(EVENT)
    assert traceparent(EVENT, "motion") is None
    assert kept == []


def test_a_share_is_the_same_events_everywhere(kept: Kept) -> None:
    events = [uuid7() for _ in range(2_000)]
    trace.collect(kept, 0.25)
    first = [wanted(event) for event in events]
    trace.collect(kept, 0.5)
    second = [wanted(event) for event in events]
    assert 350 < sum(first) < 650
    assert all(more for less, more in zip(first, second, strict=True) if less)
    trace.collect(kept, 0.0)
    assert not any(wanted(event) for event in events)


def test_an_id_tells_when_it_was_minted() -> None:
    assert minted_ms("01a1fb4d-aacd-7e46-84b3-5450f4dedb39") == 0x01A1FB4DAACD
