"""The clock's offset is within what is said of it, whatever the network does and however the clock is set."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.clock_offset import ClockError, Heard, heard, read_tracking

TRACKING = """Reference ID    : C0A80101 (192.168.1.1)
Stratum         : 3
Ref time (UTC)  : Sat Nov 21 06:00:00 2026
System time     : 0.002500000 seconds {way} of NTP time
Last offset     : -0.000011 seconds
RMS offset      : 0.000195 seconds
Frequency       : 1.789 ppm slow
Residual freq   : -0.000 ppm
Skew            : 0.016 ppm
Root delay      : 0.010000000 seconds
Root dispersion : 0.001500000 seconds
Update interval : 64.2 seconds
Leap status     : {leap}
"""
ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 600_000),  # when it is sent, after the one before
        st.integers(0, 5_000),  # the way there, with the commit
        st.integers(0, 5_000),  # the way back
        st.integers(-(10**7), 10**7),  # a step of the wall clock meanwhile
    ),
    min_size=1,
    max_size=20,
)


@given(ANSWERS, st.integers(-(10**9), 10**9), st.floats(-50e-6, 50e-6))
def test_the_true_offset_is_within_the_error_through_delays_drift_and_steps(
    answers: list[tuple[int, int, int, int]], apart_ms: int, drift: float
) -> None:
    best, monotonic_ms, wall_ahead_ms = None, 0.0, 0

    def controller_ms(at_ms: float) -> float:
        return apart_ms + at_ms * (1 + drift)

    for wait_ms, there_ms, back_ms, step_ms in answers:
        sent_ms = monotonic_ms + wait_ms
        told_ms = controller_ms(sent_ms + there_ms)
        wall_ahead_ms += step_ms
        monotonic_ms = sent_ms + there_ms + back_ms
        known: list[Heard] = [] if best is None else [best]
        best = heard(best, sent_ms, told_ms, monotonic_ms)
        assert best is not None
        assert all(best.error_at(monotonic_ms) <= before.error_at(monotonic_ms) for before in known)
        wall_ms = monotonic_ms + wall_ahead_ms
        found = best.offset(monotonic_ms, wall_ms)
        assert abs(wall_ms - controller_ms(monotonic_ms) - found.offset_ms) <= found.error_ms + 1e-3


def test_an_answer_before_its_question_tells_nothing() -> None:
    assert heard(None, 10, 5, 9) is None
    known = Heard(0, 0, 5)
    assert heard(known, 10, 5, 9) is known


def test_the_bound_of_a_time_is_whole_and_never_too_small() -> None:
    assert ClockError(-2.2, 1.1).bound_ms() == 4
    assert ClockError(0.0, 0.0).bound_ms() == 0


def test_what_chrony_says_is_read_with_its_sign() -> None:
    fast, slow = (read_tracking(TRACKING.format(way=way, leap="Normal")) for way in ("fast", "slow"))
    assert fast == ClockError(2.5, 6.5)
    assert slow == ClockError(-2.5, 6.5)
    assert read_tracking(TRACKING.format(way="fast", leap="Not synchronised")) is None
    assert read_tracking("506 Cannot talk to daemon\n") is None


@given(st.one_of(st.text(), st.text("System time: 0.9seconds fastofNTPLeapRootdelay\n")))
def test_nothing_that_is_printed_breaks_it(text: str) -> None:
    assert read_tracking(text) is None
