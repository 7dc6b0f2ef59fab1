"""Rules: raised after persistence, ended after two clear seconds, however tracks break.

Invariants: (1) nothing is raised before its condition was seen for its persistence; (2) one stretch without two
clear seconds is one occurrence; (3) every occurrence ends, at the last time it was seen.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from controller.core.ppe import PixelScale
from controller.core.records import CLEAR_MS, Detection, Occurrence, Rule, TrackedBox
from controller.core.rules import RuleEngine, Scene
from controller.core.tracking import Observation
from shared.geometry import Box
from shared.ids import CameraId, RuleId

CAM = CameraId("gate.front")
ZONE = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
INTRUSION = Rule(RuleId("r"), "zone", "zone_intrusion", zone=ZONE, persistence_s=1.0)
HELMET = Rule(RuleId("h"), "helmet", "ppe_missing", required=("Hardhat",), persistence_s=1.0)
SCALE = PixelScale(720, 640)
STEP = 200


def engine(*rules: Rule) -> RuleEngine:
    ids = itertools.count(1)
    return RuleEngine(CAM, rules or (INTRUSION,), ("person", "helmet"), lambda: f"o{next(ids)}")


def at(x: float, track: int = 1, *, confirmed: bool = True, confidence: float = 0.9) -> Observation:
    box = Box(x - 0.05, 0.3, x + 0.05, 0.7)
    return Observation(TrackedBox(track, "person", confidence, box), confirmed, 0)


def scene(t: int, *seen: Observation, items: tuple[Detection, ...] = ()) -> Scene:
    return Scene(t, seen, items, SCALE)


def play(machine: RuleEngine, frames: Sequence[tuple[Observation, ...]], start: int = 0) -> dict[str, Occurrence]:
    known: dict[str, Occurrence] = {}
    for index, seen in enumerate(frames):
        known |= {o.id: o for o in machine.step(scene(start + index * STEP, *seen))}
    return known


def test_raised_when_it_has_held_and_not_before() -> None:
    machine = engine()
    assert play(machine, [(at(0.3),)] * 5) == {}
    (raised,) = play(machine, [(at(0.3),)], 1000).values()
    assert (raised.start_ms, raised.condition_ms, raised.end_ms) == (0, 1000, None)
    assert raised.track_ids == (1,)
    assert machine.open_occurrences == (raised,)
    assert machine.track_state(1) == "violation"


def test_outside_the_zone_other_classes_and_low_confidence_do_not_count() -> None:
    other = replace(at(0.3), box=replace(at(0.3).box, class_name="dog"))
    for seen in (at(0.8), other, at(0.3, confidence=0.4)):
        assert play(engine(), [(seen,)] * 20) == {}


def test_an_unconfirmed_track_raises_nothing_but_its_time_counts() -> None:
    machine = engine()
    assert play(machine, [(at(0.3, confirmed=False),)] * 20) == {}
    (raised,) = play(machine, [(at(0.3),)], 20 * STEP).values()
    assert raised.start_ms == 0


def test_a_flicker_does_not_start_it_anew_and_a_longer_gap_does() -> None:
    flicker = [(at(0.3),), (at(0.3),), (), (), (at(0.3),), (at(0.3),)]
    (raised,) = play(engine(), flicker).values()
    assert raised.start_ms == 0
    gap = [(at(0.3),), (at(0.3),), (), (), (), (), (at(0.3),), (at(0.3),), (at(0.3),)]
    assert play(engine(), gap) == {}


def test_a_broken_track_hands_its_time_to_the_one_in_its_place() -> None:
    frames = [(at(0.3, 1),)] * 3 + [(at(0.31, 2),)] * 3
    (raised,) = play(engine(), frames).values()
    assert raised.start_ms == 0
    far = [(at(0.1, 1),)] * 3 + [(at(0.45, 2),)] * 3
    assert play(engine(), far) == {}, "somebody else, somewhere else"


def test_passers_by_do_not_add_up() -> None:
    frames = [(at(0.05 + 0.13 * (i % 4), i),) for i in range(20) for _ in range(2)]
    assert play(engine(), frames) == {}


def test_it_ends_two_clear_seconds_later_at_the_last_time_it_held() -> None:
    machine = engine()
    known = play(machine, [(at(0.3),)] * 10 + [()] * 9)
    assert next(iter(known.values())).end_ms is None
    known = play(machine, [()] * 3, 19 * STEP)
    (ended,) = known.values()
    assert ended.end_ms == 9 * STEP
    assert machine.open_occurrences == ()


def test_a_new_stretch_is_a_new_occurrence() -> None:
    known = play(engine(), [(at(0.3),)] * 8 + [()] * 12 + [(at(0.3, 2),)] * 8)
    assert [o.id for o in known.values()] == ["o1", "o2"]


def test_who_joins_is_named() -> None:
    known = play(engine(), [(at(0.1, 1),)] * 8 + [(at(0.1, 1), at(0.4, 2))] * 8)
    assert next(iter(known.values())).track_ids == (1, 2)


def test_a_slow_worker_still_sees_a_condition_hold() -> None:
    machine = engine()
    known: dict[str, Occurrence] = {}
    for t in (0, 1000, 2000):
        known |= {o.id: o for o in machine.step(scene(t, at(0.3)))}
    assert len(known) == 1


def test_other_rules_end_what_is_no_longer_ruled_and_leave_the_rest() -> None:
    second = replace(INTRUSION, id=RuleId("s"), name="other")
    machine = engine(INTRUSION, second)
    play(machine, [(at(0.3),)] * 8)
    (ended,) = machine.replace_rules([second])
    assert ended.rule == INTRUSION
    assert ended.end_ms == 7 * STEP
    assert [o.rule for o in machine.open_occurrences] == [second]


def test_the_end_of_everything_ends_what_is_open() -> None:
    machine = engine()
    play(machine, [(at(0.3),)] * 8)
    (ended,) = machine.finish()
    assert ended.end_ms == 7 * STEP
    assert machine.finish() == ()


def helmet_on(x: float) -> Detection:
    return Detection("helmet", 0.8, Box(x - 0.03, 0.29, x + 0.03, 0.36))


def test_a_missing_helmet_is_raised_from_the_first_frame_that_showed_it() -> None:
    machine = engine(HELMET)
    known = play(machine, [(at(0.3),)] * 6)
    (raised,) = known.values()
    assert (raised.start_ms, raised.condition_ms) == (0, 1000)
    assert machine.attributes(1) == (("helmet", "missing"),)
    assert machine.track_state(1) == "violation"


def test_a_worn_helmet_raises_nothing_and_putting_it_on_ends_it() -> None:
    machine = engine(HELMET)
    known: dict[str, Occurrence] = {}
    for i in range(10):
        known |= {o.id: o for o in machine.step(scene(i * STEP, at(0.3), items=(helmet_on(0.3),)))}
    assert known == {}
    machine = engine(HELMET)
    known = play(machine, [(at(0.3),)] * 8)
    for i in range(8, 40):
        known |= {o.id: o for o in machine.step(scene(i * STEP, at(0.3), items=(helmet_on(0.3),)))}
    (ended,) = known.values()
    assert ended.end_ms is not None
    assert ended.end_ms <= 8 * STEP + 1500


def test_equipment_that_no_model_knows_is_never_missing() -> None:
    machine = engine(replace(HELMET, required=("gloves",)))
    assert play(machine, [(at(0.3),)] * 20) == {}


def test_an_unknown_state_is_drawn_as_unknown() -> None:
    machine = engine(HELMET)
    small = PixelScale(80, 80)
    for i in range(10):
        assert machine.step(Scene(i * STEP, (at(0.3),), (), small)) == ()
    assert machine.track_state(1) == "unknown"
    assert machine.track_state(2) == "normal"


frames = st.lists(st.lists(st.integers(0, 3), max_size=2), max_size=80)


@given(frames, st.sampled_from([0, 400, 1000, 2000]))
def test_the_invariants_hold_for_any_presence(presence: list[list[int]], persistence_ms: int) -> None:
    rule = replace(INTRUSION, zone=None, persistence_s=persistence_ms / 1000)
    machine = engine(rule)
    states: dict[str, list[Occurrence]] = {}
    seen_at: list[int] = []
    for index, people in enumerate(presence):
        now = index * STEP
        seen = tuple(at(0.15 + 0.2 * place, place + 1) for place in sorted(set(people)))
        if seen:
            seen_at.append(now)
        for changed in machine.step(scene(now, *seen)):
            states.setdefault(changed.id, []).append(changed)
        assert len(machine.open_occurrences) <= 1
    for ended in machine.finish():
        states.setdefault(ended.id, []).append(ended)
    previous_end = -10 * CLEAR_MS
    for history in states.values():
        last = history[-1]
        assert last.end_ms is not None, "3: every occurrence ends"
        assert last.end_ms in seen_at or last.end_ms == last.condition_ms
        assert all(o.end_ms is None for o in history[:-1])
        assert last.condition_ms - last.start_ms == persistence_ms
        assert last.start_ms in seen_at, "1: it began when something was seen"
        assert any(t >= last.condition_ms for t in seen_at), "1: and was still seen after its persistence"
        inside = [t for t in seen_at if last.start_ms <= t <= last.end_ms]
        assert all(b - a < CLEAR_MS + STEP for a, b in itertools.pairwise(inside)), "2: no clear stretch inside"
        assert last.start_ms > previous_end
        previous_end = last.end_ms
