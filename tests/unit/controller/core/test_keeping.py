"""The nearest rule of retention counts, and what a change keeps for less time is known before."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.keeping import Keeping, KeepRule, shortened
from controller.core.retention import CLASSES, Kept, due
from controller.core.storage import DAY_MS, Bound, Pool, forecast, forecast_pools
from controller.core.storage import Kept as KeptBytes
from shared.ids import RunId

CAMERAS = ("gate.yard", "gate.door")
RULES = st.lists(
    st.builds(KeepRule, st.sampled_from((*CAMERAS, None)), st.sampled_from((*CLASSES, None)), st.integers(1, 90)),
    unique_by=lambda rule: (rule.camera, rule.media_class),
    max_size=6,
).map(tuple)
GB = 1_000_000_000


def test_the_nearest_rule_counts() -> None:
    keeping = Keeping(30)
    assert keeping.days("gate.yard", "motion") == 30
    keeping = keeping.changed(None, None, 20).changed(None, "motion", 10)
    assert [keeping.days("gate.yard", one) for one in ("motion", "promoted")] == [10, 20]
    keeping = keeping.changed("gate.yard", None, 5).changed("gate.yard", "promoted", 90)
    assert [keeping.days("gate.yard", one) for one in ("motion", "promoted")] == [5, 90]
    assert keeping.days("gate.door", "promoted") == 20
    assert keeping.changed("gate.yard", None, None).days("gate.yard", "motion") == 10
    assert keeping.changed("gate.yard", None, 6).days("gate.yard", "motion") == 6


@given(RULES, st.integers(1, 90))
def test_sweep_keeps_everything_for_exactly_its_days(rules: tuple[KeepRule, ...], default_days: int) -> None:
    keeping = Keeping(default_days, rules)
    retention, now_ms = keeping.retention(None), 200 * DAY_MS
    for camera in (*CAMERAS, "other.one"):
        for one in CLASSES:
            days = keeping.days(camera, one)
            ends = (now_ms - days * DAY_MS - 1, now_ms - days * DAY_MS)
            runs = [Kept(RunId(str(at)), one, end_ms, 1, False, camera) for at, end_ms in enumerate(ends)]
            assert due(runs, 2, now_ms, retention) == (RunId("0"),)
            assert retention.longest_ms >= days * DAY_MS


@given(RULES, st.sampled_from((*CAMERAS, None)), st.sampled_from((*CLASSES, None)), st.integers(1, 90) | st.none())
def test_what_is_shortened_is_all_that_is_kept_for_less_time(
    rules: tuple[KeepRule, ...], camera: str | None, media_class: str | None, days: int | None
) -> None:
    before = Keeping(30, rules)
    after = before.changed(camera, media_class, days)  # type: ignore[arg-type]
    less = shortened(before, after, CAMERAS)
    for name in CAMERAS:
        for one in CLASSES:
            assert ((name, one) in less) == (after.days(name, one) < before.days(name, one))
            assert less.get((name, one), after.days(name, one)) == after.days(name, one)


def test_pools_are_foretold_together_and_one_pool_as_before() -> None:
    steady = {age: KeptBytes(GB, GB) for age in range(10)}
    bound = Bound(30, None, 30 * GB)
    assert forecast_pools(10 * GB, [Pool(30, steady)], 10.0, bound) == forecast(10 * GB, steady, 10.0, bound)
    apart = [Pool(30, steady), Pool(10, steady)]
    found = forecast_pools(20 * GB, apart, 10.0, Bound(30, None, 15 * GB))
    assert (found.day_bytes, found.level_bytes) == (2 * GB, 40 * GB)
    assert found.full_in_days == 15.0, "the pool of ten days takes as much as it brings"
    assert forecast_pools(20 * GB, apart, 10.0, Bound(30, None, 21 * GB)).outlook == "levels"
