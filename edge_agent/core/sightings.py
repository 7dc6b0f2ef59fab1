"""Decides what the light detector's sightings mean for a running event: raise its class, hold it open. Pure.

Invariants, held by tests/unit/edge_agent/core/test_sightings.py:
1. What is seen once counts for nothing; seen in two of three looks it does.
2. Only who is held for (people) keeps an event open, and no longer than `still_ms` after the last motion.
3. What stands in a mask counts for nothing.
4. A vehicle that has stood in its place for `parked_ms` raises nothing any more.
"""

from dataclasses import dataclass

from shared.class_names import names_one_of
from shared.geometry import Box, Polygon, contains, iou

_LOOKS = 3
_NEEDED = 2
_SAME_PLACE_IOU = 0.7
_PLACES = 64
_FORGET_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a detector sees: its class, how sure it is (0..1), and where."""

    name: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture of a camera showed; `pts_ms` is its media time."""

    pts_ms: int
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class SightingRules:
    """What counts. `raising` classes raise an event to "gated", `holding` ones keep it open for `hold_ms`."""

    min_confidence: float = 0.5
    raising: tuple[str, ...] = ("person", "bicycle", "car", "motorcycle", "bus", "truck")
    holding: tuple[str, ...] = ("person",)
    hold_ms: int = 2_000
    still_ms: int = 300_000
    parked_ms: int = 10_000
    masks: tuple[Polygon, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something of a class stands, since when, and when it was seen there last."""

    name: str
    box: Box
    since_ms: int
    seen_ms: int


@dataclass(frozen=True, slots=True)
class SightingState:
    """The last looks of a camera (whether each had something that raises, and something that holds), and its places."""

    raising: tuple[bool, ...] = ()
    holding: tuple[bool, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What follows from a look: the event is worth more; it stays open until then (None: not for this)."""

    raises: bool
    hold_until_ms: int | None


def anew(state: SightingState) -> SightingState:
    """The state with which another event is looked at: what is parked is known, what was seen is over."""
    return SightingState(places=state.places)


def step(state: SightingState, look: Look, active_ms: int, rules: SightingRules) -> tuple[SightingState, Meaning]:
    """Advance by one look; `active_ms` is the media time of the last motion."""
    seen = [thing for thing in look.things if _counts(thing, rules)]
    places = _follow(state.places, seen, look.pts_ms)
    parked = {(place.name, place.box) for place in places if look.pts_ms - place.since_ms >= rules.parked_ms}
    holds = any(names_one_of(thing.name, rules.holding) for thing in seen)
    raises = any(
        names_one_of(thing.name, rules.raising)
        and ((thing.name, thing.box) not in parked or names_one_of(thing.name, rules.holding))
        for thing in seen
    )
    raising, holding = (*state.raising, raises)[-_LOOKS:], (*state.holding, holds)[-_LOOKS:]
    held = holds and sum(holding) >= _NEEDED and look.pts_ms - active_ms <= rules.still_ms
    meaning = Meaning(sum(raising) >= _NEEDED, look.pts_ms + rules.hold_ms if held else None)
    return SightingState(raising, holding, places), meaning


def _follow(places: tuple[Place, ...], seen: list[Thing], now_ms: int) -> tuple[Place, ...]:
    """Places with the boxes seen now; one where nothing was seen for an hour is forgotten."""
    rest = [place for place in places if now_ms - place.seen_ms <= _FORGET_MS]
    now: list[Place] = []
    for thing in seen:
        same = [place for place in rest if place.name == thing.name and iou(place.box, thing.box) >= _SAME_PLACE_IOU]
        known = max(same, key=lambda place: iou(place.box, thing.box), default=None)
        if known is not None:
            rest.remove(known)
        now.append(Place(thing.name, thing.box, now_ms if known is None else known.since_ms, now_ms))
    return (*now, *sorted(rest, key=lambda place: -place.seen_ms))[:_PLACES]


def _counts(thing: Thing, rules: SightingRules) -> bool:
    return thing.score >= rules.min_confidence and not any(contains(mask, thing.box.centre) for mask in rules.masks)
