"""Nothing young or held goes, nothing too old stays, and the quota takes the oldest of the lowest class."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.retention import CLASSES, YOUNGEST_MS, Kept, Retention, due
from shared.ids import RunId
from shared.kinds import MediaClass

H = 3_600_000
RUNS = st.lists(
    st.builds(
        Kept,
        st.integers(0, 10**9).map(lambda n: RunId(str(n))),
        st.sampled_from(CLASSES),
        st.integers(0, 6).map(lambda h: h * H),
        st.integers(1, 5),
        st.booleans(),
    ),
    unique_by=lambda run: run.run,
    max_size=10,
)
AGES: dict[MediaClass, int] = {"continuous": 2 * H, "motion": 3 * H, "gated": 4 * H, "promoted": 5 * H}


@given(RUNS, st.integers(0, 20) | st.none(), st.integers(0, 5))
def test_what_goes(runs: list[Kept], quota_bytes: int | None, elsewhere_bytes: int) -> None:
    now_ms = 6 * H
    used = sum(run.length_bytes for run in runs) + elsewhere_bytes
    gone = set(due(runs, used, now_ms, Retention(AGES, quota_bytes)))
    stays = [run for run in runs if run.run not in gone]
    goes = [run for run in runs if run.run in gone]
    for run in goes:
        assert not run.held
        assert now_ms - run.end_ms >= YOUNGEST_MS
    free = [run for run in stays if not run.held and now_ms - run.end_ms >= YOUNGEST_MS]
    assert all(now_ms - run.end_ms <= AGES[run.media_class] for run in free)
    if quota_bytes is None:
        assert all(now_ms - run.end_ms > AGES[run.media_class] for run in goes)
        return
    left = used - sum(run.length_bytes for run in goes)
    assert left <= quota_bytes or free == []
    for_quota = [run for run in goes if now_ms - run.end_ms <= AGES[run.media_class]]
    if for_quota and free:
        worst_kept = min((CLASSES.index(run.media_class), run.end_ms) for run in free)
        assert max((CLASSES.index(run.media_class), run.end_ms) for run in for_quota) <= worst_kept
        assert left + for_quota[-1].length_bytes > quota_bytes or len(for_quota) > 1
