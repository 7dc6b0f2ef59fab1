"""The figures of EEMUA 191 and ANSI/ISA-18.2, on spans whose figures are known."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.alarm_load import FLOOD, WINDOW_MS, AlarmFact, band, load

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ONE = AlarmFact(1, "r", "yard", "gate.yard", "gate.yard", placed=False, zone_name=None, severity="high", raised_ms=0)


def alarms(*raised_s: float, **given_too: object) -> list[AlarmFact]:
    return [
        replace(ONE, number=number, raised_ms=round(at * 1000), **given_too)  # type: ignore[arg-type]
        for number, at in enumerate(raised_s, 1)
    ]


@pytest.mark.parametrize(
    ("rate", "word"),
    [(0, "acceptable"), (0.99, "acceptable"), (1, "manageable"), (2, "manageable"), (2.1, "over-demanding"),
     (10, "over-demanding"), (10.1, "unacceptable")],
)  # fmt: skip
def test_the_bands_of_eemua(rate: float, word: str) -> None:
    assert band(rate) == word


def test_a_day_without_alarms() -> None:
    found = load([], [], 0, DAY_MS, 1)
    assert (found.alarms, found.per_10_min, found.peak_10_min, found.flood_percent) == (0, 0, 0, 0)
    assert (found.band, found.flooding, found.contributors, found.contributors_percent) == ("acceptable", False, (), 0)
    assert found.acknowledge_median_s is None


def test_a_steady_day_is_acceptable_for_one_and_halved_for_two() -> None:
    day = alarms(*range(0, 86_400, 600))  # one in ten minutes: 144 a day
    found = load(day, [], 0, DAY_MS, 1)
    assert (found.alarms, found.per_10_min, found.per_day, found.peak_10_min) == (144, 1.0, 144.0, 1)
    assert load(day, [], 0, DAY_MS, 2).per_10_min == 0.5


def test_a_flood_is_more_than_ten_in_ten_minutes() -> None:
    calm = load(alarms(*range(10)), [], 0, HOUR_MS, 1)
    assert (calm.peak_10_min, calm.flood_percent, calm.floods) == (10, 0, ())
    flood = load(alarms(*range(11)), [], 0, HOUR_MS, 1)
    assert (flood.peak_10_min, round(flood.flood_percent, 1)) == (11, 16.7)
    assert [(one.start_ms, one.end_ms, one.alarms) for one in flood.floods] == [(0, WINDOW_MS, 11)]
    assert load(alarms(*range(11)), [], 0, HOUR_MS, 2).floods == (), "two share it"
    long = load(alarms(*range(0, 1200, 20)), [], 0, HOUR_MS, 1)
    assert [(one.start_ms, one.end_ms, one.alarms) for one in long.floods] == [(0, 2 * WINDOW_MS, 60)]
    assert not long.flooding
    assert load(alarms(*range(3000, 3600, 20)), [], 0, HOUR_MS, 1).flooding


def test_the_peak_lies_anywhere() -> None:
    assert load(alarms(*range(595, 605)), [], 0, HOUR_MS, 1).peak_10_min == 10


def test_chattering_counts_occurrences_and_not_alarms() -> None:
    joined = replace(ONE, occurred_ms=(0, 14_000, 58_000))
    (found,) = load([joined], [], 0, HOUR_MS, 1).chattering
    assert (found.rule_name, found.where, found.most_in_a_minute) == ("yard", "gate.yard", 3)
    assert load([replace(ONE, occurred_ms=(0, 30_000, 60_000))], [], 0, HOUR_MS, 1).chattering == ()


def test_the_ten_that_alarm_most_and_their_share() -> None:
    facts = [replace(ONE, number=n, rule_name=f"rule {n % 12:02}", raised_ms=n) for n in range(36)]
    found = load([*facts, replace(ONE, rule_name="rule 11")], [], 0, HOUR_MS, 1)
    assert (len(found.contributors), found.contributors[0].rule_name, found.contributors[0].alarms) == (
        10,
        "rule 11",
        4,
    )
    assert found.contributors_percent == pytest.approx(100 * 31 / 37, abs=0.2)


def test_answers_assessments_and_what_was_passed_up() -> None:
    facts = [
        replace(ONE, raised_ms=0, acknowledged_ms=4_000, resolved_ms=60_000, assessment="true"),
        replace(ONE, raised_ms=0, acknowledged_ms=10_000, escalation_level=1),
        replace(ONE, raised_ms=0, acknowledged_ms=100_000, assessment="false", shelved=True),
        replace(ONE, suppressed=True),
    ]
    found = load(facts, [9, 3], 0, HOUR_MS, 1)
    assert (found.acknowledge_median_s, found.acknowledge_p95_s, found.resolve_median_s) == (10.0, 100.0, 60.0)
    assert found.assessments == {"true": 1, "false": 1, "nuisance": 0, "open": 1}
    assert (found.escalated, found.shelved, found.suppressed, found.alarms, found.stale) == (1, 1, 1, 3, (3, 9))


def test_cameras_that_alarm_together_are_named_unless_a_place_joins_them() -> None:
    pairs = [
        replace(ONE, number=n, camera=camera, where=camera, raised_ms=minute * 60_000 + lag)
        for n, (minute, camera, lag) in enumerate(
            (minute, camera, lag) for minute in range(5) for camera, lag in (("a.x", 0), ("b.y", 4_000))
        )
    ]
    alone = [replace(ONE, camera="c.z", where="c.z", raised_ms=at * 1000) for at in (30, 90, 150)]
    (found,) = load([*pairs, *alone], [], 0, HOUR_MS, 1).together
    assert (found.cameras, found.alarms, found.together) == (("a.x", "b.y"), 5, 5)
    assert load([replace(one, placed=True) for one in pairs], [], 0, HOUR_MS, 1).together == ()


@given(st.lists(st.tuples(st.integers(0, DAY_MS - 1), st.booleans()), max_size=60), st.integers(1, 5))
@settings(max_examples=80)
def test_the_figures_agree_with_a_count_by_hand(given_: list[tuple[int, bool]], operators: int) -> None:
    facts = [replace(ONE, number=n, raised_ms=at, suppressed=quiet) for n, (at, quiet) in enumerate(given_)]
    found = load(facts, [], 0, DAY_MS, operators)
    told = [at for at, quiet in given_ if not quiet]
    assert (found.alarms, found.suppressed) == (len(told), len(given_) - len(told))
    most = max((sum(at <= other < at + WINDOW_MS for other in told) for at in told), default=0)
    assert found.peak_10_min == -(-most // operators)
    bins = [sum(begin <= at < begin + WINDOW_MS for at in told) for begin in range(0, DAY_MS, WINDOW_MS)]
    assert found.flood_percent == round(100 * sum(count > FLOOD * operators for count in bins) / 144, 2)
    assert sum(one.alarms for one in found.contributors) == len(told)
