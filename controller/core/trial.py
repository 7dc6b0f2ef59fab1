"""Compares what rules would have alarmed with what other rules would have: new, gone, the same. Pure.

Invariants, held by tests/unit/controller/core/test_trial.py:
1. Rules compared with themselves change nothing: every alarm is the same.
2. Each alarm of the tried rules is new or the same; each of the others that none of them matches is gone.
3. Exchanging the two sides exchanges new and gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from controller.core.alarms import match
from controller.core.records import Occurrence, OpenAlarm, Rule
from shared.ids import AlarmId, CameraId

Change = Literal["new", "gone", "same"]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm as the controller would raise it, with the occurrences that its cooldown joined to it."""

    rule: Rule
    camera: CameraId
    start_ms: int  # the first condition began
    raised_ms: int  # it had held for the rule's persistence
    end_ms: int  # the last occurrence's end
    confidence: float
    track_ids: tuple[int, ...]
    occurrences: int
    numbers: tuple[tuple[str, float], ...] = ()  # why the first one fired


@dataclass(frozen=True, slots=True)
class Changed:
    """An alarm, and what trying the rules changes about it."""

    change: Change
    alarm: Raised


def merged(occurrences: Iterable[Occurrence]) -> tuple[Raised, ...]:
    """Occurrences as the controller would raise them: within the cooldown they join the alarm before."""
    alarms: list[list[Occurrence]] = []
    newest: dict[tuple[str, str], tuple[OpenAlarm, list[Occurrence]]] = {}
    for occurrence in sorted(occurrences, key=lambda o: (o.condition_ms, o.start_ms, o.rule.id)):
        key = (occurrence.rule.id, occurrence.camera)
        last = newest.get(key)
        if last is not None and match(occurrence, [last[0]]).alarm is not None:
            last[1].append(occurrence)
            continue
        members = [occurrence]
        newest[key] = (_as_open(occurrence), members)
        alarms.append(members)
    return tuple(_raised(members) for members in alarms)


def compare(tried: Sequence[Raised], others: Sequence[Raised]) -> tuple[Changed, ...]:
    """What `tried` has and `others` has not, and the reverse, in the order of their time.

    Two alarms are the same when rules of one name and kind raised them on one camera at overlapping times.
    """
    theirs = _by_rule(others)
    mine = _by_rule(tried)
    changes = [Changed("same" if _matched(alarm, theirs) else "new", alarm) for alarm in tried]
    changes += [Changed("gone", alarm) for alarm in others if not _matched(alarm, mine)]
    return tuple(sorted(changes, key=lambda c: (c.alarm.raised_ms, c.alarm.rule.name, c.alarm.camera, c.change)))


def _by_rule(alarms: Iterable[Raised]) -> dict[tuple[str, str, str], list[Raised]]:
    found: dict[tuple[str, str, str], list[Raised]] = defaultdict(list)
    for alarm in alarms:
        found[_identity(alarm)].append(alarm)
    return found


def _identity(alarm: Raised) -> tuple[str, str, str]:
    return alarm.rule.name, alarm.rule.kind, alarm.camera


def _matched(alarm: Raised, others: dict[tuple[str, str, str], list[Raised]]) -> bool:
    return any(
        other.start_ms <= alarm.end_ms and alarm.start_ms <= other.end_ms for other in others.get(_identity(alarm), ())
    )


def _as_open(occurrence: Occurrence) -> OpenAlarm:
    rule = occurrence.rule
    return OpenAlarm(
        id=AlarmId(occurrence.id),
        rule=rule.id,
        camera=occurrence.camera,
        zone_name=rule.zone_name,
        severity=rule.severity,
        raised_ms=occurrence.condition_ms,
        state="raised",
    )


def _raised(members: Sequence[Occurrence]) -> Raised:
    first = members[0]
    return Raised(
        rule=first.rule,
        camera=first.camera,
        start_ms=min(o.start_ms for o in members),
        raised_ms=first.condition_ms,
        end_ms=max(o.condition_ms if o.end_ms is None else o.end_ms for o in members),
        confidence=max(o.confidence for o in members),
        track_ids=tuple(sorted({track for o in members for track in o.track_ids})),
        occurrences=len(members),
        numbers=first.numbers,
    )
