"""Nothing moves without a rule, nothing that retention takes soon, and what is held moves where the rules say so."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.retention import Kept, Retention
from controller.core.storage import DAY_MS
from controller.core.tiers import Moves, Standing, Unfinished, due, resume
from shared.ids import RunId
from shared.kinds import MEDIA_CLASSES, MediaClass

NOW_MS = 100 * DAY_MS
RUNS = st.lists(
    st.builds(
        Kept,
        st.integers(0, 10**9).map(lambda n: RunId(str(n))),
        st.sampled_from(MEDIA_CLASSES),
        st.integers(0, 100 * 24).map(lambda h: h * 3_600_000),
        st.integers(1, 5),
        st.booleans(),
    ),
    unique_by=lambda run: run.run,
    max_size=12,
)
DAYS = st.dictionaries(st.sampled_from(MEDIA_CLASSES), st.integers(1, 60))


@given(RUNS, DAYS, st.booleans(), st.integers(1, 90))
def test_what_moves(runs: list[Kept], days: dict[MediaClass, int], evidence: bool, kept_days: int) -> None:
    retention = Retention(dict.fromkeys(MEDIA_CLASSES, kept_days * DAY_MS), None)
    moving = due(runs, NOW_MS, Moves(days, evidence), retention)
    of = {run.run: run for run in runs}
    for run in runs:
        age_ms = NOW_MS - run.end_ms
        old = run.media_class in days and age_ms > days[run.media_class] * DAY_MS
        soon_gone = not run.held and age_ms + DAY_MS > kept_days * DAY_MS
        assert (run.run in moving) == ((old or (run.held and evidence)) and not soon_gone)
    order = [(not of[run].held, of[run].end_ms) for run in moving]
    assert order == sorted(order), "what is held first, then the oldest"


@given(RUNS)
def test_without_a_rule_nothing_moves(runs: list[Kept]) -> None:
    assert due(runs, NOW_MS, Moves({}), Retention(dict.fromkeys(MEDIA_CLASSES, 99 * DAY_MS))) == ()
    assert not Moves({}).any


def test_a_camera_of_its_own_retention_is_spared_by_that() -> None:
    one = Kept(RunId("a"), "motion", NOW_MS - 5 * DAY_MS, 1, camera="gate.yard")
    ages: dict[MediaClass, int] = dict.fromkeys(MEDIA_CLASSES, 30 * DAY_MS)
    moves = Moves({"motion": 2})
    assert due([one], NOW_MS, moves, Retention(ages)) == ("a",)
    assert due([one], NOW_MS, moves, Retention(ages, None, {("gate.yard", "motion"): 5 * DAY_MS + 1})) == ()


def test_a_move_that_was_cut_off_goes_on_by_what_its_row_says() -> None:
    def step(tier: str, state: str = "stored", *, going: bool = False) -> str:
        return resume(Unfinished(RunId("a"), "k", 1, "", "", tier, state, going))  # type: ignore[arg-type]

    assert (step("moving"), step("moved")) == ("copy", "clear")
    assert step("moved", going=True) == step("moving", going=True) == "leave"
    assert {step(tier, state) for tier in ("moving", "moved") for state in ("expired", "announced")} == {"forget"}


def test_what_is_wrong_stands_since_it_began() -> None:
    one = Standing(moved_ms=5).failed("full", 10).failed("full", 20)
    assert (one.fault, one.since_ms, one.moved_ms) == ("full", 10, 5)
    assert one.failed("away", 30).since_ms == 30
    assert one.moved(40) == Standing(moved_ms=40)
