"""Settings from afar: whatever happens in whatever order, what runs is what ran well or what is being tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge_agent.core.reconfigure import (
    TRIAL_MS,
    Book,
    Trial,
    Wanted,
    at_start,
    begin,
    is_news,
    keep,
    refuse,
    roll_back,
    without_good,
)

VERSIONS = st.integers(1, 6)


class Changes(RuleBasedStateMachine):
    """A node that is told versions in any order, fails, is killed, and starts again."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.tried: list[int] = []
        self.answered: set[int] = set()
        self.kept: set[int] = set()

    @rule(version=VERSIONS, fits=st.booleans())
    def told(self, version: int, fits: bool) -> None:
        wanted = Wanted(version, {"v": version})
        if self.book.trying is not None or not is_news(self.book, wanted):
            return
        assert version not in self.answered, "a version that was answered is looked at again"
        if fits:
            self.book = begin(self.book, wanted, ["n1.b", "n1.a"])
            self.tried.append(version)
        else:
            self.book = refuse(self.book, version, "upload.colour: is not a known key")
            self.answered.add(version)

    @rule()
    def all_live(self) -> None:
        if self.book.trying is not None:
            self.kept.add(self.book.trying.version)
            self.answered.add(self.book.trying.version)
        self.book = keep(self.book)

    @rule()
    def not_live(self) -> None:
        if self.book.trying is not None:
            self.answered.add(self.book.trying.version)
        self.book = roll_back(self.book, "gate is stalled")

    @rule()
    def killed(self) -> None:
        good, trying = self.book.good, self.book.trying
        self.book = at_start(self.book)
        assert self.book.runs == good, "after a start nothing runs that did not run well before"
        if trying is not None:
            self.answered.add(trying.version)
            assert self.book.report is not None
            assert (self.book.report.version, self.book.report.state) == (trying.version, "rolled-back")

    @rule()
    def own_file_changed(self) -> None:
        if self.book.trying is None:
            self.book = without_good(self.book, "cameras.gate: is not a camera of this node")
            assert self.book.runs is None

    @invariant()
    def what_runs_ran_well_or_is_tried(self) -> None:
        book = self.book
        assert book.good is None or book.good.version in self.kept
        assert book.runs == (book.trying or book.good)
        assert len(self.tried) == len(set(self.tried)), "a version is tried once"
        if book.trying is not None:
            assert book.must_live == ("n1.a", "n1.b")
            assert book.report is not None
            assert book.report.state == "applying"


TestChanges = Changes.TestCase


@given(st.lists(st.tuples(st.integers(1, 5_000), st.booleans()), max_size=60))
def test_a_trial_ends_in_time_and_well_only_when_all_live_for_a_while(looks: list[tuple[int, bool]]) -> None:
    trial, now_ms, live_ms = Trial(0), 0, 0
    for step_ms, live in looks:
        now_ms += step_ms
        live_ms = live_ms + step_ms if live and trial.steady_ms is not None else 0
        trial, verdict = trial.look(now_ms, [] if live else ["n1.gate"])
        if verdict == "keep":
            assert live_ms >= 3_000
            return
        if verdict == "late":
            assert not live
            assert now_ms >= TRIAL_MS
            return
        assert live or now_ms < TRIAL_MS


@pytest.mark.parametrize("live", [True, False])
def test_nothing_is_tried_for_ever(live: bool) -> None:
    trial, verdict, now_ms = Trial(0), "wait", 0
    while verdict == "wait":
        now_ms += 250
        trial, verdict = trial.look(now_ms, [] if live else ["n1.gate"])
    assert verdict == ("keep" if live else "late")
    assert now_ms <= TRIAL_MS
