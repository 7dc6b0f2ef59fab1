"""The forecast of the store: young ones foretell nothing, retention holds against the pace, the nearer bound counts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.storage import Bound, Kept, forecast

GB = 1_000_000_000


def steady(days: int, day_bytes: int = GB) -> dict[int, Kept]:
    return {age: Kept(day_bytes, day_bytes) for age in range(days)}


def test_less_than_a_day_foretells_nothing() -> None:
    found = forecast(GB, {0: Kept(GB, GB)}, 0.9, Bound(30, None, 10 * GB))
    assert (found.outlook, found.day_bytes, found.full_in_days) == ("young", None, None)
    assert found.limit_bytes == 11 * GB


def test_a_disk_that_is_too_small_for_the_retention_fills() -> None:
    found = forecast(3 * GB, steady(3), 3.0, Bound(30, None, 7 * GB))
    assert (found.outlook, found.day_bytes, found.full_in_days) == ("fills", GB, 7.0)
    assert (found.level_bytes, found.keeps_days, found.measured_days) == (30 * GB, 10.0, 3.0)


def test_what_grows_too_old_makes_room() -> None:
    found = forecast(10 * GB, steady(10), 10.0, Bound(10, None, GB // 2))
    assert (found.outlook, found.full_in_days) == ("levels", None)
    more = {age: Kept(GB if age >= 7 else 2 * GB, 2 * GB) for age in range(10)}
    found = forecast(17 * GB, more, 10.0, Bound(10, None, 2 * GB))
    assert (found.outlook, found.day_bytes, found.full_in_days) == ("fills", 2 * GB, 2.0), "three lean days go first"


def test_a_quota_takes_footage_before_its_time_and_no_bound_foretells_a_level() -> None:
    found = forecast(4 * GB, steady(4), 4.0, Bound(30, 12 * GB, 900 * GB))
    assert (found.outlook, found.full_in_days, found.keeps_days) == ("shortens", 8.0, 12.0)
    assert forecast(4 * GB, steady(4), 4.0, Bound(30, 12 * GB, 2 * GB)).outlook == "fills", "its disk comes first"
    assert forecast(4 * GB, steady(4), 4.0, Bound(30)).outlook == "unbounded"
    assert forecast(4 * GB, steady(4), 4.0, Bound(30, 4 * GB)).full_in_days == 0.0


def test_the_pace_is_what_came_also_where_it_went_again() -> None:
    by_age = {age: Kept(0 if age else GB, 3 * GB) for age in range(9)}
    assert forecast(GB, by_age, 9.0, Bound(1, 2 * GB)).day_bytes == 3 * GB


AGES = st.dictionaries(st.integers(0, 40), st.builds(Kept, st.integers(0, 9 * GB), st.integers(0, 9 * GB)), max_size=9)


@settings(max_examples=60, deadline=None)
@given(AGES, st.floats(1, 40), st.integers(1, 40), st.integers(0, 99 * GB), st.integers(1, 50 * GB))
def test_more_room_is_never_full_sooner(
    by_age: dict[int, Kept], oldest: float, days: int, free_bytes: int, more_bytes: int
) -> None:
    used = sum(kept.held_bytes for kept in by_age.values())
    first = forecast(used, by_age, oldest, Bound(days, None, free_bytes)).full_in_days
    second = forecast(used, by_age, oldest, Bound(days, None, free_bytes + more_bytes)).full_in_days
    assert first is None or first >= 0
    assert second is None or (first is not None and second >= first)
