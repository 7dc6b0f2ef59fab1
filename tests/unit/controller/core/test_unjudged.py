"""What nobody judged becomes a job once, and only when the store has it."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.spans import Span, merge, subtract, total_ms, within
from controller.core.unjudged import GIVE_UP_MS, SHORTEST_MS, EventMedia, plan

S = 1_000
SPANS = st.lists(st.tuples(st.integers(-3, 12), st.integers(-3, 12)).map(lambda s: (s[0] * S, s[1] * S)), max_size=4)


@given(SPANS, SPANS, SPANS, SPANS, st.booleans())
def test_jobs_cover_exactly_what_is_stored_and_untouched(
    judged: list[Span], tried: list[Span], stored: list[Span], lost: list[Span], pending: bool
) -> None:
    clip = (0, 10 * S)
    found = plan(EventMedia(clip, judged, tried, stored, lost, live_pending=pending), now_ms=clip[1])
    if pending:
        assert (found.jobs, found.settled) == ((), False)
        return
    wanted = subtract(within(stored, *clip), [*judged, *tried])
    assert merge(found.jobs) == wanted
    assert total_ms(found.jobs) == sum(end - start for start, end in found.jobs)
    uncovered = subtract([clip], [*judged, *tried, *stored, *lost])
    assert found.settled == (uncovered == ())
    again = plan(EventMedia(clip, judged, [*tried, *found.jobs], stored, lost, live_pending=False), now_ms=clip[1])
    assert again.jobs == ()


def test_a_leftover_shorter_than_a_second_is_let_go() -> None:
    media = EventMedia((0, 10 * S), [(0, 9 * S + 1)], [], [(0, 10 * S)], [], live_pending=False)
    assert plan(media, 0).jobs == ()
    assert plan(media, 0).settled
    just = EventMedia((0, 10 * S), [(0, 10 * S - SHORTEST_MS)], [], [(0, 10 * S)], [], live_pending=False)
    assert plan(just, 0).jobs == ((9 * S, 10 * S),)


def test_footage_that_never_comes_is_given_up() -> None:
    media = EventMedia((0, 10 * S), [], [], [], [], live_pending=False)
    assert not plan(media, 10 * S + GIVE_UP_MS).settled
    assert plan(media, 10 * S + GIVE_UP_MS + 1).settled
