"""Person-time: who was in a rule's zone for how long, and for how long against it."""

from dataclasses import replace

import pytest

from controller.core.records import PersonTime, Rule, Schedule, Shift
from controller.core.report import STEP_MS
from controller.core.verdict import add_person_time
from shared.ids import RuleId
from tests.fakes.walkers import RATES, Walker, area, engine, scenes, still, straight, times

ZONE = area((-3, 5), (3, 5), (3, 9), (-3, 9))
YARD = Rule(RuleId("z"), "zone", "zone_intrusion", zone=ZONE, zone_name="Yard", persistence_s=2)


def measured(rule: Rule, walkers: list[Walker], at_ms: list[int]) -> PersonTime:
    """All that one rule added, as one."""
    machine, total = engine(rule), None
    for scene in scenes(walkers, at_ms):
        machine.step(scene)
        for one in machine.person_time:
            total = one if total is None else add_person_time(total, one)
    assert total is not None
    return total


@pytest.mark.parametrize("fps", RATES)
def test_everybody_in_the_zone_counts_from_frame_to_frame(fps: int) -> None:
    two = [Walker(still((0, 7))), Walker(still((1, 7)), track=2), Walker(still((5, 7)), track=3)]
    at_ms = times(fps, 10)
    found = measured(YARD, two, at_ms)
    length_ms = at_ms[-1] - at_ms[0]
    assert (found.judged_ms, found.present_ms, found.tracks) == (length_ms, 2 * length_ms, 2)
    assert abs(found.present_ms - found.breach_ms - 2 * 2000) <= 2 * 2 * 1000 / fps  # from when it fired
    assert (found.zone_name, found.unknown_ms) == ("Yard", 0)


def test_who_walks_through_counts_only_inside() -> None:
    found = measured(YARD, [Walker(straight((0, 3), (0, 11), 0, 8000))], times(5, 10))
    assert abs(found.present_ms - 4000) <= 1000  # 4 of 8 m, with the hysteresis of the edge
    assert found.tracks == 1


def test_time_that_nobody_judged_counts_for_nobody() -> None:
    found = measured(YARD, [Walker(still((0, 7)))], [0, 1000, 2000, 60_000, 61_000])
    assert (found.judged_ms, found.present_ms, found.tracks) == (3000, 3000, 1)
    outside = measured(YARD, [Walker(still((5, 7)))], [0, 1000, 2000])
    assert (outside.judged_ms, outside.present_ms, outside.tracks) == (2000, 0, 0)


def test_equipment_that_nobody_could_tell_is_unknown() -> None:
    helmet = Rule(RuleId("h"), "helmet", "ppe_missing", required=("vest",), persistence_s=1)
    found = measured(helmet, [Walker(still((0, 7)))], times(5, 6))  # the model knows no vests
    assert found.present_ms == found.unknown_ms > 0
    assert found.breach_ms == 0
    bare = measured(replace(helmet, required=("helmet",)), [Walker(still((0, 7)))], times(5, 6))
    assert 3000 < bare.breach_ms + bare.unknown_ms <= bare.present_ms


def test_a_rule_that_is_about_no_person_or_out_of_its_shift_measures_nothing() -> None:
    people = [Walker(still((0, 7)))]
    for kind in ("zone_entry", "absence", "anomaly"):
        machine = engine(replace(YARD, kind=kind))
        for scene in scenes(people, times(5, 3)):
            machine.step(scene)
            assert machine.person_time == ()
    shift = Schedule((Shift(tuple(range(7)), 9 * 60 + 1, 9 * 60 + 2),))  # 00:01 to 00:02 UTC
    found = measured(replace(YARD, schedule=shift), people, list(range(0, 180_000, 500)))
    assert found.judged_ms == 59_500


def test_what_falls_into_two_quarters_of_an_hour_is_told_of_each() -> None:
    machine, steps = engine(YARD), set()
    for scene in scenes([Walker(still((0, 7)))], range(STEP_MS - 3000, STEP_MS + 3000, 500)):
        machine.step(scene)
        steps |= {one.step for one in machine.person_time}
    assert steps == {0, 1}


def test_changed_rules_begin_anew_and_others_go_on() -> None:
    machine = engine(YARD)
    here = [Walker(still((0, 7)))]
    for scene in scenes(here, range(0, 3000, 500)):
        machine.step(scene)
    other = replace(YARD, id=RuleId("o"), zone_name="Other")
    machine.replace_rules([YARD, other])
    (scene,) = scenes(here, [3000])
    machine.step(scene)
    assert [(one.rule, one.present_ms, one.tracks) for one in machine.person_time] == [("z", 500, 0), ("o", 0, 1)]
