"""Decides whether an occurrence is one that is known, joins an alarm, or raises a new one. Pure.

Invariants, held by tests/unit/controller/core/test_alarms.py:
1. Judging the same situation again changes no count: an overlapping occurrence on the same camera is the known one.
2. A higher severity, another zone or rule never joins; another camera only at the same named place.
3. Within the cooldown of an alarm's raising the next occurrence joins it; counted from the raising, so that a
   condition that keeps coming back raises again.
4. An alarm that a person resolved takes no new occurrence, only another look at one that it has.
5. At a place, who is seen by one camera after the other is one situation, for `SITUATION_MS` after the raising.
6. While an alarm is shelved, what would raise the same again joins it.
7. What an alarm says of itself follows from its occurrences alone, in whatever order they came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.core.records import CLEAR_MS, KnownSpan, Occurrence, OpenAlarm
from shared.ids import AlarmId
from shared.kinds import SEVERITIES

UNSEEN_MS = 30_000
"""How long an occurrence that nobody saw end is believed to last after the last judged frame."""
SITUATION_MS = 600_000
"""How far from an alarm's raising other cameras of its place carry its situation on; then it is a new alarm."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where an occurrence belongs. No alarm: raise one. `same_as`: that known occurrence, seen again."""

    alarm: AlarmId | None
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One occurrence as far as its alarm's figures need it."""

    id: str
    camera: str | None
    condition_ms: int
    end_ms: int | None
    confidence: float
    same_as: str | None
    pictured: bool
    numbers: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What an alarm says of its occurrences."""

    occurrences: int  # another look at one is none
    end_ms: int | None  # None: one lasts
    confidence: float
    pictured: bool
    cameras: tuple[str, ...]
    numbers: Mapping[str, Any] | None  # why the newest counted one fired


def figures(happened: Sequence[Happened]) -> Figures:
    """The figures of an alarm with these occurrences, at least one."""
    counted = [one for one in happened if one.same_as is None]
    newest = max(counted, key=lambda one: (one.condition_ms, one.id), default=None)
    ends = [one.end_ms for one in happened if one.end_ms is not None]
    return Figures(
        occurrences=len(counted),
        end_ms=max(ends) if len(ends) == len(happened) else None,
        confidence=max(one.confidence for one in happened),
        pictured=any(one.pictured for one in happened),
        cameras=tuple(sorted({one.camera for one in happened if one.camera is not None})),
        numbers=None if newest is None else newest.numbers or None,
    )


def match(occurrence: Occurrence, alarms: Sequence[OpenAlarm]) -> Match:
    """Find the alarm among `alarms` (any order) that `occurrence` belongs to."""
    fitting = [alarm for alarm in alarms if _fits(occurrence, alarm)]
    best: tuple[int, Match] | None = None
    for alarm in fitting:
        for known in alarm.occurrences:
            overlap = _overlap_ms(occurrence, known) if known.camera == occurrence.camera else None
            if overlap is not None and (best is None or overlap > best[0]):
                best = (overlap, Match(alarm.id, known.occurrence))
    if best is not None:
        return best[1]
    joined = [alarm for alarm in fitting if alarm.state != "resolved" and _joins(occurrence, alarm)]
    if joined:
        return Match(max(joined, key=lambda alarm: (alarm.raised_ms, alarm.id)).id)
    return Match(None)


def _fits(occurrence: Occurrence, alarm: OpenAlarm) -> bool:
    rule = occurrence.rule
    here = alarm.camera == occurrence.camera or any(known.camera == occurrence.camera for known in alarm.occurrences)
    return (
        ((here and alarm.rule == rule.id) or _same_place(occurrence, alarm))
        and alarm.zone_name == rule.zone_name
        and SEVERITIES.index(rule.severity) <= SEVERITIES.index(alarm.severity)
    )


def _same_place(occurrence: Occurrence, alarm: OpenAlarm) -> bool:
    """Whether both are about one rule, by id or by name, at one place that the site has named."""
    rule = occurrence.rule
    named_alike = alarm.rule_name == rule.name and alarm.kind == rule.kind
    return rule.place is not None and alarm.place == rule.place and (alarm.rule == rule.id or named_alike)


def _joins(occurrence: Occurrence, alarm: OpenAlarm) -> bool:
    after_ms = occurrence.condition_ms - alarm.raised_ms
    if abs(after_ms) <= round(occurrence.rule.cooldown_s * 1000):
        return True
    if alarm.shelved_until_ms is not None and 0 <= after_ms <= alarm.shelved_until_ms - alarm.raised_ms:
        return True
    return abs(after_ms) <= SITUATION_MS and _handed_over(occurrence, alarm)


def _handed_over(occurrence: Occurrence, alarm: OpenAlarm) -> bool:
    """Whether another camera of the place saw somebody at the same time, or less than the cooldown away from it."""
    if not _same_place(occurrence, alarm):
        return False
    reach_ms = max(CLEAR_MS, round(occurrence.rule.cooldown_s * 1000))
    return any(
        known.camera != occurrence.camera and _gap_ms(occurrence, known) <= reach_ms for known in alarm.occurrences
    )


def _gap_ms(occurrence: Occurrence, known: KnownSpan) -> int:
    """Time between the two, 0 where they touch or overlap. What lasts reaches as far as the other."""
    mine_ms = occurrence.condition_ms if occurrence.end_ms is None else occurrence.end_ms
    theirs_ms = max(known.start_ms, mine_ms) if known.end_ms is None else known.end_ms
    return max(0, occurrence.start_ms - theirs_ms, known.start_ms - mine_ms)


def _overlap_ms(occurrence: Occurrence, known: KnownSpan) -> int | None:
    """Common time in ms, negative down to the clear time between two that are one; None: two situations."""
    mine = occurrence.condition_ms if occurrence.end_ms is None else occurrence.end_ms
    theirs = mine if known.end_ms is None else known.end_ms
    latest_start = max(occurrence.start_ms, known.start_ms)
    overlap = min(max(mine, occurrence.start_ms), max(theirs, known.start_ms)) - latest_start
    return overlap if overlap > -CLEAR_MS else None
