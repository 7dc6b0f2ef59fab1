"""Uploads and live views give way to facts on a thin line, and come back when it is wide again."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.uplink_share import Seen, Share, ShareRules, share

RULES = ShareRules()
FULL_BYTES_S, SMALL_BYTES_S = 500_000, 50_000
CUT_BYTES_S, WIDE_BYTES_S = 125_000, 2_500_000
QUIET = Seen(0, 0, 0, 0, 0, uploading=False)


@dataclass
class Line:
    """A line with one queue for all, shared evenly by who sends; views drop what is older than 3 s."""

    rate_bytes_s: float = WIDE_BYTES_S
    uploading: bool = True
    watched: bool = True
    room_bytes: int = 256_000
    now_ms: int = 0
    state: Share = field(default_factory=Share)
    told: list[tuple[int, Share, Seen]] = field(default_factory=list)
    _queue_bytes: float = 0
    _backlog_bytes: float = 0

    def level(self) -> str:
        return self.state.live

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self._second()

    def _second(self) -> None:
        live, uploaded = 0.0, 0.0
        wants = (FULL_BYTES_S if self.state.live == "full" else SMALL_BYTES_S) if self.watched else 0
        for _ in range(10):
            room = self.rate_bytes_s / 10 + self.room_bytes - self._queue_bytes
            self._backlog_bytes += wants / 10
            upload = 0.0
            if self.uploading:
                limit = self.state.upload_bytes_s
                upload = min(room, 10**9 if limit is None else limit / 10)
            sent = min(self._backlog_bytes, max(room - upload, room / 2))
            upload = min(upload, room - sent)
            self._backlog_bytes -= sent
            if self._backlog_bytes > wants * 3:
                self._backlog_bytes = 0
            self._queue_bytes = max(0.0, self._queue_bytes + sent + upload - self.rate_bytes_s / 10)
            live, uploaded = live + sent, uploaded + upload
        self.now_ms += 1000
        delay_ms = int(self._queue_bytes * 1000 / self.rate_bytes_s)
        lag_ms = delay_ms + int(self._backlog_bytes * 1000 / wants) if wants else 0
        seen = Seen(lag_ms, delay_ms, live, uploaded, FULL_BYTES_S if self.watched else 0, uploading=self.uploading)
        self.state = share(self.state, seen, self.now_ms, RULES)
        self.told.append((self.now_ms, self.state, seen))

    def since(self, at_ms: int) -> list[tuple[Share, Seen]]:
        return [(state, seen) for told_ms, state, seen in self.told if told_ms > at_ms]


@pytest.mark.parametrize("uploading", [True, False])
def test_a_cut_line_is_fit_within_ten_seconds_and_a_restored_one_used_again(uploading: bool) -> None:
    line = Line(uploading=uploading)
    line.run(30)
    assert line.level() == "full"
    line.rate_bytes_s, cut_ms = CUT_BYTES_S, line.now_ms
    line.run(10)
    assert line.level() == "small"
    assert not line.state.strained
    line.run(110)
    thin = line.since(cut_ms + 10_000)
    assert sum(state.strained for state, _ in thin) <= len(thin) // 4
    assert sum(state.live == "full" for state, _ in thin) <= len(thin) // 5
    if uploading:
        assert sum(seen.upload_bytes_s for _, seen in thin) > 0.2 * CUT_BYTES_S * len(thin)
    line.rate_bytes_s, restored_ms = WIDE_BYTES_S, line.now_ms
    line.run(RULES.longest_pause_ms // 1000 + 20)
    back = next(told_ms for told_ms, state, _ in line.told if told_ms > restored_ms and state.live == "full")
    assert all(state.live == "full" for state, _ in line.since(back))
    if uploading:
        assert line.told[-1][2].upload_bytes_s > WIDE_BYTES_S / 2


def test_after_a_short_cut_all_is_back_within_ten_seconds() -> None:
    line = Line(uploading=False)
    line.run(10)
    line.rate_bytes_s = CUT_BYTES_S
    line.run(12)
    assert line.level() == "small"
    line.rate_bytes_s = WIDE_BYTES_S
    line.run(10)
    assert line.level() == "full"
    line.run(10)
    assert (line.level(), line.state.strained) == ("full", False)


def test_nobody_watching_leaves_the_line_to_uploads_as_long_as_facts_pass() -> None:
    line = Line(rate_bytes_s=CUT_BYTES_S, watched=False)
    line.run(120)
    assert line.level() == "full"
    late = [seen for _, seen in line.since(20_000) if seen.fact_delay_ms > RULES.fact_delay_ms]
    assert len(late) <= 25
    assert sum(seen.upload_bytes_s for _, seen in line.since(20_000)) > 0.5 * CUT_BYTES_S * 100


sights = st.builds(
    Seen,
    live_lag_ms=st.sampled_from([0, 100, 1_600, 9_000]),
    fact_delay_ms=st.sampled_from([0, 5, 1_200, 10_000]),
    live_bytes_s=st.floats(0, 1e7),
    upload_bytes_s=st.floats(0, 1e8),
    live_wants_bytes_s=st.sampled_from([0.0, 5e5]),
    uploading=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(sights, max_size=80))
def test_nothing_grows_on_a_strained_line_and_nothing_falls_on_a_calm_one(seen: list[Seen]) -> None:
    state, rose_ms = Share(), None
    for number, sight in enumerate(seen):
        before, now_ms = state, number * RULES.step_ms
        state = share(before, sight, now_ms, RULES)
        least, limit = RULES.least_bytes_s, state.upload_bytes_s
        assert limit is None or least <= limit
        if state.strained:
            assert state.live in {before.live, "small"}
            assert limit is None or before.upload_bytes_s is None or limit <= before.upload_bytes_s
        else:
            assert state.live in {before.live, "full"}
            assert limit is None or (before.upload_bytes_s is not None and limit >= before.upload_bytes_s)
        if (before.live, state.live) == ("small", "full"):
            carried = sight.live_bytes_s + sight.upload_bytes_s >= sight.live_wants_bytes_s
            assert carried or rose_ms is None or now_ms - rose_ms >= state.pause_ms
            rose_ms = now_ms


def test_a_view_that_nobody_asked_for_does_not_fall() -> None:
    state = Share()
    for number in range(20):
        state = share(state, Seen(0, 9_000, 0, 0, 0, uploading=False), number * 1000, RULES)
    assert state.live == "full"
    assert share(Share(), QUIET, 0, RULES).upload_bytes_s is None
