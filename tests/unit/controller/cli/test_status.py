"""The command line's words on the machine room."""

import json
from pathlib import Path
from typing import Any

import pytest

from controller.app.machine import Told, resting_roles
from controller.app.site import prepare_site
from controller.cli.status import all_there, lines
from controller.core.queues import JobLoad, QueueLoad
from controller.ports import State

STATE: dict[str, Any] = {
    "version": "1.2",
    "gpus": [{"name": "H", "memory_used_bytes": 1 << 30, "memory_total_bytes": 80 << 30, "busy": 0.25}],
    "judged_s": 12.34,
    "broker": {"connected": True, "clients": 4, "received": 1234, "sent": None, "retained": 9},
    "store": {"kind": "s3", "reachable": True, "latency_ms": 5, "free_bytes": None, "quota_bytes": 1 << 40},
    "database": {"reachable": True, "latency_ms": 1, "size_bytes": 2048, "slowest_ms": 31, "slowest": "SELECT event"},
    "processes": [{"name": "api", "pid": 7, "cpu": 0.5, "memory_bytes": 1 << 20, "uptime_s": 7200.0}],
}

RESTING = {"ingest": "down", "relay": "starting", "worker": "frozen"}
BACKUP: State = {
    "nightly": True, "late": True, "good_ms": 1_769_000_000_000, "good_bytes": 2048, "failed_ms": 1_769_090_000_000,
    "failed_why": "target_full",
}  # fmt: skip


def told(**changed: object) -> list[str]:
    state: State = STATE | changed
    return list(lines(Told(state, JobLoad((QueueLoad("ended", 0, 2, 65.0),)), BACKUP)))


def test_everything_has_a_line() -> None:
    assert told() == [
        "version 1.2",
        "gpu H: busy 25 %, memory 1.0 GiB of 80.0 GiB",
        "verification: 12.3 pictures/s over five minutes; 2 waiting, the oldest for 65 s",
        "broker: connected; clients 4, received 1,234, sent not known, retained 9",
        "store (s3): answers in 5 ms; free not known, quota 1.0 TiB",
        "database: answers in 1 ms; 2.0 KiB; slowest 31 ms (SELECT event)",
        "backup of the site: good of 2026-01-21 12:53 UTC, 2.0 KiB; TOO OLD; FAILED 2026-01-22 13:53 UTC (target_full)",
        "api (pid 7): cpu 50 %, memory 1.0 MiB, up 2.0 h",
    ]


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    away = {"reachable": False, "latency_ms": None, "size_bytes": None, "slowest_ms": None, "slowest": ""}
    gone = {"name": "api", "pid": 7, "cpu": None, "memory_bytes": None, "uptime_s": None}
    found = list(lines(Told(STATE | {"gpus": [], "judged_s": None, "database": away, "processes": [gone]})))
    assert found[1:3] == ["gpu: none, the CPU judges", "verification: not known; queue not known"]
    assert found[5:] == [
        "database: NOT REACHABLE; not known",
        "backup of the site: not known",
        "api (pid 7): cpu not known, memory not known, up not known",
    ]
    blind = {"name": "H", "memory_used_bytes": None, "memory_total_bytes": None, "busy": None}
    assert told(gpus=None)[1] == "gpu: not known"
    assert told(gpus=[blind])[1] == "gpu H: busy not known, memory not known"
    assert told(processes=[])[-1] == "processes: none is supervised on this machine"


@pytest.mark.parametrize(
    ("second", "says", "well"),
    [
        ({}, "2.0 KiB in 3 runs, 1.0 KiB in 1 runs wait to move", True),
        ({"fault": "full"}, "FULL", True),
        ({"fault": "away"}, "DOES NOT ANSWER", False),
        ({"kind": None}, "OUT OF REACH", False),
    ],
)
def test_a_second_store_has_a_line_and_one_that_is_away_counts(second: State, says: str, well: bool) -> None:
    known = {
        "kind": "directory", "runs": 3, "used_bytes": 2048, "waiting_runs": 1, "waiting_bytes": 1024,
        "moved_ms": 1_769_000_000_000, "fault": None, "since_ms": None,
    }  # fmt: skip
    found = Told(STATE, None, None, known | second)
    line = list(lines(found))[5]
    assert line.startswith("second store")
    assert says in line
    assert all_there(found) is well


def test_a_supervised_role_that_does_not_run_is_named(tmp_path: Path) -> None:
    site = prepare_site(tmp_path)
    assert resting_roles(site) == [], "nobody supervises here"
    told = [{"name": "api", "state": "running", "restarts": 0, "pid": 7}]
    told += [{"name": name, "state": state, "restarts": 3, "pid": None} for name, state in RESTING.items()]
    site.roles_file.write_text(json.dumps(told))
    assert resting_roles(site) == list(RESTING)
