"""Real footage through the whole demo in real time: every visit verified, nobody seen where nobody is."""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.running_demo import RunningDemo, running_demo

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(600)]
MARGIN_MS = 1000


def _all_events(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get("/api/v1/events", params={"limit": 100, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def _begin_ms(demo: RunningDemo) -> int:
    for line in (demo.data / "logs" / "node.log").read_text().splitlines():
        if '"replay begins"' in line:
            return int(json.loads(line)["start_ms"])
    raise AssertionError("the camera never began")


def test_one_by_one_through_the_demo(tmp_path: Path, test_data: Path) -> None:
    truth = json.loads((test_data / "gt" / "one-by-one.json").read_text())
    video = test_data / "videos" / "one-by-one-person-detection.mp4"
    model = test_data / "models" / "yolox_nano.onnx"
    with (
        running_demo(tmp_path, "--video", str(video), "--model", str(model)) as demo,
        contextlib.closing(demo.log_in()) as client,
    ):
        time.sleep(truth["duration_s"] + 25)
        begin_ms = _begin_ms(demo)
        events = _all_events(client)
        verdicts = [v for event in events for v in client.get(f"/api/v1/events/{event['id']}/verdicts").json()]
    persons = [t for v in verdicts for t in v["tracks"] if t["class_name"] == "person"]
    for visit in truth["person_clear"]:
        start_ms, end_ms = begin_ms + visit["start_s"] * 1000, begin_ms + visit["end_s"] * 1000
        covering = [
            e
            for e in events
            if e["clip_start_ms"] <= start_ms
            and (e["clip_end_ms"] or end_ms) >= end_ms - MARGIN_MS
            and e["classes"].get("person")
        ]
        chained = _covered(events, start_ms, end_ms)
        assert covering or chained, f"the visit at {visit['start_s']} s lies in no verified event"
        assert any(t["first_ms"] < end_ms and t["last_ms"] > start_ms for t in persons)
    for empty in truth["empty_scene"]:
        start_ms, end_ms = begin_ms + empty["start_s"] * 1000 + MARGIN_MS, begin_ms + empty["end_s"] * 1000 - MARGIN_MS
        seen = [
            frame
            for verdict in verdicts
            for frame in verdict["frames"]
            if start_ms < frame["pts_ms"] < end_ms and any(box["class_name"] == "person" for box in frame["boxes"])
        ]
        assert not seen, f"a person was verified in the empty part at {empty['start_s']} s"


def _covered(events: list[dict[str, Any]], start_ms: float, end_ms: float) -> bool:
    """Whether verified events follow each other without a hole over the span."""
    reached = start_ms
    for event in sorted(events, key=lambda e: e["clip_start_ms"]):
        if event["classes"].get("person") and event["clip_start_ms"] <= reached + MARGIN_MS:
            reached = max(reached, event["clip_end_ms"] or end_ms)
    return reached >= end_ms - MARGIN_MS
