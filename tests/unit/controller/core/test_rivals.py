"""Two machines with one node's file are told from one that starts again and again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.rivals import FORGET_MS, LASTING_MS, TURNS, Starts, hear, rivals_since_ms

S = 1_000


def after(*words: tuple[int, str]) -> Starts:
    """What is known after these words at their seconds."""
    known = Starts()
    for at_s, start in words:
        known = hear(known, start, at_s * S)
    return known


def test_two_that_take_turns_are_rivals_and_one_of_them_alone_is_none_after_a_while() -> None:
    turns = [(n * 12, "ab"[n % 2]) for n in range(8)]
    known = after(*turns)
    assert rivals_since_ms(known, 84 * S) == 24 * S
    assert rivals_since_ms(hear(known, "b", 90 * S), 90 * S) == 24 * S
    assert rivals_since_ms(known, 84 * S + FORGET_MS - 1) is not None
    assert rivals_since_ms(known, 84 * S + FORGET_MS) is None


def test_they_are_rivals_however_fast_they_take_turns() -> None:
    known = Starts()
    for at_ms in range(0, LASTING_MS + 2 * S, 200):
        known = hear(known, "ab"[at_ms // 200 % 2], at_ms)
    assert rivals_since_ms(known, LASTING_MS + 2 * S) is not None
    assert len(known.heard) == 2


def test_an_old_word_that_comes_late_is_none() -> None:
    assert (
        rivals_since_ms(after((0, "a"), (10, "b"), (11, "a"), (12, "b"), (13, "a"), (14, "b"), (900, "c")), 0) is None
    )
    assert rivals_since_ms(after(*((n * 700, "ab"[n % 2]) for n in range(9))), 9 * 700 * S) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3)), max_size=40))
def test_one_that_starts_again_and_again_is_never_its_own_rival(words: list[tuple[int, int]]) -> None:
    known, at_ms, start = Starts(), 0, 0
    for seconds, fresh in words:
        at_ms, start = at_ms + seconds * S, start + fresh
        known = hear(known, str(start), at_ms)
        assert rivals_since_ms(known, at_ms) is None
    assert known.turns == 0 < TURNS
