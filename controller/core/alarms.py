"""Decides whether an occurrence is one that is known, joins an alarm, or raises a new one. Pure.

Invariants, held by tests/unit/controller/core/test_alarms.py:
1. Judging the same situation again changes no count: an overlapping occurrence is the known one.
2. A higher severity, another zone, camera or rule never joins.
3. Within the cooldown of an alarm's raising the next occurrence joins it; counted from the raising, so that a
   condition that keeps coming back raises again.
4. An alarm that a person resolved takes no new occurrence, only another look at one that it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.records import CLEAR_MS, Occurrence, OpenAlarm
from shared.ids import AlarmId
from shared.kinds import SEVERITIES

UNSEEN_MS = 30_000
"""How long an occurrence that nobody saw end is believed to last after the last judged frame."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where an occurrence belongs. No alarm: raise one. `same_as`: that known occurrence, seen again."""

    alarm: AlarmId | None
    same_as: str | None = None


def match(occurrence: Occurrence, alarms: Sequence[OpenAlarm]) -> Match:
    """Find the alarm among `alarms` (any order) that `occurrence` belongs to."""
    fitting = [alarm for alarm in alarms if _fits(occurrence, alarm)]
    best: tuple[int, Match] | None = None
    for alarm in fitting:
        for known, start_ms, end_ms in alarm.occurrences:
            overlap = _overlap_ms(occurrence, start_ms, end_ms)
            if overlap is not None and (best is None or overlap > best[0]):
                best = (overlap, Match(alarm.id, known))
    if best is not None:
        return best[1]
    cooldown_ms = round(occurrence.rule.cooldown_s * 1000)
    near = [
        alarm
        for alarm in fitting
        if alarm.state != "resolved" and abs(occurrence.condition_ms - alarm.raised_ms) <= cooldown_ms
    ]
    if near:
        return Match(max(near, key=lambda alarm: (alarm.raised_ms, alarm.id)).id)
    return Match(None)


def _fits(occurrence: Occurrence, alarm: OpenAlarm) -> bool:
    return (
        alarm.rule == occurrence.rule.id
        and alarm.camera == occurrence.camera
        and alarm.zone_name == occurrence.rule.zone_name
        and SEVERITIES.index(occurrence.rule.severity) <= SEVERITIES.index(alarm.severity)
    )


def _overlap_ms(occurrence: Occurrence, start_ms: int, end_ms: int | None) -> int | None:
    """Common time in ms, negative down to the clear time between two that are one; None: two situations."""
    mine = occurrence.condition_ms if occurrence.end_ms is None else occurrence.end_ms
    theirs = mine if end_ms is None else end_ms
    overlap = min(max(mine, occurrence.start_ms), max(theirs, start_ms)) - max(occurrence.start_ms, start_ms)
    return overlap if overlap > -CLEAR_MS else None
