"""Facts, verdicts and occurrences with sensible defaults: name only what matters."""

from datetime import UTC, datetime
from typing import Any

from controller.core.records import Occurrence, Rule, TrackSummary, Verdict
from shared.geometry import Box
from shared.ids import CameraId, EventId, RuleId, VerdictId
from shared.messages import CameraInfo, EventFact, NodeHealth, NodeStatus, RunFact, TamperFact
from shared.mint import uuid7

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
T0 = 1_772_352_000_000
"""2026-03-01 08:00 UTC in Unix ms."""
AGENT = "01963f2e-0000-7000-8000-000000000001"


def event_fact(**given: Any) -> EventFact:
    closed = given.get("state") == "closed"
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": AT,
        "node": "gate",
        "agent_start": AGENT,
        "seq": 1,
        "rev": 1,
        "event": uuid7(),
        "camera": "gate.yard",
        "state": "open",
        "start_ms": T0,
        "clip_start_ms": T0 - 5_000,
        "peak": 0.4,
    }
    if closed:
        values |= {"end_ms": T0 + 20_000, "clip_end_ms": T0 + 25_000}
    return EventFact(**(values | given))


def run_fact(**given: Any) -> RunFact:
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": AT,
        "node": "gate",
        "agent_start": AGENT,
        "seq": 1,
        "rev": 1,
        "run": uuid7(),
        "camera": "gate.yard",
        "state": "announced",
        "start_ms": T0 - 5_000,
        "end_ms": T0 + 3_000,
        "codec": "avc1.42c01f",
        "width": 640,
        "height": 360,
        "length_bytes": 1000,
        "sha256": "a" * 64,
        "md5": "b" * 32,
        "init_bytes": 700,
    }
    return RunFact(**(values | given))


def tamper_fact(**given: Any) -> TamperFact:
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": AT,
        "node": "gate",
        "agent_start": AGENT,
        "seq": 1,
        "rev": 1,
        "tamper": uuid7(),
        "camera": "gate.yard",
        "kind": "covered",
        "start_ms": T0,
    }
    return TamperFact(**(values | given))


def node_status(*cameras: str, **given: Any) -> NodeStatus:
    infos = tuple(
        CameraInfo(id=camera, source="scene", state="live", codec="avc1.42c01f", width=640, height=360, fps=15)
        for camera in cameras
    )
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": AT,
        "node": "gate",
        "state": "online",
        "agent_start": AGENT,
        "version": "0.1.0",
        "cameras": infos,
    }
    return NodeStatus(**(values | given))


def node_health(**given: Any) -> NodeHealth:
    values: dict[str, Any] = {
        "id": uuid7(),
        "at": AT,
        "node": "gate",
        "agent_start": AGENT,
        "uptime_s": 5,
        "cpu_percent": 3,
        "load1": 0.1,
        "memory_used_bytes": 1,
        "memory_total_bytes": 2,
        "disk_free_bytes": 3,
    }
    return NodeHealth(**(values | given))


def rule(**given: Any) -> Rule:
    values: dict[str, Any] = {"id": RuleId(uuid7()), "name": "lawn", "kind": "zone_intrusion"}
    return Rule(**(values | given))


def occurrence(of: Rule, condition_s: float, end_s: float | None = None, **given: Any) -> Occurrence:
    """Times in s after T0; the condition began with the rule's persistence before."""
    condition_ms = T0 + round(condition_s * 1000)
    values: dict[str, Any] = {
        "id": uuid7(),
        "rule": of,
        "camera": CameraId("gate.yard"),
        "start_ms": condition_ms - round(of.persistence_s * 1000),
        "condition_ms": condition_ms,
        "end_ms": None if end_s is None else T0 + round(end_s * 1000),
        "track_ids": (1,),
        "confidence": 0.8,
    }
    return Occurrence(**(values | given))


def verdict(start_s: float = 0, end_s: float = 2, **given: Any) -> Verdict:
    """Times in s after T0."""
    track = TrackSummary(1, "person", T0, T0 + 1000, 0.9, T0 + 500, Box(0.1, 0.1, 0.2, 0.5))
    values: dict[str, Any] = {
        "id": VerdictId(uuid7()),
        "camera": CameraId("gate.yard"),
        "event": EventId(uuid7()),
        "start_ms": T0 + round(start_s * 1000),
        "end_ms": T0 + round(end_s * 1000),
        "late": False,
        "final": False,
        "model": "yard",
        "model_sha256": "c" * 64,
        "provider": "CPU",
        "sampled": 10,
        "tracks": (track,),
        "frames": (),
    }
    return Verdict(**(values | given))
