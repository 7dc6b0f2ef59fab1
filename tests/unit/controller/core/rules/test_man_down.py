"""Man-down: one who stood lies still; who crouches, walks, crawls or is cut off by the edge is not down."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from controller.core.records import Occurrence, Rule, TrackedBox
from controller.core.rules import Scene
from controller.core.tracking import Observation
from shared.geometry import Box
from shared.ids import RuleId
from tests.fakes.walkers import RATES, SCALE, engine, times

DOWN = Rule(RuleId("d"), "down", "man_down", persistence_s=5)
ASPECT = 16 / 9
STANDING = (0.05, 0.30)  # width and height of the box, in picture widths and heights
LYING = (0.17, 0.10)
CROUCHING = (0.07, 0.18)
AWAY = (0.06, 0.12)  # lies along the view

Posture = Callable[[int], tuple[float, float, float] | None]  # foot x, width, height


def falls(at_ms: int, after: tuple[float, float], *, lasts_ms: int = 10**9) -> Posture:
    return lambda t: (0.5, *STANDING) if not at_ms <= t < at_ms + lasts_ms else (0.5, *after)


def play(
    posture: Posture,
    at_ms: list[int],
    *,
    track: Callable[[int], int] = lambda _: 1,
    class_name: str = "person",
    rule: Rule = DOWN,
    foot: float = 0.7,
) -> tuple[Occurrence, ...]:
    machine = engine(rule)
    known: dict[str, Occurrence] = {}
    for t in at_ms:
        seen: tuple[Observation, ...] = ()
        if (there := posture(t)) is not None:
            x, width, height = there
            box = Box(x - width / 2, foot - height, x + width / 2, foot)
            seen = (Observation(TrackedBox(track(t), class_name, 0.9, box), True, 0),)
        known |= {o.id: o for o in machine.step(Scene(t, seen, (), SCALE, aspect=ASPECT))}
    known |= {o.id: o for o in machine.finish()}
    return tuple(known.values())


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("after", [LYING, AWAY])
def test_who_falls_and_lies_still_is_raised_after_the_persistence(fps: int, after: tuple[float, float]) -> None:
    (occurrence,) = play(falls(5000, after), times(fps, 20))
    assert 5000 <= occurrence.start_ms <= 5000 + 2 * 1000 / fps + 1000
    assert occurrence.condition_ms == occurrence.start_ms + 5000


@pytest.mark.parametrize("fps", RATES)
def test_a_track_that_breaks_with_the_fall_is_the_same_person(fps: int) -> None:
    (occurrence,) = play(falls(5000, LYING), times(fps, 20), track=lambda t: 1 if t < 5000 else 2)
    assert occurrence.track_ids == (2,)
    assert occurrence.condition_ms <= 12_500


@pytest.mark.parametrize("fps", RATES)
def test_ten_motionless_minutes_are_one_occurrence(fps: int) -> None:
    rate = min(fps, 3)
    (occurrence,) = play(falls(5000, LYING), times(rate, 600))
    assert occurrence.end_ms is not None
    assert occurrence.end_ms > 599_000


@pytest.mark.parametrize("fps", RATES)
def test_what_is_no_fall_is_not_raised(fps: int) -> None:
    at_ms = times(fps, 30)
    crouches = falls(5000, CROUCHING)
    gets_up = falls(5000, LYING, lasts_ms=3500)
    walks: Posture = lambda t: (0.2 + 0.02 * t / 1000, *STANDING)  # noqa: E731 - a script
    crawls: Posture = lambda t: (0.2, *STANDING) if t < 5000 else (0.2 + 0.08 * (t - 5000) / 1000 % 0.6, *LYING)  # noqa: E731
    for posture in (crouches, gets_up, walks, crawls):
        assert play(posture, at_ms) == ()


def test_a_part_that_the_edge_leaves_over_tells_nothing() -> None:
    assert play(falls(5000, LYING), times(5, 60), foot=1.0) == ()


def test_who_was_never_seen_standing_is_raised_after_half_a_minute_and_only_when_flat() -> None:
    lies: Posture = lambda _: (0.5, *LYING)  # noqa: E731 - a script
    assert play(lies, times(5, 32)) == ()
    assert len(play(lies, times(5, 45))) == 1
    sits: Posture = lambda _: (0.5, 0.10, 0.16)  # noqa: E731 - a script
    assert play(sits, times(5, 60)) == ()


def test_a_model_that_knows_the_posture_is_believed() -> None:
    lies: Posture = lambda _: (0.5, *AWAY)  # noqa: E731 - a script
    rule = replace(DOWN, classes=("Fallen_Person",))
    assert len(play(lies, times(5, 15), class_name="Fallen_Person", rule=rule)) == 1
