"""What of a camera's due footage is missing in the store, and what is asked of its node first. Pure.

Invariants, held by tests/unit/controller/core/test_footage.py:
1. What is asked for is due, on the node, and neither stored nor coming nor lost nor asked for already.
2. No instant is asked for twice, and no ask is longer than `LONGEST_ORDER_MS`.
3. Better reasons come first: alarms, requests, events, the camera's plan; the older first within one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from controller.core.retention import CLASSES
from controller.core.spans import Span, common, merge, subtract, total_ms, within
from shared.ids import CameraId, NodeId
from shared.kinds import MediaClass
from shared.limits import LONGEST_ORDER_MS

AROUND_ALARM_MS = 10_000
"""Before and after it: what is promoted with an alarm, and shown."""
LONGEST_CLIP_MS = 120_000
SEAM_MS = 1_000
"""Shorter leftovers are seams between segments, not footage."""

Why = Literal["alarm", "request", "event", "plan"]
RANK: dict[Why, int] = {"alarm": 0, "request": 1, "event": 2, "plan": 3}
PartState = Literal["retrieved", "retrieving", "lost", "retrievable", "never recorded", "not told yet"]
RequestState = Literal["waiting", "retrieving", "stored", "partly", "lost"]

_AT_ONCE = 2
_BEFORE_EVENTS = 1  # alarms and requests are asked for while an event runs; the rest gives way


@dataclass(frozen=True, slots=True)
class Wish:
    """A span that is due for upload, and why."""

    span: Span
    why: Why
    media_class: MediaClass


@dataclass(frozen=True, slots=True)
class Footage:
    """What is known of one camera's footage in some range: spans that may overlap and reach beyond it."""

    there: Sequence[Span] = ()  # segments in the node's ledger
    stored: Sequence[Span] = ()
    coming: Sequence[Span] = ()  # announced or uploaded
    lost: Sequence[Span] = ()
    asked: Sequence[Span] = ()  # and not answered by footage yet
    never: Sequence[Span] = ()  # gaps in the node's ledger
    failed: Sequence[Span] = ()  # asked for in vain a short while ago


@dataclass(frozen=True, slots=True)
class Ask:
    """A span to ask a node for."""

    span: Span
    why: Why
    media_class: MediaClass


@dataclass(frozen=True, slots=True)
class Order:
    """What a node is told to send: the id of a command and its content."""

    id: str
    node: NodeId
    camera: CameraId
    span: Span
    media_class: MediaClass


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one part of a span."""

    start_ms: int
    end_ms: int
    state: PartState


@dataclass(frozen=True, slots=True)
class Waiting:
    """An ask that is not sent yet; `id` orders what is otherwise equal."""

    id: str
    rank: int
    start_ms: int


def around(condition_ms: int, end_ms: int | None) -> Span:
    """What an occurrence of an alarm makes due of its camera's footage; `end_ms` None: it lasts."""
    return condition_ms - AROUND_ALARM_MS, max(condition_ms, end_ms or condition_ms) + AROUND_ALARM_MS


def clip_of(occurred: Sequence[Span], condition_ms: int) -> Span:
    """The clip that shows what one camera saw of an alarm, or one occurrence: all of it, as far as it is not longer.

    `occurred`: first true, last true, of each occurrence. Of what is longer, the stretch around `condition_ms`, when
    the first was raised: what came before it gives way first, save `AROUND_ALARM_MS`.
    """
    start_ms = min((start for start, _ in occurred), default=condition_ms) - AROUND_ALARM_MS
    last_ms = max((end for _, end in occurred), default=condition_ms)
    end_ms = min(last_ms + AROUND_ALARM_MS, max(start_ms, condition_ms - AROUND_ALARM_MS) + LONGEST_CLIP_MS)
    return max(start_ms, end_ms - LONGEST_CLIP_MS), end_ms


def asks(wishes: Iterable[Wish], footage: Footage) -> tuple[Ask, ...]:
    """What to ask for, best first."""
    taken = merge([*footage.stored, *footage.coming, *footage.lost, *footage.asked, *footage.failed])
    there = merge(footage.there)
    found: list[Ask] = []
    for (why, media_class), spans in _by_reason(wishes):
        missing = subtract(common(there, spans), taken)
        for start_ms, end_ms in _bridged(missing, taken):
            if end_ms - start_ms < SEAM_MS:
                continue
            found += [
                Ask((at_ms, min(end_ms, at_ms + LONGEST_ORDER_MS)), why, media_class)
                for at_ms in range(start_ms, end_ms, LONGEST_ORDER_MS)
            ]
        taken = merge([*taken, *missing])
    return tuple(found)


def _by_reason(wishes: Iterable[Wish]) -> list[tuple[tuple[Why, MediaClass], list[Span]]]:
    found: dict[tuple[Why, MediaClass], list[Span]] = {}
    for wish in wishes:
        found.setdefault((wish.why, wish.media_class), []).append(wish.span)
    return sorted(found.items(), key=lambda item: (RANK[item[0][0]], -CLASSES.index(item[0][1])))


def _bridged(spans: Sequence[Span], without: Sequence[Span]) -> tuple[Span, ...]:
    """The same spans, joined over seams that nothing else fills."""
    seams = [(before[1], after[0]) for before, after in pairwise(spans) if after[0] - before[1] < SEAM_MS]
    return merge([*spans, *subtract(seams, without)])


def to_send(waiting: Iterable[Waiting], outstanding: int, *, event_runs: bool) -> tuple[Waiting, ...]:
    """Which asks a node gets now: few at once, and while an event runs there only what alarms and people want."""
    free = max(0, (1 if event_runs else _AT_ONCE) - outstanding)
    fit = [one for one in waiting if not event_runs or one.rank <= _BEFORE_EVENTS]
    return tuple(sorted(fit, key=lambda one: (one.rank, one.start_ms, one.id))[:free])


def parts(span: Span, footage: Footage) -> tuple[Part, ...]:
    """All of a span, in order of time, by what became of it."""
    rest: tuple[Span, ...] = merge([span])
    found: list[Part] = []
    kinds: tuple[tuple[PartState, Sequence[Span]], ...] = (
        ("retrieved", footage.stored),
        ("retrieving", (*footage.coming, *footage.asked)),
        ("lost", footage.lost),
        ("retrievable", footage.there),
        ("never recorded", footage.never),
    )
    for state, spans in kinds:
        found += [Part(a, b, state) for stretch in rest for a, b in within(spans, *stretch)]
        rest = subtract(rest, spans)
    found += [Part(a, b, "not told yet") for a, b in rest if b - a >= SEAM_MS]
    return tuple(sorted(found, key=lambda part: part.start_ms))


def state_of(found: Sequence[Part]) -> tuple[RequestState, bool]:
    """A request's state by its parts, and whether that is its last word."""
    lengths: dict[PartState, int] = {}
    for part in found:
        lengths[part.state] = lengths.get(part.state, 0) + part.end_ms - part.start_ms
    if "retrieving" in lengths:
        return "retrieving", False
    if "retrievable" in lengths or "not told yet" in lengths:
        return "waiting", False
    if "retrieved" not in lengths:
        return "lost", True
    return ("partly" if lengths.get("lost", 0) >= SEAM_MS else "stored"), True


def answered(asked: Span, there: Sequence[Span], footage: Footage) -> bool:
    """Whether all of an ask that the ledger names is stored or lost by now."""
    return total_ms(subtract(within(there, *asked), merge([*footage.stored, *footage.lost]))) < SEAM_MS
