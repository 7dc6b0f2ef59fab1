"""Decides who is told of an alarm, why and when. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_dispatch.py:
1. A destination is told of an alarm once; again only when its severity has grown or it was escalated.
2. High and critical are due at once; medium and low at the end of the minute, in one digest.
3. What is silenced (shelved, or suppressed by maintenance) or resolved is told to nobody; what is taken up by
   somebody only when it is escalated.
4. In quiet hours a message waits for their end; critical breaks through where the person said so.
5. A destination is not told of its own failing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from controller.core.quiet import Quiet
from controller.core.unreadable import UNREADABLE
from shared.errors import Rejected
from shared.kinds import OPEN_STATES, SEVERITIES, Severity

Why = Literal["raised", "escalated", "test"]
Threshold = Severity | Literal["never"]

DIGEST_MS = 60_000
"""Medium and low wait for the end of a stretch of this length."""
_AT_ONCE: tuple[Severity, ...] = ("high", "critical")


@dataclass(frozen=True, slots=True)
class Notable:
    """An alarm as far as telling it needs it."""

    id: str
    rule: str
    rule_name: str
    kind: str
    cause: str
    severity: Severity
    waits: bool  # nobody has taken it up
    open: bool
    silenced: bool  # by maintenance
    shelved_ms: int | None  # until when
    escalated: str | None  # when it was last escalated
    raised_ms: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a destination wants to be told of. No rule: everything that no other line of the same person names."""

    destination: str
    username: str | None  # whose quiet hours count; none: the site's own
    threshold: Threshold
    since_ms: int
    rule: str | None = None
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A message about the alarm that was planned before. `mark`: which escalation it was about."""

    destination: str
    why: Why
    severity: Severity
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that is to be sent."""

    destination: str
    why: Why
    severity: Severity
    due_ms: int
    digest: bool
    mark: str = ""


def notable(state: Mapping[str, Any]) -> Notable:
    """What counts of an alarm's state as the feed carries it; keys that are not there yet do not count.

    `Rejected`: it cannot be read.
    """
    try:
        return _notable(state)
    except UNREADABLE as fault:
        raise Rejected("alarm", f"its state cannot be read: {fault!r}"[:200]) from None


def _notable(state: Mapping[str, Any]) -> Notable:
    escalated, shelved = state.get("escalated_at"), state.get("shelved_until")
    return Notable(
        id=state["id"],
        rule=state["rule"],
        rule_name=state["rule_name"],
        kind=state["kind"],
        cause=state.get("cause", ""),
        severity=SEVERITIES[SEVERITIES.index(state["severity"])],
        waits=state["state"] == "raised",
        open=state["state"] in OPEN_STATES,
        silenced=bool(state.get("suppressed")),
        shelved_ms=None if shelved is None else _ms(str(shelved)),
        escalated=None if escalated is None else str(escalated),
        raised_ms=_ms(state["raised_at"]),
    )


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def plan(
    alarm: Notable, subscriptions: Sequence[Subscription], told: Sequence[Told], now_ms: int
) -> tuple[Planned, ...]:
    """The messages that `alarm` is due now, at most one for each destination."""
    if alarm.silenced or not alarm.open or (alarm.shelved_ms or 0) > now_ms:
        return ()
    found: dict[str, Planned] = {}
    for line in _in_force(alarm, subscriptions):
        if alarm.kind == "channel_dead" and alarm.cause == line.destination:
            continue
        why = _why(alarm, line, [one for one in told if one.destination == line.destination])
        if why is None:
            continue
        due_ms, digest = _when(alarm.severity, why, line.quiet, now_ms)
        mark = (alarm.escalated or "") if why == "escalated" else ""
        known = found.get(line.destination)
        if known is None or due_ms < known.due_ms:
            found[line.destination] = Planned(line.destination, why, alarm.severity, due_ms, digest, mark)
    return tuple(found.values())


def _in_force(alarm: Notable, subscriptions: Sequence[Subscription]) -> list[Subscription]:
    """The lines that say something of this alarm: of one person's for one destination, the more exact."""
    naming = [line for line in subscriptions if line.rule is not None and line.rule in {alarm.rule_name, alarm.rule}]
    named = {(line.destination, line.username) for line in naming}
    rest = [line for line in subscriptions if line.rule is None and (line.destination, line.username) not in named]
    return [line for line in (*naming, *rest) if _wanted(line.threshold, alarm.severity)]


def _wanted(threshold: Threshold, severity: Severity) -> bool:
    return threshold != "never" and SEVERITIES.index(severity) >= SEVERITIES.index(threshold)


def _why(alarm: Notable, line: Subscription, told: Sequence[Told]) -> Why | None:
    """The reason to tell a destination, given what it was told before; None: there is none."""
    if alarm.escalated is not None and not any(one.mark == alarm.escalated for one in told):
        return "escalated"
    if not alarm.waits:
        return None
    known = [SEVERITIES.index(one.severity) for one in told]
    if not known:
        return "raised" if alarm.raised_ms >= line.since_ms else None
    return "raised" if SEVERITIES.index(alarm.severity) > max(known) else None


def _when(severity: Severity, why: Why, quiet: Quiet | None, now_ms: int) -> tuple[int, bool]:
    """When a message is due, and whether it may share a digest."""
    silent_ms = None if quiet is None else quiet.ends_ms(now_ms)
    if silent_ms is not None and not (severity == "critical" and quiet is not None and quiet.critical_through):
        return silent_ms, True
    if why == "escalated" or severity in _AT_ONCE:
        return now_ms, False
    return (now_ms // DIGEST_MS + 1) * DIGEST_MS, True
