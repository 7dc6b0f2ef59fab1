"""Decides when a condition is an alarm and when it is over. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_watch.py:
1. A condition is a situation once it has held for its grace; looks at it that find it well for less than `CLEAR_MS`
   interrupt neither the grace nor the situation.
2. While a situation stands, nothing begins it again; it ends once.
3. What is out of sight begins nothing and ends nothing, and whoever begins to see grants the whole grace again.
4. A kind that is switched off begins nothing, and what stood of it ends.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from controller.core.conditions import Condition, DeadChannel, FailingBackup, Key, NodeSigns, Seen
from controller.core.losses import Missed
from controller.core.records import SystemKind, Watched
from shared.ids import AlarmId, CameraId
from shared.kinds import Severity

CLEAR_MS = 10_000
"""How long all must be well before a situation is over."""
AGAIN_MS = 600_000
"""Back within this time after its end, a situation is one more occurrence of its alarm, unless that was resolved."""
TOUCHING_MS = 60_000
"""Lost footage nearer than this to other lost footage is one stretch."""


@dataclass(frozen=True, slots=True)
class Tampering:
    """A node's word on a view that is or was tampered with, at one revision."""

    id: str
    camera: CameraId
    rev: int
    kind: str
    start_ms: int
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Footage that was due and will never come: a run at one revision, or a span that its node no longer has."""

    id: str
    camera: CameraId
    rev: int
    start_ms: int
    end_ms: int
    reason: str
    asked: bool = False  # a span that back-fill asked for; it has no revisions


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the database shows of the system: nodes, what stands, and facts that nobody looked at yet."""

    hearing: bool
    nodes: tuple[NodeSigns, ...]
    standing: frozenset[Key]
    tampers: tuple[Tampering, ...] = ()
    lost: tuple[Lost, ...] = ()
    watched: tuple[Watched, ...] = ()
    dead: tuple[DeadChannel, ...] = ()
    missed: tuple[Missed, ...] = ()
    backups: tuple[FailingBackup, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site wants to be told of, how soon, how loudly."""

    on: bool
    severity: Severity
    grace_ms: int = 0


@dataclass(frozen=True, slots=True)
class Begin:
    """A situation begins: `start_ms`: its condition did; `raised_ms`: it has lasted for its grace."""

    key: Key
    start_ms: int
    raised_ms: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class End:
    """A situation is over since `end_ms`."""

    key: Key
    end_ms: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What must be known from one look to the next; nothing of it is needed for what stands already."""

    bad_ms: Mapping[Key, int] = field(default_factory=dict)  # first seen wrong
    well_ms: Mapping[Key, int] = field(default_factory=dict)  # first seen well after that
    hearing_ms: int | None = None  # nodes are heard since


def step(
    memory: Memory, seen: Seen, standing: Collection[Key], policies: Mapping[SystemKind, Policy], now_ms: int
) -> tuple[Memory, tuple[Begin | End, ...]]:
    """One look: what is to be remembered, and what changes. `standing`: situations that have begun and not ended."""
    changes: list[Begin | End] = []
    bad: dict[Key, int] = {}
    well: dict[Key, int] = {}
    hearing_ms = (now_ms if memory.hearing_ms is None else memory.hearing_ms) if seen.hearing else None
    for key in [*standing, *(key for key in {**memory.bad_ms, **seen.conditions} if key not in standing)]:
        policy = policies[key.kind]
        condition = seen.conditions.get(key) if policy.on else None
        if policy.on and seen.out_of_sight(key):
            continue
        if condition is not None:
            first_ms = memory.bad_ms.get(key, now_ms)
            start_ms = first_ms if condition.since_ms is None else min(first_ms, condition.since_ms)
            bad[key] = first_ms
            if key not in standing and now_ms - _counted_from(key, start_ms, hearing_ms) >= policy.grace_ms:
                changes.append(Begin(key, start_ms, now_ms, condition))
        elif key in standing or (key in memory.bad_ms and policy.on):
            well[key] = well_ms = memory.well_ms.get(key, now_ms)
            if now_ms - well_ms < CLEAR_MS and policy.on:
                bad |= {key: memory.bad_ms[key]} if key in memory.bad_ms else {}
            elif key in standing:
                changes.append(End(key, well_ms))
    return Memory(bad, well, hearing_ms), tuple(changes)


def _counted_from(key: Key, start_ms: int, hearing_ms: int | None) -> int:
    """A node's silence counts only for as long as it could have been heard."""
    return max(start_ms, hearing_ms or 0) if key.kind == "node_away" else start_ms


@dataclass(frozen=True, slots=True)
class KnownAlarm:
    """An alarm of one key as far as placing needs it; spans: occurrence, start_ms, end_ms (none: it lasts)."""

    id: AlarmId
    resolved: bool
    spans: tuple[tuple[str, int, int | None], ...]


def home(alarms: Sequence[KnownAlarm], start_ms: int) -> AlarmId | None:
    """The alarm that a situation which began at `start_ms` is one more occurrence of; None: raise one."""
    fitting = [
        (start, alarm.id)
        for alarm in alarms
        if not alarm.resolved
        for _, start, end in alarm.spans
        if start - AGAIN_MS <= start_ms and (end is None or start_ms - end <= AGAIN_MS)
    ]
    return max(fitting)[1] if fitting else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where lost footage belongs. `occurrence`: the known stretch that it widens to (start_ms, end_ms)."""

    alarm: AlarmId | None
    start_ms: int
    end_ms: int
    occurrence: str | None = None


def stretch(alarms: Sequence[KnownAlarm], start_ms: int, end_ms: int) -> Stretch | None:
    """Place footage lost in [start_ms, end_ms); None: all of it is known already, so that nothing is told twice."""
    for alarm in alarms:
        for _, known_ms, until_ms in alarm.spans:
            if known_ms <= start_ms and end_ms <= (until_ms or known_ms):
                return None
    for alarm in alarms:
        for occurrence, known_ms, until_ms in alarm.spans:
            last_ms = until_ms or known_ms
            if not alarm.resolved and start_ms - last_ms <= TOUCHING_MS and known_ms - end_ms <= TOUCHING_MS:
                return Stretch(alarm.id, min(start_ms, known_ms), max(end_ms, last_ms), occurrence)
    return Stretch(home(alarms, start_ms), start_ms, end_ms)
