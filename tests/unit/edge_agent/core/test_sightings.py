"""Sightings: two of three looks count, people hold for a while, masks and parked vehicles count for nothing."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.sightings import Look, Meaning, SightingRules, SightingState, Thing, anew, step
from shared.geometry import Box

RULES = SightingRules(still_ms=60_000)
MAN = Thing("person", 0.8, Box(0.4, 0.2, 0.5, 0.6))
CAR = Thing("car", 0.8, Box(0.1, 0.5, 0.3, 0.7))


def told(looks: list[tuple[int, tuple[Thing, ...]]], rules: SightingRules = RULES, active_ms: int = 0) -> list[Meaning]:
    state, meanings = SightingState(), []
    for at_ms, things in looks:
        state, meaning = step(state, Look(at_ms, things), active_ms, rules)
        meanings.append(meaning)
    return meanings


def test_a_person_seen_twice_raises_and_holds() -> None:
    once, twice = told([(500, (MAN,)), (1_000, (MAN,))])
    assert once == Meaning(raises=False, hold_until_ms=None)
    assert twice == Meaning(raises=True, hold_until_ms=3_000)


def test_two_of_three_looks_are_enough_and_two_of_four_are_not() -> None:
    assert told([(500, (MAN,)), (1_000, ()), (1_500, (MAN,))])[-1] == Meaning(raises=True, hold_until_ms=3_500)
    assert told([(500, (MAN,)), (1_000, ()), (1_500, ()), (2_000, (MAN,))])[-1].hold_until_ms is None


def test_a_vehicle_raises_and_does_not_hold() -> None:
    assert told([(500, (CAR,)), (1_000, (CAR,))])[-1] == Meaning(raises=True, hold_until_ms=None)


def test_other_things_and_unsure_ones_count_for_nothing() -> None:
    for thing in (Thing("sports ball", 0.9, MAN.box), Thing("person", 0.49, MAN.box)):
        assert told([(500, (thing,)), (1_000, (thing,))])[-1] == Meaning(raises=False, hold_until_ms=None)


def test_names_are_compared_without_case() -> None:
    thing = Thing("Person", 0.9, MAN.box)
    assert told([(500, (thing,)), (1_000, (thing,))])[-1].raises


def test_what_stands_in_a_mask_counts_for_nothing() -> None:
    rules = SightingRules(masks=(((0.35, 0.1), (0.6, 0.1), (0.6, 0.7), (0.35, 0.7)),))
    looks: list[tuple[int, tuple[Thing, ...]]] = [(500, (MAN,)), (1_000, (MAN,))]
    assert told(looks, rules)[-1] == Meaning(raises=False, hold_until_ms=None)


def test_nobody_is_held_for_longer_than_the_rules_say_after_the_last_motion() -> None:
    last = told([(59_500, (MAN,)), (60_000, (MAN,)), (60_500, (MAN,))])
    assert [meaning.hold_until_ms for meaning in last] == [None, 62_000, None]
    assert last[-1].raises


def test_a_parked_vehicle_raises_no_later_event_and_one_that_drives_does() -> None:
    state = SightingState()
    for at_ms in range(0, 12_000, 500):
        state, _ = step(state, Look(at_ms, (CAR,)), 0, RULES)
    state = anew(state)
    for at_ms in (60_000, 60_500):
        state, meaning = step(state, Look(at_ms, (CAR,)), 60_000, RULES)
        assert not meaning.raises
    moved = Thing("car", 0.8, Box(0.5, 0.5, 0.7, 0.7))
    for at_ms in (61_000, 61_500):
        state, meaning = step(state, Look(at_ms, (CAR, moved)), 60_000, RULES)
    assert meaning.raises


def test_a_place_is_forgotten_after_an_hour() -> None:
    state = SightingState()
    for at_ms in (0, 20_000):
        state, _ = step(state, Look(at_ms, (CAR,)), 0, RULES)
    state = anew(state)
    for at_ms in (4_000_000, 4_000_500):
        state, meaning = step(state, Look(at_ms, (CAR,)), 0, RULES)
    assert meaning.raises


things = st.builds(
    lambda name, score, x, y: Thing(name, score, Box(x, y, x + 0.1, y + 0.2)),
    st.sampled_from(["person", "car", "dog"]),
    st.floats(0, 1),
    st.floats(0, 0.8),
    st.floats(0, 0.8),
)


@given(st.lists(st.tuples(st.integers(1, 5_000), st.lists(things, max_size=80)), max_size=12), st.integers(0, 50_000))
def test_invariants(steps: list[tuple[int, list[Thing]]], active_ms: int) -> None:
    state, now_ms, people = SightingState(), 0, 0
    for pause_ms, seen in steps:
        now_ms += pause_ms
        before = people
        people = sum(thing.name == "person" and thing.score >= RULES.min_confidence for thing in seen)
        state, meaning = step(state, Look(now_ms, tuple(seen)), active_ms, RULES)
        if meaning.hold_until_ms is not None:
            assert people
            assert meaning.hold_until_ms == now_ms + RULES.hold_ms
            assert now_ms - active_ms <= RULES.still_ms
        if people and before and now_ms - active_ms <= RULES.still_ms:
            assert meaning.raises
            assert meaning.hold_until_ms is not None
        assert len(state.places) <= 64
        assert len(state.raising) == len(state.holding) <= 3
