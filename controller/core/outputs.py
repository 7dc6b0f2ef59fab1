"""Decides which siren, light or relay on the floor is on, why and until when. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_outputs.py:
1. An output is on only for an alarm that nobody has taken up and nobody silenced, of a severity,
   rule and camera that it heeds; an alarm at a place is one of every camera that saw it.
2. What is on says until when, at most `LEASE_MS` ahead: without its controller it goes off by itself.
3. Switched off by hand, it stays off until an alarm that was raised later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.kinds import SEVERITIES, Severity

LEASE_MS = 120_000
"""Told again well before, while it is to stay on."""
BY_HAND_MS = 60_000
"""How long somebody's hand keeps it on."""


@dataclass(frozen=True, slots=True)
class Output:
    """One device and what switches it on. No rules or cameras: all. `hold_ms` 0: until somebody takes the alarm up."""

    name: str
    kind: Literal["siren", "light", "relay"]
    least: Severity
    rules: frozenset[str] = frozenset()
    cameras: frozenset[str] = frozenset()
    hold_ms: int = 60_000


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody switched it at this moment."""

    on: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an output is to be. Off: everything else is empty."""

    on: bool
    reason: str = ""
    alarm: str | None = None
    severity: Severity | None = None
    until_ms: int | None = None


def decide(output: Output, alarms: Sequence[Mapping[str, Any]], hand: Hand | None, now_ms: int) -> Wanted:
    """What `output` is to be now, given the alarms that are open (states as the feed carries them)."""
    held = [(alarm, _until_ms(output, alarm)) for alarm in alarms if _heeds(output, alarm, now_ms)]
    held = [
        (alarm, until_ms)
        for alarm, until_ms in held
        if until_ms > now_ms and (hand is None or hand.on or _raised_ms(alarm) > hand.at_ms)
    ]
    if held:
        alarm, _ = max(held, key=lambda one: (SEVERITIES.index(one[0]["severity"]), one[0]["number"]))
        until_ms = min(max(until for _, until in held), now_ms + LEASE_MS)
        reason = f"alarm #{alarm['number']}: {alarm['rule_name']}"
        return Wanted(True, reason, alarm["id"], alarm["severity"], until_ms)
    if hand is not None and hand.on and hand.at_ms + BY_HAND_MS > now_ms:
        return Wanted(True, "switched on by hand", until_ms=hand.at_ms + BY_HAND_MS)
    return Wanted(False)


def due(told: Wanted | None, wanted: Wanted, now_ms: int) -> bool:
    """Whether it must be told: it differs from what was told last, or that runs out before long."""
    if told is None or told.on is not wanted.on or told.alarm != wanted.alarm:
        return True
    return wanted.on and wanted.until_ms != told.until_ms and (told.until_ms or 0) - now_ms < LEASE_MS // 2


def _heeds(output: Output, alarm: Mapping[str, Any], now_ms: int) -> bool:
    shelved = alarm.get("shelved_until")
    return (
        alarm["state"] == "raised"
        and not alarm.get("suppressed")
        and (shelved is None or _ms(shelved) <= now_ms)
        and SEVERITIES.index(alarm["severity"]) >= SEVERITIES.index(output.least)
        and _is_named(output, alarm)
        and (not output.cameras or not output.cameras.isdisjoint({alarm["camera"], *alarm.get("cameras", ())}))
    )


def _is_named(output: Output, alarm: Mapping[str, Any]) -> bool:
    """Whoever names no rule means people in danger, not a disk that fills: what is about the system is named."""
    if output.rules:
        return bool(output.rules & {alarm["rule"], alarm["rule_name"]})
    return not str(alarm["rule"]).startswith("system.")


def _until_ms(output: Output, alarm: Mapping[str, Any]) -> int:
    return 2**62 if output.hold_ms == 0 else _raised_ms(alarm) + output.hold_ms


def _raised_ms(alarm: Mapping[str, Any]) -> int:
    """Raised, or passed up because nobody answered: the device speaks again then."""
    return max(_ms(alarm["raised_at"]), _ms(alarm["escalated_at"]) if alarm.get("escalated_at") else 0)


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
