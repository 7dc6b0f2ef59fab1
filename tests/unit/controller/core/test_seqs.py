"""Numbers of facts against a plain set of them; how a gap is asked for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from controller.core.seqs import PATIENCE_MS, PAUSE_MS, Asking, Seen, due, gap, seen, written_off

NUMBERS = st.lists(st.integers(1, 40), max_size=40)


def numbers_of(known: Seen) -> set[int]:
    return {*range(1, known.upto + 1), *(n for first, end in known.ahead for n in range(first, end))}


@given(NUMBERS, st.randoms())
def test_any_order_and_any_repetition_say_the_same(numbers: list[int], chance: object) -> None:
    at_once = seen(Seen(), numbers)
    shuffled = [*numbers, *numbers]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one_by_one = Seen()
    for number in shuffled:
        one_by_one = seen(one_by_one, [number])
    assert one_by_one == at_once
    assert numbers_of(at_once) == set(numbers)
    assert at_once.last == max(numbers, default=0)
    assert gap(at_once, 0) == (set(range(1, at_once.last + 1)) != set(numbers))


def test_what_the_node_itself_has_named_is_missed_at_the_end_too() -> None:
    known = seen(Seen(), range(1, 8))
    assert not gap(known, 7)
    assert gap(known, 9)
    assert written_off(known, 9) == Seen(9)


def test_what_is_kept_of_gaps_is_bounded_and_the_newest_stay() -> None:
    known = seen(Seen(), range(2, 2_000, 2))
    assert len(known.ahead) == 200
    assert known.last == 1_998
    assert known.upto == 1_598


@given(st.lists(st.integers(1, 400_000), max_size=60))
def test_a_gap_is_asked_for_seldom_and_never_before_its_time(steps: list[int]) -> None:
    asking, now_ms, asked = Asking(since_ms=0), 0, list[int]()
    for step_ms in steps:
        now_ms += step_ms
        if due(asking, now_ms):
            asked.append(now_ms)
            asking = Asking(0, asking.asks + 1, now_ms)
    assert all(at_ms >= PATIENCE_MS for at_ms in asked)
    assert all(b - a >= PAUSE_MS for a, b in pairwise(asked))
