"""Decides what is wrong with a node, and whether it fails at its work: recording. Pure.

Invariants, held by tests/unit/edge_agent/core/test_node_health.py:
1. A node that records is healthy, whatever became of broker, controller and network.
2. A node fails as soon as one of its cameras does, or its disk is full.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from edge_agent.core.camera_health import is_stalled
from edge_agent.core.media import CameraSigns
from edge_agent.core.node_state import CameraReport, NodeState
from shared.node_bounds import CERTIFICATE_DAYS, HOT_C, OWN_CERTIFICATE_DAYS

DISK_FULL_BYTES = 50_000_000
CLOCK_OFF_MS = 1_000.0
_DISK_LOW_BYTES = 500_000_000
_UNSYNCED_MS = 5_000
_OLD_S = 1_800.0

Code = Literal[
    "camera_not_live",
    "camera_silent",
    "recording_stalled",
    "recording_error",
    "tampered",
    "settings_refused",
    "disk_full",
    "disk_low",
    "hot",
    "power_weak",
    "slowed",
    "broker_away",
    "controller_away",
    "facts_old",
    "line_thin",
    "clock_off",
    "certificate_ends",
    "own_certificate_ends",
    "detector_away",
    "sub_shed",
    "main_shed",
]
CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong; `fails`: recording suffers from it."""

    code: Code
    fails: bool
    camera: str | None = None
    detail: str = ""


def troubles(state: NodeState) -> tuple[Trouble, ...]:
    """What is wrong, the worst first."""
    found = [trouble for camera in state.cameras for trouble in _of_camera(camera)]
    found += _of_machine(state)
    if not state.broker_connected:
        found.append(Trouble("broker_away", fails=False))
    elif not state.controller_online:
        found.append(Trouble("controller_away", fails=False))
    if state.facts_oldest_s > _OLD_S:
        found.append(Trouble("facts_old", fails=False, detail=f"{state.facts_oldest_s / 60:.0f} min"))
    if state.uplink.live == "small":
        found.append(Trouble("line_thin", fails=False, detail=f"{state.uplink.sent_bytes_s * 8 / 1e6:.2f} Mbit/s"))
    if state.detector.state in {"refused", "restarting"}:
        found.append(Trouble("detector_away", fails=False, detail=state.detector.reason))
    report = state.book.report
    if report is not None and report.state in {"refused", "rolled-back"}:
        found.append(Trouble("settings_refused", fails=False, detail=f"{report.version}: {report.reason}"))
    if state.shed.steps:
        code: Code = "main_shed" if "main frame rate" in state.shed.steps else "sub_shed"
        found.append(Trouble(code, fails=False, detail=state.shed.reason))
    return tuple(sorted(found, key=lambda trouble: not trouble.fails))


def _of_camera(camera: CameraReport) -> list[Trouble]:
    signs = camera.signs
    seen = [Trouble("tampered", fails=False, camera=signs.camera)] if camera.tamper else []
    return seen + _of_signs(signs)


def _of_signs(signs: CameraSigns) -> list[Trouble]:
    if signs.state != "live":
        detail = f"{signs.state}: {signs.last_error}" if signs.last_error else signs.state
        return [Trouble("camera_not_live", fails=True, camera=signs.camera, detail=detail)]
    found = []
    if is_stalled(signs.frame_age_ms, _UNSYNCED_MS, signs.main.fps if signs.main else 0.0):
        age = "" if signs.frame_age_ms is None else f"{signs.frame_age_ms} ms"
        found.append(Trouble("camera_silent", fails=True, camera=signs.camera, detail=age))
    if signs.ring_unsynced_ms > _UNSYNCED_MS:
        detail = f"{signs.ring_unsynced_ms} ms"
        found.append(Trouble("recording_stalled", fails=True, camera=signs.camera, detail=detail))
    elif signs.last_error:
        found.append(Trouble("recording_error", fails=True, camera=signs.camera, detail=signs.last_error))
    return found


def _of_machine(state: NodeState) -> list[Trouble]:
    machine = state.machine
    found = []
    free = f"{machine.disk_free_bytes / 1e6:.0f} MB"
    if machine.disk_free_bytes < DISK_FULL_BYTES:
        found.append(Trouble("disk_full", fails=True, detail=free))
    elif machine.disk_free_bytes < _DISK_LOW_BYTES:
        found.append(Trouble("disk_low", fails=False, detail=free))
    if machine.temperature_c is not None and machine.temperature_c >= HOT_C:
        found.append(Trouble("hot", fails=False, detail=f"{machine.temperature_c:.0f} °C"))
    if "under-voltage" in machine.throttled_now:
        found.append(Trouble("power_weak", fails=False))
    slowed = tuple(flag for flag in machine.throttled_now if flag != "under-voltage")
    if slowed:
        found.append(Trouble("slowed", fails=False, detail=", ".join(slowed)))
    if machine.clock_off_ms is not None and machine.clock_off_ms > CLOCK_OFF_MS:
        found.append(Trouble("clock_off", fails=False, detail=f"{machine.clock_off_ms / 1000:.1f} s"))
    if machine.certificate_days is not None and machine.certificate_days < CERTIFICATE_DAYS:
        found.append(Trouble("certificate_ends", fails=False, detail=f"{machine.certificate_days:.0f} d"))
    if machine.own_certificate_days is not None and machine.own_certificate_days < OWN_CERTIFICATE_DAYS:
        found.append(Trouble("own_certificate_ends", fails=False, detail=f"{machine.own_certificate_days:.0f} d"))
    return found
