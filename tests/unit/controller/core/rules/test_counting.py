"""Rules about the whole scene: too many, too few, nobody, unusual; time that nobody judged counts for nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.records import Occurrence, Rule
from controller.core.rules import Scene
from shared.ids import RuleId
from tests.fakes.walkers import RATES, SCALE, Walker, area, engine, number, play, still, times

POST = area((-3, 5), (3, 5), (3, 9), (-3, 9))
MOST = Rule(RuleId("m"), "most", "occupancy", zone=POST, most=2, persistence_s=2)
LEAST = Rule(RuleId("l"), "least", "occupancy", zone=POST, least=2, persistence_s=2)
ABSENT = Rule(RuleId("a"), "post", "absence", zone=POST, persistence_s=10)
ODD = Rule(RuleId("o"), "odd", "anomaly", threshold=0.7, persistence_s=3)


def people(count: int, from_ms: int = 0, to_ms: int = 10**9) -> list[Walker]:
    return [Walker(still((one - 1, 6 + one), from_ms, to_ms), one) for one in range(count)]


@pytest.mark.parametrize("fps", RATES)
def test_more_than_the_most_is_raised_with_the_count(fps: int) -> None:
    assert play(MOST, people(2), times(fps, 10)) == ()
    (occurrence,) = play(MOST, [*people(2), people(3, 4000, 12_000)[2]], times(fps, 20))
    assert number(occurrence, "count") == 3
    assert 0 <= occurrence.start_ms - 4000 <= 1000 / fps
    assert occurrence.condition_ms == occurrence.start_ms + 2000
    assert occurrence.end_ms is not None
    assert 0 <= 12_000 - occurrence.end_ms <= 1000 / fps
    assert occurrence.track_ids == (0, 1, 2)


@pytest.mark.parametrize("fps", RATES)
def test_fewer_than_the_least_is_raised_with_the_count(fps: int) -> None:
    assert play(LEAST, people(2), times(fps, 10)) == ()
    (occurrence,) = play(LEAST, [people(1)[0], people(2, 0, 5000)[1]], times(fps, 20))
    assert number(occurrence, "count") == 1
    assert 0 <= occurrence.start_ms - 5000 <= 1000 / fps + 700


def test_one_who_is_missed_now_and_then_is_still_there() -> None:
    blinking = [people(1)[0], Walker(lambda t: (1.0, 7.0) if t // 200 % 3 else None, 1)]
    assert play(LEAST, blinking, times(5, 20)) == ()
    assert len(play(replace(MOST, most=1), blinking, times(5, 20))) == 1


def test_a_doubtful_one_counts_against_an_alarm_in_both_directions() -> None:
    doubtful = replace(people(2)[1], confirmed=False)
    assert play(LEAST, [people(1)[0], doubtful], times(5, 10)) == ()
    assert play(replace(MOST, most=1), [people(1)[0], doubtful], times(5, 10)) == ()


@pytest.mark.parametrize("fps", RATES)
def test_nobody_at_the_post_is_raised_after_its_time_and_ends_when_somebody_comes(fps: int) -> None:
    guard = [Walker(still((0, 7), 0, 5000)), Walker(still((0, 7), 30_000), 2)]
    (occurrence,) = play(ABSENT, guard, times(fps, 40))
    assert occurrence.track_ids == ()
    assert 0 < occurrence.start_ms - 5000 <= 1000 / fps + 1
    assert occurrence.condition_ms == occurrence.start_ms + 10_000
    assert occurrence.end_ms is not None
    assert 0 < 30_000 - occurrence.end_ms <= 1000 / fps + 1
    assert abs(number(occurrence, "absent_s") - 25) <= 2.1 / fps


@pytest.mark.parametrize("fps", RATES)
def test_who_looks_in_between_ends_the_count(fps: int) -> None:
    passing = Walker(still((0, 7), 8000, 9500))
    assert play(ABSENT, [passing], times(fps, 18)) == ()
    beside = replace(passing, at=still((6, 7), 8000, 9500))
    assert len(play(ABSENT, [beside], times(fps, 18))) == 1


def test_one_frame_of_a_doubtful_somebody_does_not_begin_it_anew() -> None:
    ghost = Walker(still((0, 7), 6000, 6100), confirmed=False)
    (occurrence,) = play(ABSENT, [ghost], times(5, 15))
    assert 200 <= occurrence.condition_ms - occurrence.start_ms - 10_000 <= 400, "and its own time does not count"


@settings(max_examples=60)
@given(st.lists(st.integers(50, 9000), min_size=1, max_size=60))
def test_absence_is_the_sum_of_what_was_judged(steps: list[int]) -> None:
    machine, now, held = engine(ABSENT), 0, 0
    raised: list[Occurrence] = []
    machine.step(Scene(now, (), (), SCALE))
    for step in steps:
        now += step
        held += step if step <= 2000 else 0
        raised += [o for o in machine.step(Scene(now, (), (), SCALE)) if o.end_ms is None]
        assert bool(raised) == (held >= 10_000)
    assert len(raised) <= 1


def test_what_was_seen_before_a_long_gap_says_nothing_about_now() -> None:
    machine = engine(ABSENT)
    for t in (*range(0, 9000, 1000), *range(100_000, 108_000, 1000)):
        assert machine.step(Scene(t, (), (), SCALE)) == ()


def test_an_absence_goes_on_over_a_gap_and_ends_with_it_when_it_was_long() -> None:
    machine = engine(ABSENT)
    known: dict[str, Occurrence] = {}
    for t in (*range(0, 12_000, 1000), 20_000, 21_000):
        known |= {o.id: o for o in machine.step(Scene(t, (), (), SCALE))}
    assert [o.end_ms for o in known.values()] == [None]
    (ended,) = machine.step(Scene(90_000, (), (), SCALE))
    assert ended.end_ms == 21_000


@pytest.mark.parametrize("fps", RATES)
def test_an_anomaly_is_a_score_that_stays_over_its_threshold(fps: int) -> None:
    def score(t: int) -> float:
        return 0.9 if 5000 <= t < 12_000 or 20_000 <= t < 21_500 else 0.2

    machine = engine(ODD)
    known: dict[str, Occurrence] = {}
    for t in times(fps, 30):
        known |= {o.id: o for o in machine.step(Scene(t, (), (), SCALE, scores={"anomaly": score(t)}))}
    (occurrence,) = known.values()
    assert number(occurrence, "score") == 0.9
    assert occurrence.condition_ms == occurrence.start_ms + 3000
    assert 0 <= occurrence.start_ms - 5000 <= 1000 / fps


def test_frames_without_a_score_say_nothing() -> None:
    machine = engine(ODD)
    for t in range(0, 20_000, 200):
        assert machine.step(Scene(t, (), (), SCALE)) == ()


def scored(scores: dict[int, float], until_ms: int, step_ms: int = 200) -> dict[str, Occurrence]:
    """Frames all along, and scores now and then: what was raised."""
    machine = engine(ODD)
    known: dict[str, Occurrence] = {}
    for t in range(0, until_ms, step_ms):
        found = {"anomaly": scores[t]} if t in scores else {}
        known |= {o.id: o for o in machine.step(Scene(t, (), (), SCALE, scores=found))}
    return known


def test_scores_that_come_with_a_part_of_the_frames_count_as_well() -> None:
    (occurrence,) = scored({t: 0.9 if t >= 4000 else 0.1 for t in range(0, 12_000, 1000)}, 12_000).values()
    assert (occurrence.start_ms, occurrence.condition_ms) == (4000, 7000)


def test_one_score_is_one_piece_of_evidence_however_long_no_other_comes() -> None:
    assert scored({4000: 0.9}, 40_000) == {}
    assert scored({4000: 0.9, 8000: 0.9, 12_000: 0.9, 16_000: 0.9}, 40_000) == {}, "what lies between nobody knows"


def test_what_lasts_ends_after_a_minute_without_scores() -> None:
    scores = dict.fromkeys(range(0, 8000, 1000), 0.9)
    (lasting,) = scored(scores, 60_000).values()
    assert lasting.end_ms is None
    (ended,) = scored(scores, 80_000).values()
    assert ended.end_ms == 7000
