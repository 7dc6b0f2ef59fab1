"""Matching of occurrences: the four invariants of the module, over small worlds where collisions are common."""

from dataclasses import dataclass, field, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.alarms import match
from controller.core.records import CLEAR_MS, Occurrence, OpenAlarm, Rule
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
                alarm, one.rule.id, one.camera, one.rule.zone_name, one.rule.severity, one.condition_ms, "raised"
            )
            self.counts[alarm] = 0
        else:
            alarm = found.alarm
        known = self.alarms[alarm]
        spans = (*known.occurrences, (found.same_as or one.id, one.start_ms, one.end_ms))
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
@settings(max_examples=300)
def test_another_severity_zone_rule_or_camera_never_joins(steps: list[tuple[Rule, int, int, str]]) -> None:
    world = World()
    for number, (rule, condition_s, lasts_s, camera) in enumerate(steps):
        one = made(number, rule, condition_s, lasts_s, camera)
        alarm = world.alarms[world.take(one)]
        assert (alarm.rule, alarm.zone_name, alarm.camera) == (rule.id, rule.zone_name, one.camera)
        assert SEVERITIES.index(alarm.severity) >= SEVERITIES.index(rule.severity)


@given(STEPS, st.randoms())
@settings(max_examples=300)
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
        ((one.id, one.start_ms, one.end_ms),),
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
    lasting = alarm_of(made(0, BASE, 10, 2), occurrences=(("o0", 9 * S, None),))
    assert match(made(1, BASE, 100, 5), [lasting]).same_as == "o0"
    assert match(made(1, BASE, 2, 1), [lasting]).alarm is None
