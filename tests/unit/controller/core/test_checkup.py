"""What is well is said to be, what is not says what to do, and nothing that the site complains of is left out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from controller.cli.doctor import lines
from controller.core.checkup import LEASES, Finding, Known, findings, reach, schema, worst
from controller.core.conditions import Condition, Key
from shared.ids import CameraId, NodeId
from shared.texts import say

NODE: dict[str, Any] = {
    "id": "gate",
    "state": "online",
    "enabled": True,
    "version": "0.2.0",
    "health": {"certificate_days": 400.0, "temperature_c": 50.0, "outbox_oldest_s": 0, "clock_synchronised": True},
    "last_seen_at": datetime(2026, 11, 1, tzinfo=UTC),
    "cameras": ["gate.yard"],
}
MACHINE: dict[str, Any] = {
    "version": "0.2.0",
    "database": {"reachable": True, "latency_ms": 1},
    "store": {"reachable": True, "latency_ms": 2},
    "broker": {"connected": True},
}
WELL = Known("0.2.0", [NODE], {}, tuple(LEASES), 0, 3, None, nightly_backup=True)


def wrong(known: Known) -> list[tuple[str, str, str]]:
    return [(one.level, one.what, one.text) for one in findings(known) if one.level != "ok"]


def test_a_site_that_is_well_says_so_of_each_part() -> None:
    found = findings(WELL)
    assert {one.level for one in found} == {"ok"}
    assert [one.what for one in found] == ["roles", "verification", "backup", "certificate", "node gate"]
    assert list(lines(found))[-2:] == ["ok    node gate: online, 0.2.0, 1 cameras", "0 failing, 0 to look at, 5 well"]


def test_what_everything_leans_on_is_looked_at_first() -> None:
    assert [one.level for one in reach(MACHINE)] == ["ok", "ok", "ok"]
    away = {"database": {"reachable": False}, "store": {"reachable": False}, "broker": {"connected": False}}
    assert [(one.what, one.level) for one in reach(away)] == [
        ("database", "fail"),
        ("store", "fail"),
        ("broker", "fail"),
    ]
    assert (schema("0100", "0100").level, schema("0099", "0100").level, schema(None, "0100").level) == (
        "ok",
        "fail",
        "fail",
    )
    assert "cctv migrate" in schema("0099", "0100").text


@pytest.mark.parametrize("lease", LEASES)
def test_work_that_nobody_does_is_a_failure(lease: str) -> None:
    ((level, what, text),) = wrong(replace(WELL, held=set(LEASES) - {lease}))
    assert (level, what) == ("fail", lease)
    assert LEASES[lease] in text
    assert "cctv status" in text


def test_every_condition_of_the_site_is_there_with_its_remedy() -> None:
    full, away = say("alarm_store_filling", days=3, day_mib=9), say("alarm_node_away", node="gate", cameras="yard")
    stalled, hot = say("alarm_camera_stalled"), say("alarm_power_weak")
    conditions = {
        Key("store_filling"): Condition(full),
        Key("node_away", node=NodeId("gate")): Condition(away),
        Key("camera_stalled", node=NodeId("gate"), camera=CameraId("gate.yard")): Condition(stalled),
        Key("node_trouble", "power", NodeId("gate")): Condition(hot),
    }
    assert wrong(replace(WELL, conditions=conditions)) == [
        ("warn", "store_filling", full),
        ("fail", "node gate", away),
        ("fail", "node gate, camera yard", stalled),
        ("warn", "node gate", hot),
    ]
    failing = {Key("backup_failing"): Condition(say("alarm_site_backup_none"))}
    assert [what for _, what, _ in wrong(replace(WELL, conditions=failing))] == ["backup_failing"]
    assert not [one for one in findings(replace(WELL, conditions=failing)) if one.what == "backup"]


@pytest.mark.parametrize(
    ("changed", "level", "told"),
    [
        ({"own_certificate_days": 3.0}, "warn", "its own certificate ends in 3 days"),
        ({"certificate_days": 3.0}, "warn", "certificate ends in 3 days"),
        ({"temperature_c": 85.0}, "warn", "85 °C"),
        ({"outbox_oldest_s": 900}, "warn", "for 15 min"),
        ({"clock_synchronised": False}, "warn", "chronyc sources"),
        ({"stands_still": ["recorder"]}, "fail", "cctv node tell gate restart-agent"),
    ],
)
def test_what_a_node_says_of_itself_is_there(changed: dict[str, Any], level: str, told: str) -> None:
    ((found, what, text),) = wrong(replace(WELL, nodes=[{**NODE, "health": {**NODE["health"], **changed}}]))
    assert (found, what) == (level, "node gate")
    assert told in text
    assert not wrong(replace(WELL, nodes=[{**NODE, "state": "offline", "health": changed}])), "its last words are old"


def test_versions_invitations_parked_work_and_what_is_switched_off() -> None:
    ((_, _, text),) = wrong(replace(WELL, version="0.3.0"))
    assert "0.2.0, older than 0.3.0" in text
    ((_, _, text),) = wrong(replace(WELL, nodes=[{**NODE, "last_seen_at": None, "version": ""}]))
    assert "cctv node waiting" in text
    assert not wrong(replace(WELL, version="0.3.0", nodes=[{**NODE, "enabled": False}]))
    known = replace(WELL, parked=2, nightly_backup=False, certificates=say("alarm_worker_away"))
    assert [(level, what) for level, what, _ in wrong(known)] == [
        ("warn", "queue"),
        ("warn", "backup"),
        ("warn", "certificate"),
    ]


def test_the_worst_is_what_the_command_ends_with() -> None:
    assert worst([]) == "ok"
    assert worst([Finding("a", "ok", ""), Finding("b", "warn", "")]) == "warn"
    assert worst([Finding("a", "fail", ""), Finding("b", "warn", "")]) == "fail"
