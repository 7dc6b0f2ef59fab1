"""Matching of occurrences: the four invariants of the module, over small worlds where collisions are common."""

from dataclasses import dataclass, field, replace
from itertools import permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.alarms import Figures, Happened, figures, match
from controller.core.records import CLEAR_MS, KnownSpan, Occurrence, OpenAlarm, Rule
from shared.ids import AlarmId, CameraId, RuleId
from shared.kinds import SEVERITIES

S = 1_000
BASE = Rule(RuleId("r0"), "lawn", "zone_intrusion", cooldown_s=5.0, persistence_s=1.0)
RULES = [
    replace(BASE, id=RuleId(rule), zone_name=zone, severity=severity)
    for rule in ("r0", "r1")
    for zone in (None, "a")
    for severity in ("medium", "high")
]


@dataclass
class World:
    """Applies matches as the store does."""

    alarms: dict[str, OpenAlarm] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, one: Occurrence) -> str:
        found = match(one, tuple(self.alarms.values()))
        if found.alarm is None:
            alarm = AlarmId(f"a{len(self.alarms)}")
            self.alarms[alarm] = OpenAlarm(
                alarm,
                one.rule.id,
                one.camera,
                one.rule.zone_name,
                one.rule.severity,
                one.condition_ms,
                "raised",
                rule_name=one.rule.name,
                kind=one.rule.kind,
                place=one.rule.place,
            )
            self.counts[alarm] = 0
        else:
            alarm = found.alarm
        known = self.alarms[alarm]
        spans = (*known.occurrences, KnownSpan(found.same_as or one.id, one.camera, one.start_ms, one.end_ms))
        self.alarms[alarm] = replace(known, occurrences=spans)
        self.counts[alarm] += found.same_as is None
        return alarm


def made(number: int, rule: Rule, condition_s: int, lasts_s: int, camera: str = "gate.yard") -> Occurrence:
    condition_ms = condition_s * S
    return Occurrence(
        f"o{number}", rule, CameraId(camera), condition_ms - S, condition_ms, condition_ms + lasts_s * S, (1,), 0.9
    )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(RULES), st.integers(1, 30), st.integers(0, 6), st.sampled_from(["gate.yard", "gate.door"])
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=80)
def test_another_severity_zone_rule_or_camera_never_joins(steps: list[tuple[Rule, int, int, str]]) -> None:
    world = World()
    for number, (rule, condition_s, lasts_s, camera) in enumerate(steps):
        one = made(number, rule, condition_s, lasts_s, camera)
        alarm = world.alarms[world.take(one)]
        assert (alarm.rule, alarm.zone_name, alarm.camera) == (rule.id, rule.zone_name, one.camera)
        assert SEVERITIES.index(alarm.severity) >= SEVERITIES.index(rule.severity)


@given(STEPS, st.randoms())
@settings(max_examples=80)
def test_a_replay_counts_nothing(steps: list[tuple[Rule, int, int, str]], order: Random) -> None:
    world = World()
    ones = [made(number, *step) for number, step in enumerate(steps)]
    for one in ones:
        world.take(one)
    before = dict(world.counts)
    again = [replace(one, id=f"again-{one.id}", start_ms=one.start_ms + 300, end_ms=one.end_ms) for one in ones]
    order.shuffle(again)
    for one in again:
        world.take(one)
    assert world.counts == before


@given(st.lists(st.integers(3, 12), min_size=1, max_size=8))
def test_the_cooldown_counts_from_the_raising(pauses_s: list[int]) -> None:
    world, at_s, raised_s = World(), 1, 1
    world.take(made(0, BASE, at_s, 0))
    for number, pause_s in enumerate(pauses_s, 1):
        at_s += pause_s
        before = len(world.alarms)
        world.take(made(number, BASE, at_s, 0))
        joined = at_s - raised_s <= 5
        assert (len(world.alarms) == before) == joined
        raised_s = raised_s if joined else at_s


def alarm_of(one: Occurrence, **changes: object) -> OpenAlarm:
    made_alarm = OpenAlarm(
        AlarmId("a"),
        one.rule.id,
        one.camera,
        one.rule.zone_name,
        one.rule.severity,
        one.condition_ms,
        "raised",
        (KnownSpan(one.id, one.camera, one.start_ms, one.end_ms),),
    )
    return replace(made_alarm, **changes)  # type: ignore[arg-type]


def test_two_are_one_until_the_condition_was_clear() -> None:
    first = made(0, BASE, 10, 10)
    touching = replace(made(1, BASE, 23, 1), start_ms=20 * S + CLEAR_MS - 1)
    apart = replace(touching, start_ms=20 * S + CLEAR_MS)
    assert match(touching, [alarm_of(first)]).same_as == "o0"
    assert match(apart, [alarm_of(first)]).alarm is None


def test_a_resolved_alarm_takes_another_look_but_no_new_occurrence() -> None:
    first = made(0, BASE, 10, 2)
    resolved = alarm_of(first, state="resolved")
    assert match(made(1, BASE, 11, 1), [resolved]).same_as == "o0"
    assert match(made(2, BASE, 15, 1), [alarm_of(first)]).alarm == "a"
    assert match(made(2, BASE, 15, 1), [resolved]).alarm is None


def test_a_late_find_before_the_raising_joins_too() -> None:
    first = made(0, BASE, 10, 2)
    assert match(made(1, BASE, 6, 0), [alarm_of(first)]).alarm == "a"
    assert match(made(1, BASE, 4, 0), [alarm_of(first)]).alarm is None


