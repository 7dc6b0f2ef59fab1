"""The command line's words on storage."""

from typing import Any

from controller.cli.storage import foretold, lines, second_line, size
from controller.ports import State

GIB = 1 << 30
TOLD: dict[str, Any] = {
    "outlook": "fills",
    "measured_days": 7.0,
    "day_bytes": 2 * GIB,
    "limit_bytes": 100 * GIB,
    "full_in_days": 12.34,
    "level_bytes": 60 * GIB,
    "keeps_days": 50.0,
}


def state(**told: object) -> State:
    return {"retention_days": 30, "forecast": TOLD | told}


def test_each_outlook_is_a_sentence() -> None:
    pace = "2.0 GiB a day (measured over 7.0 days): "
    assert foretold(state()) == f"{pace}the disk is full in 12.3 days, at 100 GiB"
    assert foretold(state(outlook="levels")) == f"{pace}levels off near 60.0 GiB of 100 GiB"
    assert foretold(state(outlook="unbounded")) == f"{pace}levels off near 60.0 GiB; no bound is known"
    assert foretold(state(outlook="shortens", keeps_days=9.5)) == (
        f"{pace}the quota is reached in 12.3 days: from then on it keeps 9.5 days instead of 30"
    )
    assert foretold(state(outlook="young")) == "too little footage for a forecast: it takes a day"


def test_the_store_its_cameras_and_every_ring_have_a_line() -> None:
    ring = {"camera": "gate.yard", "ring_s": 600.0, "ring_bytes": 5 << 20, "reach_s": 7200.0, "full_in_s": 6600.0}
    full = {**ring, "camera": "gate.door", "full_in_s": 0.0, "short": True}
    new = {**ring, "camera": "gate.hall", "full_in_s": None, "reach_s": None, "short": False}
    node = {"node": "gate", "online": False, "disk_free_bytes": 7 * GIB, "rings": [ring | {"short": False}, full, new]}
    camera = {"camera": "gate.yard", "held_bytes": 900, "day_bytes": None}
    whole = state() | {"kind": "directory", "used_bytes": GIB, "runs": 9, "free_bytes": 3 * GIB, "cameras": [camera]}
    scrub = {
        "on": True,
        "switched_off": False,
        "stopped": False,
        "runs": 3,
        "whole_ms": None,
        "whole_runs": 0,
        "wrong": 0,
        "asked": 0,
    }
    assert list(lines(whole | {"database_bytes": 2_000_000, "nodes": [node], "scrub": scrub, "second": None})) == [
        "store (directory): 1.0 GiB in 9 runs, 3.0 GiB free",
        f"  {foretold(state())}",
        "  gate.yard: 900 B, too little for a forecast",
        "  read again: not all was read yet, 3 since",
        "database: 1.9 MiB",
        "node gate: 7.0 GiB free (offline: its last figures)",
        "  gate.yard: ring holds 10 min, 5.0 MiB; full in 1.8 h, reaches 2.0 h then",
        "  gate.door: ring holds 10 min, 5.0 MiB; full, reaches 2.0 h then, less than it must",
        "  gate.hall: ring holds 10 min, 5.0 MiB; its node cannot say yet how far it will reach",
    ]
    assert size(1023) == "1023 B"


def test_what_reading_again_has_found_is_said() -> None:
    whole = state() | {"kind": "s3", "used_bytes": 1, "runs": 9, "free_bytes": None, "cameras": [], "nodes": []}
    found = {
        "on": True,
        "switched_off": False,
        "runs": 0,
        "whole_ms": 0,
        "whole_runs": 9,
        "wrong": 50,
        "asked": 2,
        "stopped": True,
    }

    def said(**changes: Any) -> str:
        return list(lines(whole | {"database_bytes": 1, "scrub": found | changes, "second": None}))[2]

    assert said() == (
        "  read again: all 9 runs read by 1970-01-01; 50 WRONG, 2 asked of their nodes again; "
        "STOPPED: is it the right store?"
    )
    assert said(wrong=0, stopped=False) == "  read again: all 9 runs read by 1970-01-01"
    assert said(wrong=0, stopped=False, whole_runs=0) == "  read again: there was nothing to read by 1970-01-01"
    assert said(on=False, switched_off=True).endswith("switched off (`cctv feature set scrub on`)")
    assert said(on=False) == "  what is stored is not read again: store.scrub_day_bytes is 0"


def test_what_the_second_store_has_and_what_is_wrong_with_it_is_said() -> None:
    found: State = {
        "kind": "s3", "runs": 3, "used_bytes": 5 << 20, "waiting_runs": 2, "waiting_bytes": 1 << 20, "fault": None,
        "since_ms": None,
    }  # fmt: skip
    assert second_line(found) == "second store (s3): 5.0 MiB in 3 runs, 1.0 MiB in 2 runs wait to move"
    assert second_line(found | {"fault": "full", "since_ms": 0}).endswith("; it is FULL since 1970-01-01 00:00 UTC")
    assert second_line(found | {"kind": None}).endswith("OUT OF REACH")
