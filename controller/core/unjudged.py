"""Decides which stretches of a closed event are judged from the store because nobody judged them live."""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.spans import Span, merge, subtract, total_ms, within

SHORTEST_MS = 1_000
"""Shorter leftovers hold no judgement of their own: a condition persists longer."""
GIVE_UP_MS = 7 * 24 * 3_600_000
"""Footage that has not come by then is not waited for."""


@dataclass(frozen=True, slots=True)
class EventMedia:
    """What is known about one closed event's footage on its camera; spans may reach beyond the clip."""

    clip: Span
    judged: Sequence[Span]  # verdicts of the camera
    tried: Sequence[Span]  # stored jobs of the camera, in whatever state
    stored: Sequence[Span]  # runs that the store has
    lost: Sequence[Span]  # runs that will not come
    live_pending: bool  # a worker may still judge it from the relay


@dataclass(frozen=True, slots=True)
class Unjudged:
    """`jobs`: spans to judge from the store now. `settled`: nothing more can become judgeable."""

    jobs: tuple[Span, ...]
    settled: bool


def plan(media: EventMedia, now_ms: int) -> Unjudged:
    """Decide for one closed event. Every job lies in the clip, is stored, was neither judged nor tried."""
    if media.live_pending:
        return Unjudged((), settled=False)
    open_spans = subtract([media.clip], merge([*media.judged, *media.tried]))
    jobs: list[Span] = []
    for span in open_spans:
        jobs += [part for part in within(media.stored, *span) if part[1] - part[0] >= SHORTEST_MS]
    missing = subtract(open_spans, merge([*media.stored, *media.lost]))
    waiting = total_ms(part for part in missing if part[1] - part[0] >= SHORTEST_MS)
    settled = waiting == 0 or now_ms - media.clip[1] > GIVE_UP_MS
    return Unjudged(tuple(jobs), settled)