def test_what_lasts_overlaps_whatever_comes_after() -> None:
    lasting = alarm_of(made(0, BASE, 10, 2), occurrences=(KnownSpan("o0", CameraId("gate.yard"), 9 * S, None),))
    assert match(made(1, BASE, 100, 5), [lasting]).same_as == "o0"
    assert match(made(1, BASE, 2, 1), [lasting]).alarm is None


# ---- one place, several cameras ------------------------------------------------------------------------

YARD = replace(BASE, place="yard", cooldown_s=15.0)


def at_camera(number: int, start_s: float, end_s: float, camera: int, rule: Rule = YARD) -> Occurrence:
    name = CameraId(f"n{camera}.yard")
    start_ms = round(start_s * S)
    mine = replace(rule, id=RuleId(f"r-{camera}"), camera=name)
    return Occurrence(f"o{number}", mine, name, start_ms, start_ms + S, round(end_s * S), (number,), 0.9)


def taken(ones: list[Occurrence]) -> list[str]:
    world = World()
    return [world.take(one) for one in ones]


def test_fifteen_cameras_that_see_one_intruder_at_once_give_one_alarm() -> None:
    assert set(taken([at_camera(n, 1 + n / 10, 30, n) for n in range(15)])) == {"a0"}


@given(st.permutations(range(15)), st.lists(st.integers(3, 25), min_size=15, max_size=15))
@settings(max_examples=80)
def test_an_intruder_who_walks_past_fifteen_cameras_gives_one_alarm(order: list[int], stays_s: list[int]) -> None:
    ones, at_s = [], 0
    for number, camera in enumerate(order):
        ones.append(at_camera(number, at_s, at_s + stays_s[number], camera))
        at_s += stays_s[number] + 10  # between two views for less than the cooldown
    assert set(taken(ones)) == {"a0"}


def test_without_a_common_place_no_other_camera_joins() -> None:
    first = at_camera(0, 1, 30, 0)
    same_rule = replace(first, id="o1", camera=CameraId("n1.yard"), rule=replace(first.rule, place=None))
    for other in (
        same_rule,
        at_camera(1, 2, 30, 1, replace(YARD, place=None)),
        at_camera(1, 2, 30, 1, replace(YARD, place="gate")),
        at_camera(1, 2, 30, 1, replace(YARD, name="door")),
        at_camera(1, 2, 30, 1, replace(YARD, kind="ppe_missing")),
    ):
        assert len(set(taken([first, other]))) == 2, other.rule
        assert len(set(taken([replace(first, rule=replace(first.rule, place=None)), other]))) == 2, other.rule


def test_at_one_place_too_another_zone_or_a_higher_severity_is_an_alarm_of_its_own() -> None:
    first = at_camera(0, 1, 30, 0)
    assert len(set(taken([first, at_camera(1, 2, 30, 1, replace(YARD, zone_name="dock"))]))) == 2
    assert len(set(taken([first, at_camera(1, 2, 30, 1, replace(YARD, severity="critical"))]))) == 2
    assert len(set(taken([first, at_camera(1, 2, 30, 1, replace(YARD, severity="medium"))]))) == 1


def test_a_place_that_nobody_was_at_for_the_cooldown_is_a_new_situation() -> None:
    assert taken([at_camera(0, 0, 40, 0), at_camera(1, 54, 60, 1)]) == ["a0", "a0"]
    assert taken([at_camera(0, 0, 40, 0), at_camera(1, 57, 60, 1)]) == ["a0", "a1"]


def test_one_camera_of_a_place_raises_again_after_the_cooldown_like_any_other() -> None:
    assert taken([at_camera(0, 0, 5, 0), at_camera(1, 20, 25, 0)]) == ["a0", "a1"]


def test_a_situation_that_goes_on_for_long_is_raised_again() -> None:
    ones = [at_camera(n, 20 * n, 20 * n + 22, n % 2) for n in range(60)]  # somebody is always seen, for 20 minutes
    assert len(set(taken(ones))) == 2


def test_what_a_shelf_covers_joins_and_afterwards_is_new() -> None:
    first = made(0, BASE, 10, 2)
    shelved = alarm_of(first, shelved_until_ms=100 * S)
    assert match(made(1, BASE, 90, 1), [shelved]).alarm == "a"
    assert match(made(1, BASE, 101, 1), [shelved]).alarm is None
    assert match(made(1, replace(BASE, severity="critical"), 90, 1), [shelved]).alarm is None
    assert match(made(1, BASE, 90, 1), [replace(shelved, state="resolved")]).alarm is None


def test_the_figures_of_an_alarm_follow_from_its_occurrences_in_any_order() -> None:
    first = Happened("o1", "n1.yard", 10 * S, 12 * S, 0.6, None, False, {"count": 2})
    again = Happened("o2", "n1.yard", 11 * S, 13 * S, 0.9, "o1", True, {"count": 9})
    elsewhere = Happened("o3", "n1.door", 20 * S, None, 0.7, None, False, {"count": 4})
    both = ("n1.door", "n1.yard")
    for happened in permutations([first, again, elsewhere]):
        assert figures(happened) == Figures(2, None, 0.9, True, both, {"count": 4})
    ended = replace(elsewhere, end_ms=22 * S, numbers={})
    assert figures([first, again, ended]) == Figures(2, 22 * S, 0.9, True, both, None)
    assert figures([first]) == Figures(1, 12 * S, 0.6, False, ("n1.yard",), {"count": 2})
