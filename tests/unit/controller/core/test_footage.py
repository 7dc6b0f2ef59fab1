"""What is asked for, against a picture of every second; what became of a span; the states of a request."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.footage import (
    RANK,
    SEAM_MS,
    Footage,
    Part,
    PartState,
    Waiting,
    Why,
    Wish,
    answered,
    asks,
    clip_of,
    parts,
    state_of,
    to_send,
)
from controller.core.spans import Span
from shared.kinds import MediaClass
from shared.limits import LONGEST_ORDER_MS

SPAN = st.tuples(st.integers(0, 1_500), st.integers(1, 1_500)).map(lambda s: (s[0] * 1000, (s[0] + s[1]) * 1000))
SPANS = st.lists(SPAN, max_size=5)
KINDS: list[tuple[Why, MediaClass]] = [
    ("alarm", "promoted"),
    ("request", "continuous"),
    ("event", "motion"),
    ("plan", "continuous"),
]
WISHES = st.lists(st.builds(lambda span, kind: Wish(span, *kind), SPAN, st.sampled_from(KINDS)), max_size=6)
FOOTAGE = st.builds(Footage, SPANS, SPANS, SPANS, SPANS, SPANS, SPANS, SPANS)


def seconds(*lists: object) -> set[int]:
    return {s for spans in lists for start, end in spans for s in range(start // 1000, end // 1000)}  # type: ignore[attr-defined]


@settings(max_examples=60, deadline=None)
@given(WISHES, FOOTAGE)
def test_what_is_due_and_there_and_nowhere_else_is_asked_for_once_best_first(
    wishes: list[Wish], footage: Footage
) -> None:
    found = asks(wishes, footage)
    elsewhere = seconds(footage.stored, footage.coming, footage.lost, footage.asked, footage.failed)
    asked = [s for ask in found for s in seconds([ask.span])]
    assert len(asked) == len(set(asked))
    assert set(asked) == (seconds([wish.span for wish in wishes]) & seconds(footage.there)) - elsewhere
    assert all(0 < ask.span[1] - ask.span[0] <= LONGEST_ORDER_MS for ask in found)
    order = [RANK[ask.why] for ask in found]
    assert order == sorted(order)
    for ask in found:  # by the best reason that wants it
        reasons = [RANK[wish.why] for wish in wishes if seconds([wish.span]) & seconds([ask.span])]
        assert RANK[ask.why] == min(reasons)


@settings(max_examples=60, deadline=None)
@given(WISHES, FOOTAGE)
def test_what_was_asked_for_is_not_asked_for_again(wishes: list[Wish], footage: Footage) -> None:
    spans = [ask.span for ask in asks(wishes, footage)]
    assert asks(wishes, replace(footage, asked=[*footage.asked, *spans])) == ()


def test_seams_between_segments_are_bridged_and_ask_for_nothing_of_their_own() -> None:
    there = [(0, 9_960), (10_000, 20_000)]
    (ask,) = asks([Wish((0, 20_000), "plan", "continuous")], Footage(there=there))
    assert ask.span == (0, 20_000)
    stored = Footage(there=there, stored=[(0, 9_960), (10_000, 19_500)])
    assert asks([Wish((0, 20_000), "plan", "continuous")], stored) == ()


@settings(max_examples=60, deadline=None)
@given(SPAN, FOOTAGE)
def test_every_second_of_a_span_is_in_one_part(span: Span, footage: Footage) -> None:
    found = parts(span, footage)
    told = [s for part in found for s in seconds([(part.start_ms, part.end_ms)])]
    assert sorted(told) == sorted(seconds([span]))
    kinds: dict[PartState, set[int]] = {
        "retrieved": seconds(footage.stored),
        "retrieving": seconds(footage.coming, footage.asked),
        "lost": seconds(footage.lost),
        "retrievable": seconds(footage.there),
        "never recorded": seconds(footage.never),
    }
    for part in found:
        here = seconds([(part.start_ms, part.end_ms)])
        assert part.state == "not told yet" or here <= kinds[part.state]


def test_a_request_ends_when_all_of_it_is_accounted_for() -> None:
    def state(*found: tuple[int, PartState]) -> tuple[str, bool]:
        at_ms, told = 0, list[Part]()
        for length_ms, kind in found:
            told.append(Part(at_ms, at_ms + length_ms, kind))
            at_ms += length_ms
        return state_of(told)

    assert state((9_000, "retrieved")) == ("stored", True)
    assert state((9_000, "retrieved"), (4_000, "never recorded")) == ("stored", True)
    assert state((9_000, "retrieved"), (4_000, "lost")) == ("partly", True)
    assert state((9_000, "never recorded")) == ("lost", True)
    assert state((9_000, "lost")) == ("lost", True)
    assert state((9_000, "retrieved"), (4_000, "retrieving"), (1, "retrievable")) == ("retrieving", False)
    assert state((9_000, "retrieved"), (4_000, "not told yet")) == ("waiting", False)


def test_few_are_sent_at_once_and_events_go_before_plans() -> None:
    waiting = [Waiting("c", 3, 0), Waiting("b", 2, 9), Waiting("a", 1, 50), Waiting("d", 1, 40)]
    assert [one.id for one in to_send(waiting, 0, event_runs=False)] == ["d", "a"]
    assert [one.id for one in to_send(waiting, 1, event_runs=False)] == ["d"]
    assert to_send(waiting, 2, event_runs=False) == ()
    assert [one.id for one in to_send(waiting, 0, event_runs=True)] == ["d"]
    assert to_send(waiting[:2], 0, event_runs=True) == ()


def test_an_ask_is_answered_when_all_that_the_ledger_names_of_it_is_stored_or_lost() -> None:
    there = [(0, 10_000), (10_000, 20_000)]
    assert not answered((0, 30_000), there, Footage(stored=[(0, 10_000)]))
    assert answered((0, 30_000), there, Footage(stored=[(0, 10_000)], lost=[(10_000, 20_000)]))
    assert answered((0, 20_000), there, Footage(stored=[(0, 20_000 - SEAM_MS + 1)]))


@pytest.mark.parametrize(
    ("occurred", "condition_ms", "clip"),
    [
        ([(98_000, 105_000)], 100_000, (88_000, 115_000)),
        ([(98_000, 105_000), (130_000, 140_000)], 100_000, (88_000, 150_000)),
        ([(98_000, 900_000)], 100_000, (90_000, 210_000)),
        ([(100_000, 405_000)], 400_000, (295_000, 415_000)),
        ([], 100_000, (90_000, 110_000)),
    ],
    ids=["short", "twice", "it lasts", "long before it was raised", "nothing seen"],
)
def test_a_clip_shows_all_of_it_or_the_stretch_around_its_raising(
    occurred: list[Span], condition_ms: int, clip: Span
) -> None:
    assert clip_of(occurred, condition_ms) == clip
