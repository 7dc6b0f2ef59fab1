"""When a siren or light is on, why and until when."""

from dataclasses import replace
from typing import Any

import pytest

from controller.core.outputs import BY_HAND_MS, LEASE_MS, Hand, Output, Wanted, decide, due
from shared.clock import to_datetime

NOW = 1_790_000_000_000
HORN = Output("horn", "siren", "high")
ALARM: dict[str, Any] = {
    "id": "a1", "number": 7, "rule": "r1", "rule_name": "lawn", "severity": "high", "state": "raised",
    "camera": "n1.yard", "raised_at": to_datetime(NOW - 10_000).isoformat(),
}  # fmt: skip


def test_an_alarm_switches_it_on_for_its_time_and_says_why() -> None:
    assert decide(HORN, [ALARM], None, NOW) == Wanted(True, "alarm #7: lawn", "a1", "high", NOW + 50_000)
    assert decide(HORN, [ALARM], None, NOW + 50_000) == Wanted(False)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "acknowledged"}, {"suppressed": True}, {"severity": "medium"},
        {"shelved_until": to_datetime(NOW + 1).isoformat()},
    ],
)  # fmt: skip
def test_what_is_taken_up_silenced_or_too_small_does_not(change: dict[str, Any]) -> None:
    assert not decide(HORN, [{**ALARM, **change}], None, NOW).on


def test_no_machine_takes_an_alarm_back() -> None:
    assert decide(HORN, [{**ALARM, "withdrawn": True}], None, NOW).on


def test_rules_and_cameras_narrow_it() -> None:
    assert decide(replace(HORN, rules=frozenset({"lawn"}), cameras=frozenset({"n1.yard"})), [ALARM], None, NOW).on
    assert not decide(replace(HORN, rules=frozenset({"gate"})), [ALARM], None, NOW).on
    elsewhere = replace(HORN, cameras=frozenset({"n2.yard"}))
    assert not decide(elsewhere, [{**ALARM, "cameras": ["n1.yard"]}], None, NOW).on
    assert decide(elsewhere, [{**ALARM, "cameras": ["n1.yard", "n2.yard"]}], None, NOW).on, "it saw it too"


def test_an_alarm_about_the_system_sounds_only_where_it_is_named() -> None:
    about = {**ALARM, "rule": "system.channel_dead", "rule_name": "channel dead"}
    assert not decide(HORN, [about], None, NOW).on
    assert decide(replace(HORN, rules=frozenset({"system.channel_dead"})), [about], None, NOW).on


def test_until_somebody_takes_it_up_it_is_told_again_and_again_and_an_escalation_speaks_anew() -> None:
    light = replace(HORN, hold_ms=0)
    first = decide(light, [ALARM], None, NOW)
    assert first.until_ms == NOW + LEASE_MS
    assert due(None, first, NOW)
    assert not due(first, decide(light, [ALARM], None, NOW + 1_000), NOW + 1_000)
    later = NOW + LEASE_MS // 2 + 1
    assert due(first, decide(light, [ALARM], None, later), later)
    assert due(first, Wanted(False), NOW)
    escalated = {**ALARM, "escalated_at": to_datetime(NOW + 300_000).isoformat()}
    assert decide(HORN, [escalated], None, NOW + 310_000).on


def test_the_gravest_is_named() -> None:
    grave = {**ALARM, "id": "a2", "number": 5, "severity": "critical"}
    assert decide(HORN, [ALARM, grave], None, NOW).alarm == "a2"


def test_a_hand_silences_until_the_next_alarm_and_tries_it_out() -> None:
    off = Hand(on=False, at_ms=NOW)
    assert not decide(HORN, [ALARM], off, NOW).on
    assert decide(HORN, [ALARM, {**ALARM, "id": "a2", "raised_at": to_datetime(NOW + 1).isoformat()}], off, NOW + 2).on
    on = Hand(on=True, at_ms=NOW)
    assert decide(HORN, [], on, NOW) == Wanted(True, "switched on by hand", until_ms=NOW + BY_HAND_MS)
    assert not decide(HORN, [], on, NOW + BY_HAND_MS).on
