"""Conditions become situations once and end once: the invariants of the module, over random looks."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from controller.core.conditions import Condition, Key, Seen
from controller.core.records import SystemKind
from controller.core.watch import (
    AGAIN_MS,
    CLEAR_MS,
    TOUCHING_MS,
    Begin,
    End,
    KnownAlarm,
    Memory,
    Policy,
    Stretch,
    home,
    step,
    stretch,
)
from shared.ids import AlarmId, CameraId, NodeId
from shared.texts import say

S = 1_000
GATE = NodeId("gate")
AWAY = Key("node_away", node=GATE)
STALLED = Key("camera_stalled", node=GATE, camera=CameraId("gate.yard"))
BEHIND = Key("verification_degraded")
KEYS = (AWAY, STALLED, BEHIND)
GRACES: dict[SystemKind, int] = {"node_away": 30 * S, "camera_stalled": 20 * S, "verification_degraded": 5 * S}
POLICIES = {kind: Policy(on=True, severity="high", grace_ms=grace) for kind, grace in GRACES.items()}
WRONG = Condition(say("alarm_worker_away"))


@dataclass
class World:
    """Looks again and again, and keeps what stands as the store does."""

    memory: Memory = field(default_factory=Memory)
    standing: set[Key] = field(default_factory=set)
    log: list[Begin | End] = field(default_factory=list)
    at_ms: int = 1_000 * S

    def look(self, *wrong: Key, hearing: bool = True, silent: bool = False, **off: bool) -> tuple[Begin | End, ...]:
        policies = {kind: Policy(not off.get(kind, False), "high", GRACES[kind]) for kind in GRACES}
        seen = Seen(dict.fromkeys(wrong, WRONG), hearing, frozenset({GATE} if silent else ()))
        self.memory, changes = step(self.memory, seen, frozenset(self.standing), policies, self.at_ms)
        for change in changes:
            self.log.append(change)
            (self.standing.add if isinstance(change, Begin) else self.standing.remove)(change.key)
        return changes

    def look_for(self, seconds: int, *wrong: Key, hearing: bool = True, silent: bool = False) -> list[Begin | End]:
        """Look each second; the last look is `seconds` later than the first."""
        found = list(self.look(*wrong, hearing=hearing, silent=silent))
        for _ in range(seconds):
            self.at_ms += S
            found += self.look(*wrong, hearing=hearing, silent=silent)
        return found


def test_a_condition_begins_after_its_grace_and_ends_once_all_was_well_for_a_while() -> None:
    world = World()
    assert world.look_for(19, STALLED) == []
    began_ms = world.at_ms - 19 * S
    world.at_ms += S
    assert world.look(STALLED) == (Begin(STALLED, began_ms, world.at_ms, WRONG),)
    assert world.look_for(600, STALLED) == []
    world.at_ms += S
    well_ms = world.at_ms
    assert world.look_for(CLEAR_MS // S - 1) == []
    world.at_ms += S
    assert world.look() == (End(STALLED, well_ms),)
    assert world.look_for(100) == []


def test_a_short_recovery_interrupts_neither_grace_nor_situation() -> None:
    world = World()
    world.look_for(15, STALLED)
    world.look_for(3)
    assert [type(change) for change in world.look_for(5, STALLED)] == [Begin]
    assert world.look_for(CLEAR_MS // S - 1) == []
    assert world.look_for(5, STALLED) == []
    assert world.look_for(CLEAR_MS // S - 1) == []


def test_a_restarted_watch_raises_nothing_again_and_still_ends() -> None:
    world = World()
    world.look_for(40, AWAY, silent=True)
    assert world.standing == {AWAY}
    world.memory = Memory()
    assert world.look_for(100, AWAY, silent=True) == []
    assert [type(change) for change in world.look_for(20)] == [End]


def test_silence_counts_only_while_somebody_could_hear() -> None:
    world = World()
    long_ago = Condition(say("alarm_worker_away"), since_ms=1)

    def look(*, hearing: bool) -> tuple[Begin | End, ...]:
        seen = Seen({AWAY: long_ago}, hearing, frozenset({GATE}))
        world.memory, changes = step(world.memory, seen, frozenset(), POLICIES, world.at_ms)
        return changes

    assert look(hearing=False) == ()
    world.at_ms += 60 * S
    assert look(hearing=True) == ()
    world.at_ms += 29 * S
    assert look(hearing=True) == ()
    world.at_ms += S
    assert look(hearing=True) == (Begin(AWAY, 1, world.at_ms, long_ago),)


def test_what_is_switched_off_begins_nothing_and_what_stood_ends() -> None:
    world = World()
    for _ in range(60):
        assert world.look(BEHIND, verification_degraded=True) == ()
        world.at_ms += S
    world.look_for(10, BEHIND)
    assert world.standing == {BEHIND}
    assert world.look(BEHIND, verification_degraded=True) == (End(BEHIND, world.at_ms),)


LOOKS = st.lists(
    st.tuples(st.frozensets(st.sampled_from(KEYS)), st.booleans(), st.booleans(), st.integers(1, 40), st.booleans()),
    max_size=60,
)


@given(LOOKS)
def test_begin_and_end_alternate_and_keep_their_times(
    looks: list[tuple[frozenset[Key], bool, bool, int, bool]],
) -> None:
    world = World()
    wrong_since: dict[Key, int] = {}
    for wrong, hearing, silent, pause_s, restart in looks:
        world.at_ms += pause_s * S
        if restart:
            world.memory = Memory()
        seen = Seen(dict.fromkeys(wrong, WRONG), hearing, frozenset({GATE} if silent else ()))
        for key in KEYS:
            if key in wrong:
                wrong_since.setdefault(key, world.at_ms)
        before = set(world.standing)
        for change in world.look(*wrong, hearing=hearing, silent=silent):
            assert not seen.out_of_sight(change.key)
            if isinstance(change, Begin):
                assert change.key in wrong
                assert change.key not in before
                assert wrong_since[change.key] <= change.start_ms <= change.raised_ms - GRACES[change.key.kind]
            else:
                assert change.key not in wrong
                assert change.key in before
                assert change.end_ms <= world.at_ms - CLEAR_MS
    for key in KEYS:
        of_key = [type(change) for change in world.log if change.key == key]
        assert of_key == ([Begin, End] * len(of_key))[: len(of_key)]


def known(number: int, *spans: tuple[int, int | None], resolved: bool = False) -> KnownAlarm:
    return KnownAlarm(AlarmId(f"a{number}"), resolved, tuple((f"a{number}o{i}", *span) for i, span in enumerate(spans)))


def test_a_situation_that_comes_back_soon_joins_its_alarm_unless_that_was_resolved() -> None:
    alarm = known(1, (0, 10 * S))
    assert home([alarm], 10 * S + AGAIN_MS) == "a1"
    assert home([alarm], 11 * S + AGAIN_MS) is None
    assert home([known(1, (0, 10 * S), resolved=True)], 11 * S) is None
    assert home([known(1, (0, None))], 10**9) == "a1"
    assert home([], 0) is None


def test_lost_footage_is_told_once_and_in_stretches() -> None:
    alarm = known(1, (100 * S, 160 * S))
    assert stretch([alarm], 100 * S, 160 * S) is None
    assert stretch([alarm], 120 * S, 130 * S) is None
    assert stretch([known(1, (100 * S, 160 * S), resolved=True)], 120 * S, 130 * S) is None
    assert stretch([alarm], 150 * S, 190 * S) == Stretch(AlarmId("a1"), 100 * S, 190 * S, "a1o0")
    touching = 160 * S + TOUCHING_MS
    assert stretch([alarm], touching, touching + S) == Stretch(AlarmId("a1"), 100 * S, touching + S, "a1o0")
    apart = touching + S
    assert stretch([alarm], apart, apart + S) == Stretch(AlarmId("a1"), apart, apart + S)
    assert stretch([known(1, (0, S), resolved=True)], 2 * S, 3 * S) == Stretch(None, 2 * S, 3 * S)
    assert stretch([alarm], 10 * AGAIN_MS, 11 * AGAIN_MS) == Stretch(None, 10 * AGAIN_MS, 11 * AGAIN_MS)


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 200)), max_size=25), st.randoms(use_true_random=False))
def test_lost_footage_told_again_in_any_order_changes_nothing(losses: list[tuple[int, int]], dice: object) -> None:
    alarms: dict[str, dict[str, tuple[int, int]]] = {}

    def take(start_s: int, long_s: int) -> None:
        book = [
            KnownAlarm(AlarmId(alarm), resolved=False, spans=tuple((one, *span) for one, span in spans.items()))
            for alarm, spans in alarms.items()
        ]
        place = stretch(book, start_s * S, (start_s + long_s) * S)
        if place is None:
            return
        alarm = place.alarm or f"a{len(alarms)}"
        spans = alarms.setdefault(alarm, {})
        spans[place.occurrence or f"{alarm}o{len(spans)}"] = (place.start_ms, place.end_ms)

    for loss in losses:
        take(*loss)
    once = {alarm: dict(spans) for alarm, spans in alarms.items()}
    dice.shuffle(losses)  # type: ignore[attr-defined]
    for loss in losses:
        take(*loss)
        assert any(
            start <= loss[0] * S and sum(loss) * S <= end for spans in alarms.values() for start, end in spans.values()
        )
    assert alarms == once
