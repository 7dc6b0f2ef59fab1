"""Who is told of an alarm, why and when."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.dispatch import DIGEST_MS, Notable, Planned, Subscription, Told, notable, plan
from controller.core.quiet import Quiet
from shared.errors import Rejected
from shared.kinds import SEVERITIES, Severity

NOW = 1_790_000_000_000
STATE: dict[str, Any] = {
    "id": "a1", "rule": "r1", "rule_name": "lawn", "kind": "zone_intrusion", "cause": "", "severity": "high",
    "state": "raised", "withdrawn": False, "raised_at": "2026-09-21T13:46:40+00:00",
}  # fmt: skip
ALARM = notable(STATE)
ALL = Subscription("desk", None, "low", 0)


def told_of(planned: tuple[Planned, ...]) -> list[Told]:
    return [Told(one.destination, one.why, one.severity, one.mark) for one in planned]


@pytest.mark.parametrize(
    ("severity", "at_once"), [("critical", True), ("high", True), ("medium", False), ("low", False)]
)
def test_grave_alarms_are_due_at_once_and_others_in_one_digest_a_minute(severity: Severity, at_once: bool) -> None:
    (one,) = plan(replace(ALARM, severity=severity), [ALL], [], NOW)
    assert one.digest is not at_once
    assert one.due_ms == NOW if at_once else (one.due_ms % DIGEST_MS == 0 and NOW < one.due_ms <= NOW + DIGEST_MS)


def test_a_counted_occurrence_is_not_told_again_and_a_higher_severity_is() -> None:
    first = plan(replace(ALARM, severity="medium"), [ALL], [], NOW)
    told = told_of(first)
    assert plan(replace(ALARM, severity="medium"), [ALL], told, NOW + 5_000) == ()
    assert plan(replace(ALARM, severity="low"), [ALL], told, NOW + 5_000) == ()
    (again,) = plan(replace(ALARM, severity="high"), [ALL], told, NOW + 6_000)
    assert (again.why, again.severity) == ("raised", "high")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "acknowledged"}, {"state": "resolved"}, {"suppressed": True},
        {"shelved_until": "2026-09-22T00:00:00+00:00"},
    ],
)  # fmt: skip
def test_what_is_silenced_or_taken_up_is_told_to_nobody(change: dict[str, Any]) -> None:
    assert plan(notable({**STATE, **change}), [ALL], [], NOW) == ()
    escalated = plan(notable({**STATE, **change, "escalated_at": "2026-09-21T13:50:00+00:00"}), [ALL], [], NOW)
    assert [one.why for one in escalated] == (["escalated"] if change.get("state") == "acknowledged" else [])


def test_no_machine_takes_an_alarm_back() -> None:
    assert [one.why for one in plan(notable({**STATE, "withdrawn": True}), [ALL], [], NOW)] == ["raised"]


@pytest.mark.parametrize("wrong", [{"severity": "grave"}, {"raised_at": "noon"}, {"rule": ...}, {"state": ...}])
def test_a_state_that_cannot_be_read_says_so(wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        notable({name: value for name, value in {**STATE, **wrong}.items() if value is not ...})


def test_an_escalation_is_told_once_whatever_was_told_before() -> None:
    told = told_of(plan(ALARM, [ALL], [], NOW))
    escalated = notable({**STATE, "severity": "low", "escalated_at": "2026-09-21T13:50:00+00:00"})
    (one,) = plan(escalated, [ALL], told, NOW)
    assert (one.why, one.due_ms, one.digest) == ("escalated", NOW, False)
    assert plan(escalated, [ALL], [*told, *told_of((one,))], NOW) == ()
    later = notable({**STATE, "escalated_at": "2026-09-21T14:50:00+00:00"})
    assert len(plan(later, [ALL], [*told, *told_of((one,))], NOW)) == 1


def test_a_line_for_a_rule_counts_before_the_general_one() -> None:
    general = replace(ALL, threshold="high")
    assert plan(replace(ALARM, severity="low"), [general], [], NOW) == ()
    assert len(plan(replace(ALARM, severity="low"), [general, replace(ALL, rule="lawn")], [], NOW)) == 1
    assert (
        plan(replace(ALARM, severity="critical"), [general, replace(ALL, rule="lawn", threshold="never")], [], NOW)
        == ()
    )
    away = replace(ALARM, rule="system.node_away", rule_name="node away")
    assert plan(away, [replace(ALL, rule="system.node_away", threshold="never"), ALL], [], NOW) == ()


def test_alarms_older_than_the_subscription_are_not_told() -> None:
    assert plan(ALARM, [replace(ALL, since_ms=ALARM.raised_ms + 1)], [], NOW) == ()


def test_a_destination_is_not_told_of_its_own_failing_and_others_are() -> None:
    dead = replace(ALARM, kind="channel_dead", cause="desk", rule="system.channel_dead")
    assert [one.destination for one in plan(dead, [ALL, replace(ALL, destination="boss")], [], NOW)] == ["boss"]


def test_quiet_hours_hold_back_all_but_critical_where_the_person_said_so() -> None:
    quiet = Quiet(0, 0, ZoneInfo("Asia/Seoul"))
    mine = replace(ALL, username="kim", quiet=quiet)
    (held,) = plan(ALARM, [mine], [], NOW)
    assert (held.due_ms, held.digest) == (quiet.ends_ms(NOW), True)
    critical = replace(ALARM, severity="critical")
    assert plan(critical, [mine], [], NOW)[0].due_ms == NOW
    never = replace(mine, quiet=replace(quiet, critical_through=False))
    assert plan(critical, [never], [], NOW)[0].due_ms == quiet.ends_ms(NOW)


severities = st.sampled_from(SEVERITIES)
alarms = st.builds(
    lambda severity, escalated, waits: replace(ALARM, severity=severity, escalated=escalated, waits=waits),
    severities, st.none() | st.sampled_from(["t1", "t2"]), st.booleans(),
)  # fmt: skip
lines = st.builds(
    Subscription, st.sampled_from(["desk", "boss"]), st.none() | st.just("kim"),
    st.sampled_from([*SEVERITIES, "never"]), st.just(0), st.none() | st.sampled_from(["lawn", "other"]),
)  # fmt: skip


@given(st.lists(alarms, max_size=8), st.lists(lines, max_size=6))
def test_whatever_happens_to_an_alarm_each_reason_is_told_once(
    states: list[Notable], wanted: list[Subscription]
) -> None:
    told: list[Told] = []
    for state in states:
        planned = plan(state, wanted, told, NOW)
        assert len({one.destination for one in planned}) == len(planned)
        assert state.waits or all(one.why == "escalated" for one in planned)
        told += told_of(planned)
        assert plan(state, wanted, told, NOW) == ()
    marks = [(one.destination, one.mark) for one in told if one.mark]
    assert len(set(marks)) == len(marks)
    for name in ("desk", "boss"):
        raised = [SEVERITIES.index(one.severity) for one in told if one.destination == name and one.why == "raised"]
        assert raised == sorted(set(raised))
