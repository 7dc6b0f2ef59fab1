"""Which uploads go first, and what is given up."""

import dataclasses
from collections.abc import Collection, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.media import Run
from edge_agent.core.upload_policy import RANK, Upload, next_transfer, over_budget
from shared.ids import EventId, FactId, RunId
from shared.kinds import MediaClass
from tests.fakes.edge import segment

CLASSES: tuple[MediaClass, ...] = ("promoted", "gated", "motion", "continuous")


def upload(number: int, media_class: MediaClass = "motion", length_bytes: int = 10) -> Upload:
    part = segment(start_ms=number * 1000)
    run = Run(part.camera, (part,), length_bytes, 0, "0" * 64, "0" * 32)
    return Upload(RunId(str(number)), run, media_class, media_class, None, "announced", 1, FactId("f"))


def start(ready: list[Upload], running: Sequence[MediaClass], events: Collection[EventId] = ()) -> Upload | None:
    return next_transfer([(one, "ready") for one in ready], running, events)


@settings(deadline=None)
@given(st.lists(st.sampled_from(CLASSES), max_size=6), st.lists(st.sampled_from(CLASSES), max_size=3))
def test_the_next_transfer_is_the_best_that_waits_for_nobody(
    waiting: list[MediaClass], running: list[MediaClass]
) -> None:
    ready = [upload(number, media_class) for number, media_class in enumerate(waiting)]
    chosen = start(ready, running)
    if chosen is None:
        best = min((RANK[media_class] for media_class in waiting), default=9)
        assert not ready or any(RANK[media_class] <= best for media_class in running)
    else:
        assert all(RANK[chosen.priority] <= RANK[other.priority] for other in ready)
        assert all(RANK[chosen.priority] < RANK[media_class] for media_class in running)


def test_a_raised_priority_counts_not_the_class() -> None:
    raised = dataclasses.replace(upload(2), priority="promoted")
    assert start([upload(1), raised], []) == raised


def test_the_newest_of_a_running_event_goes_before_its_pre_roll_and_before_older_events() -> None:
    event = EventId("e2")
    running = [dataclasses.replace(upload(number), event=event) for number in (5, 6, 7)]
    ready = [upload(1), upload(2), *running]
    order = []
    while (chosen := start(ready, [], {event})) is not None:
        order.append(chosen.id)
        ready.remove(chosen)
    assert order == ["7", "6", "5", "1", "2"]
    assert start([*running, upload(1, "promoted")], [], {event}) == upload(1, "promoted")
    assert start(running, []) == running[0]


@pytest.mark.parametrize(("budget_bytes", "gone"), [(40, []), (39, ["1"]), (25, ["1", "3"]), (0, ["1", "3", "2", "0"])])
def test_the_oldest_of_the_lowest_class_is_given_up_first(budget_bytes: int, gone: list[str]) -> None:
    waiting = [upload(0, "promoted"), upload(1, "continuous"), upload(2, "motion"), upload(3, "continuous")]
    assert [lost.id for lost in over_budget([(one, 10) for one in waiting], budget_bytes)] == gone


def test_nothing_overtakes_what_waits_in_its_class_except_what_is_passed() -> None:
    first, second, other = upload(1), upload(2), upload(3, "continuous")
    assert next_transfer([(second, "ready"), (first, "waits")], []) is None
    assert next_transfer([(second, "ready"), (first, "passed")], []) == second
    assert next_transfer([(first, "waits"), (second, "ready"), (other, "ready")], []) == other
    assert next_transfer([(first, "waits"), (other, "ready")], ["motion"]) is None


charges = st.lists(st.tuples(st.sampled_from(CLASSES), st.integers(0, 50)), max_size=12)


@settings(deadline=None)
@given(charges, st.integers(0, 300))
def test_what_the_ring_still_has_costs_nothing_and_is_never_given_up(
    given_charges: list[tuple[MediaClass, int]], budget_bytes: int
) -> None:
    waiting = [(upload(number, of), beyond_bytes) for number, (of, beyond_bytes) in enumerate(given_charges)]
    gone = {lost.id for lost in over_budget(waiting, budget_bytes)}
    kept = [(one, beyond_bytes) for one, beyond_bytes in waiting if one.id not in gone]
    assert all(beyond_bytes > 0 for one, beyond_bytes in waiting if one.id in gone)
    assert sum(beyond_bytes for _, beyond_bytes in kept) <= budget_bytes
    worst_kept = max((RANK[one.priority] for one, beyond_bytes in kept if beyond_bytes), default=-1)
    assert all(RANK[one.priority] >= worst_kept for one, _ in waiting if one.id in gone)
