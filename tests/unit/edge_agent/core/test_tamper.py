"""Tamper decisions under any order of looks."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.tamper import Begun, Ended, TamperEffect, TamperRules, TamperState, step
from shared.kinds import TAMPER_KINDS, TamperKind

RULES = TamperRules(raise_ms=10_000, frozen_raise_ms=30_000, clear_ms=5_000)
Look = tuple[int, TamperKind | None]
LOOKS = st.lists(st.tuples(st.integers(-500, 6_000), st.sampled_from([None, *TAMPER_KINDS])), max_size=80)


def play(looks: list[Look], rules: TamperRules = RULES) -> tuple[TamperState, list[tuple[int, TamperEffect]]]:
    """Looks as (time since the one before, what is seen)."""
    state, now_ms = TamperState(), 0
    told: list[tuple[int, TamperEffect]] = []
    for gap_ms, seen in looks:
        now_ms += gap_ms
        state, effects = step(state, now_ms, seen, rules)
        told += [(state.now_ms or 0, effect) for effect in effects]
    return state, told


def steady(seen: TamperKind | None, seconds: int) -> list[Look]:
    return [(1_000, seen)] * seconds


@given(LOOKS)
def test_begins_and_ends_take_turns_in_order_of_time(looks: list[Look]) -> None:
    state, told = play(looks)
    running, last_ms = None, -(10**9)
    for now_ms, effect in told:
        if isinstance(effect, Begun):
            assert running is None
            assert last_ms <= effect.tamper.start_ms <= now_ms
            running, last_ms = effect.tamper, effect.tamper.start_ms
        else:
            assert effect.tamper == running
            assert last_ms <= effect.end_ms <= now_ms
            running, last_ms = None, effect.end_ms
    assert state.open == running


@given(LOOKS)
def test_none_is_begun_before_its_time_nor_ended_without_a_whole_calm(looks: list[Look]) -> None:
    state, now_ms = TamperState(), 0
    seen_at: list[Look] = []
    for gap_ms, seen in looks:
        now_ms = max(0, now_ms, now_ms + gap_ms) if seen_at else gap_ms
        before = state
        state, effects = step(state, now_ms, seen, RULES)
        seen_at.append((state.now_ms or 0, seen))
        for effect in effects:
            if isinstance(effect, Begun):
                start_ms = effect.tamper.start_ms
                lasted = [kind for at_ms, kind in seen_at if at_ms > start_ms]
                assert None not in lasted
                assert (state.now_ms or 0) - start_ms >= RULES.raises_after_ms(effect.tamper.kind)
            elif len(effects) == 1:
                calm = [kind for at_ms, kind in seen_at if at_ms > effect.end_ms]
                assert set(calm) <= {None}
                assert (state.now_ms or 0) - effect.end_ms >= RULES.clear_ms
                assert before.open is not None


def test_trouble_is_told_once_when_it_has_lasted_and_once_when_it_is_over() -> None:
    _, told = play([*steady(None, 3), *steady("covered", 60), *steady(None, 20)])
    begun, ended = (effect for _, effect in told)
    assert isinstance(begun, Begun)
    assert (begun.tamper.kind, begun.tamper.start_ms, told[0][0]) == ("covered", 4_000, 14_000)
    assert isinstance(ended, Ended)
    assert (ended.end_ms, told[1][0]) == (64_000, 69_000)


def test_a_hand_that_passes_or_light_that_returns_for_a_second_tells_nothing() -> None:
    assert play([*steady("covered", 9), *steady(None, 2), *steady("covered", 9), *steady(None, 9)])[1] == []
    _, told = play([*steady("black", 20), *steady(None, 4), *steady("black", 20), *steady(None, 4)])
    assert [type(effect) for _, effect in told] == [Begun]


def test_what_looks_like_several_kinds_on_its_way_is_one_trouble() -> None:
    _, told = play([*steady("moved", 4), *steady("blurred", 3), *steady("covered", 10)])
    assert [(e.tamper.kind, e.tamper.start_ms) for _, e in told] == [("covered", 1_000)]


def test_another_kind_that_lasts_takes_its_place() -> None:
    _, told = play([*steady("moved", 20), *steady("black", 20)])
    assert [(type(e), e.tamper.kind) for _, e in told] == [(Begun, "moved"), (Ended, "moved"), (Begun, "black")]


def test_a_frozen_picture_needs_its_own_longer_time() -> None:
    assert play(steady("frozen", 30))[1] == []
    assert [e.tamper.kind for _, e in play(steady("frozen", 32))[1]] == ["frozen"]


def test_what_is_not_watched_for_is_not_told() -> None:
    rules = TamperRules(kinds=frozenset({"black"}), raise_ms=10_000)
    assert play(steady("moved", 60), rules)[1] == []
    assert len(play(steady("black", 60), rules)[1]) == 1
