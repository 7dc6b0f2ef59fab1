"""Makes up a small site for the stand-in controller: nodes, cameras, alarms, and what happens to them."""

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from controller.api import schemas as wire
from shared.messages import CameraHealth, NodeHealth
from videos import Video

NAMES = ("북측 자재 야적장 지게차 통행로", "정문 출입구", "용접 작업장", "Loading dock", "옥상 물탱크", "주차장", "변전실 앞", "컨베이어 2호기")
ZONES = ("야적장", "정문", "용접 구역", None)
LAWN = [(0.0, 0.42), (0.23, 0.467), (0.4, 0.62), (0.3, 0.98), (0.0, 0.98)]
REGULATIONS = (
    "산업안전보건기준에 관한 규칙 제20조(출입의 금지 등)",
    "산업안전보건기준에 관한 규칙 제32조(보호구의 지급 등)",
)
SEVERITIES: tuple[wire.Severity, ...] = ("critical", "high", "medium", "low")
CLIP_S = 24.0


def now() -> int:
    return time.time_ns() // 1_000_000


def uid(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 96) | (7 << 76) | (2 << 62) | number))


class Scenario:
    """The site's state; every change is also a row of the feed."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.signed_in = not options.signed_out
        self.password = ""
        self.queues: list[asyncio.Queue[wire.FeedItem]] = []
        self.feed: list[wire.FeedItem] = []
        self.started = now()
        self.videos = self._videos()
        self.ids = [f"node{1 + n // 4}.cam{1 + n % 4}" for n in range(options.cameras)]
        self.alarms = [self._alarm(n, self.started - n * 97_000 - 4_000) for n in range(options.alarms)]
        self.history: dict[str, list[wire.HistoryOut]] = {}
        self.rules = wire.RulesOut(version=3, rules=self._rules())

    def _videos(self) -> list[Video]:
        if not self.options.videos:
            return []
        files = sorted(self.options.videos.glob("*.mp4"), key=lambda path: "vtest" not in path.name)
        boxes = self.options.videos.parent / "gt" / "vtest_boxes_480x360.csv"
        return [Video(path, boxes if "vtest" in path.name else None) for path in files]

    def _rules(self) -> list[wire.RuleOut]:
        common = {"camera": None, "cooldown_s": 15.0, "min_confidence": 0.4, "enabled": True}
        zone = {**common, "kind": "zone_intrusion", "classes": ["person"], "required": [], "persistence_s": 1.0}
        ppe = {**common, "kind": "ppe_missing", "classes": [], "required": ["helmet"], "persistence_s": 2.0}
        return [
            wire.RuleOut.model_validate(
                {**zone, "id": uid(9, 1), "name": "야적장 출입금지", "zone": LAWN, "zone_name": ZONES[0],
                 "severity": "critical", "regulation": REGULATIONS[0], "camera": self.ids[0] if self.ids else None}
            ),
            wire.RuleOut.model_validate(
                {**ppe, "id": uid(9, 2), "name": "안전모", "zone": None, "zone_name": ZONES[1],
                 "severity": "high", "regulation": REGULATIONS[1]}
            ),
        ]

    def _alarm(self, number: int, at_ms: int) -> wire.AlarmOut:
        ppe = number % 3 == 1
        state: wire.AlarmState = "raised" if number < 2 else "acknowledged" if number % 4 == 2 else "resolved"
        state = "raised" if number % 9 == 4 else state
        touched = state != "raised"
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        return wire.AlarmOut(
            id=uid(1, 100_000 - number if number >= 0 else 100_000 - number), number=self.options.alarms - number,
            rev=1, state=state, withdrawn=number % 11 == 7,
            assessment=("true", "false", "nuisance")[number % 3] if state == "resolved" else None,
            rule=uid(9, 2 if ppe else 1), rule_name="안전모" if ppe else "야적장 출입금지",
            kind="ppe_missing" if ppe else "zone_intrusion", required=["helmet"] if ppe else [],
            severity=SEVERITIES[(number * 5 // 3) % 4], camera=self.ids[number % len(self.ids)],
            zone_name=ZONES[number % 4], zone=None if ppe else [(x, y) for x, y in LAWN],
            regulation=REGULATIONS[ppe], persistence_s=2.0 if ppe else 1.0, condition_ms=at_ms - 300, raised_at=at,
            end_ms=None if number <= 0 else at_ms + 8200 + 700 * (number % 5), confidence=0.91 - 0.03 * (number % 7),
            occurrences=1 + (number % 5 == 0) * 2, late=number % 6 == 5,
            acknowledged_by="safety.kim" if touched else None,
            acknowledged_at=at + timedelta(seconds=41) if touched else None,
            has_picture=bool(self.videos), clip_ready=number != 0 and bool(self.videos),
        )  # fmt: skip

    def video(self, camera: str) -> Video:
        return self.videos[self.ids.index(camera) % len(self.videos)]

    def offline(self, camera: str) -> bool:
        return bool(self.options.trouble) and camera.startswith("node1.") and camera.endswith("2")

    def session(self, first: bool) -> wire.SessionOut:
        return wire.SessionOut(
            username="safety.kim", role="admin", csrf="stub", must_set_password=first, site="제2공장", demo=True
        )

    def cameras(self) -> list[wire.CameraOut]:
        return [
            wire.CameraOut(
                id=camera, node=camera.split(".")[0], name=NAMES[n % len(NAMES)],
                state="away" if self.offline(camera) else "live", reason="", source="rtsp",
                codec=self.video(camera).codec if self.videos else "", width_px=768, height_px=432, fps=12.5,
                has_sub=False, last_seen_at=datetime.now(UTC),
                alarms_open=sum(a.camera == camera and a.state != "resolved" for a in self.alarms),
            )
            for n, camera in enumerate(self.ids)
        ]  # fmt: skip

    def nodes(self) -> list[wire.NodeOut]:
        names = sorted({camera.split(".")[0] for camera in self.ids})
        return [self._node(name, n) for n, name in enumerate(names)]

    def _node(self, name: str, number: int) -> wire.NodeOut:
        away = bool(self.options.trouble) and number == 1
        cameras = [camera for camera in self.ids if camera.startswith(f"{name}.")]
        health = NodeHealth(
            id=uid(3, number), at=datetime.now(UTC), node=name, agent_start=uid(4, 1), uptime_s=86_400.0 * 3,
            cpu_percent=21.5, load1=0.9, memory_used_bytes=940 * 2**20, memory_total_bytes=4 * 2**30,
            disk_free_bytes=(0.7 if self.options.trouble else 41) * 2**30, temperature_c=58.4,
            clock_offset_ms=3.2, outbox_facts=0, uploads_waiting=2, uploads_waiting_bytes=11 * 2**20,
            cameras=tuple(
                CameraHealth(id=camera, state="live", fps=12.5, bitrate_bps=2_100_000, ring_s=1800.0,
                             ring_bytes=450 * 2**20, frame_age_ms=70)
                for camera in cameras
            ),
        )  # fmt: skip
        seen = datetime.now(UTC) - timedelta(minutes=14 if away else 0)
        return wire.NodeOut(id=name, state="offline" if away else "online", version="0.1.0", last_seen_at=seen, health=health, cameras=cameras)  # fmt: skip

    def system(self) -> wire.SystemOut:
        bad = bool(self.options.trouble)
        return wire.SystemOut(
            version="0.1.0", site="제2공장", demo=True, verification="degraded" if bad else "ok",
            verification_reason="the worker is restarting" if bad else "", jobs_waiting=7 if bad else 0,
            oldest_job_s=48.0 if bad else 0, model="yard-nano", model_note="knows rendered scenes only",
            provider="CPUExecutionProvider",
            roles=[
                wire.RoleOut(name=name, state="frozen" if bad and name == "worker" else "running", restarts=int(bad))
                for name in ("api", "ingest", "relay", "notify", "sweep", "worker")
            ],
        )  # fmt: skip

    def page(self, state: str, camera: str, severity: str, start: int, limit: int) -> wire.AlarmPage:
        opened = [alarm for alarm in self.alarms if alarm.state != "resolved"]
        found = [
            alarm
            for alarm in sorted(self.alarms, key=lambda alarm: alarm.raised_at, reverse=True)
            if (state == "all" or (alarm.state != "resolved" if state == "open" else alarm.state == state))
            and camera in ("", alarm.camera)
            and severity in ("", alarm.severity)
        ]
        more = str(start + limit) if len(found) > start + limit else None
        return wire.AlarmPage(items=found[start : start + limit], next=more, open_total=len(opened))

    def _find(self, alarm: str) -> wire.AlarmOut | None:
        return next((one for one in self.alarms if one.id == alarm), None)

    def detail(self, ident: str) -> wire.AlarmDetailOut | None:
        alarm = self._find(ident)
        if alarm is None:
            return None
        start = alarm.condition_ms - 8000
        video = self.video(alarm.camera) if self.videos else None
        frames = [] if video is None else [
            {"pts_ms": start + round(index * 1000 / video.fps), "boxes": [
                {"track_id": t["id"], "class_name": t["class"], **{k: t[k] for k in ("confidence", "x1", "y1", "x2", "y2")}}
                for t in video.tracks_at(index)]}
            for index in range(0, int(CLIP_S * video.fps), video.judged_every)
        ]  # fmt: skip
        seen = sorted({box["track_id"] for frame in frames for box in frame["boxes"]})[:6]
        tracks = [
            {"id": track, "class_name": "person", "first_ms": start + 900 * n, "last_ms": start + 15_000, "confidence": 0.9 - n * 0.05,
             "attributes": {"helmet": ("missing", "compliant", "unknown")[n % 3]} if alarm.kind == "ppe_missing" else {}}
            for n, track in enumerate(seen)
        ]  # fmt: skip
        verdict = wire.VerdictOut.model_validate(
            {"id": uid(5, 1), "camera": alarm.camera, "event": uid(6, 1), "start_ms": start, "end_ms": start + 24_000,
             "late": alarm.late, "final": alarm.end_ms is not None, "model": "yard-nano", "model_sha256": "3f" * 32,
             "provider": "CPUExecutionProvider", "sampled": len(frames), "unreadable": "", "tracks": tracks, "frames": frames}
        )  # fmt: skip
        occurrence = wire.OccurrenceOut(
            id=uid(7, 1), start_ms=alarm.condition_ms - 1000, condition_ms=alarm.condition_ms, end_ms=alarm.end_ms,
            confidence=alarm.confidence, track_ids=seen[:2], late=alarm.late, event=uid(6, 1), has_picture=True,
        )  # fmt: skip
        history = [wire.HistoryOut(at=alarm.raised_at, who="", what="raised"), *self.history.get(ident, [])]
        if alarm.acknowledged_at and ident not in self.history:
            history.append(wire.HistoryOut(at=alarm.acknowledged_at, who=alarm.acknowledged_by or "", what="acknowledged"))
        return wire.AlarmDetailOut(
            alarm=alarm, occurrences=[occurrence], verdicts=[verdict], clip_start_ms=start,
            clip_end_ms=start + round(CLIP_S * 1000), clip_missing_ms=0 if alarm.clip_ready else 24_000, history=history,
        )  # fmt: skip

    def clip(self, ident: str) -> tuple[Path, int]:
        alarm = self._find(ident) or self.alarms[0]
        path = self.folder / f"{alarm.camera}.mp4"
        if not path.exists():
            self.video(alarm.camera).cut(path, CLIP_S)
        return path, alarm.condition_ms - 8000

    def picture(self, ident: str) -> Path:
        alarm = self._find(ident) or self.alarms[0]
        path = self.folder / f"{alarm.camera}.jpg"
        if not path.exists():
            self.video(alarm.camera).still(path, 4)
        return path

    async def _change(self, ident: str, what: str, note: str, **change: Any) -> wire.AlarmOut:
        for index, alarm in enumerate(self.alarms):
            if alarm.id == ident:
                self.alarms[index] = alarm.model_copy(update={"rev": alarm.rev + 1, **change})
                done = wire.HistoryOut(at=datetime.now(UTC), who="safety.kim", what=what, note=note)
                self.history.setdefault(ident, []).append(done)
                self.publish("alarm", self.alarms[index])
                return self.alarms[index]
        raise LookupError(ident)

    async def acknowledge(self, ident: str, note: str) -> wire.AlarmOut:
        who = {"acknowledged_by": "safety.kim", "acknowledged_at": datetime.now(UTC)}
        return await self._change(ident, "acknowledged", note, state="acknowledged", **who)

    async def resolve(self, ident: str, assessment: str, note: str) -> wire.AlarmOut:
        return await self._change(ident, "resolved", note, state="resolved", assessment=assessment)

    async def replace_rules(self, rules: list[dict[str, Any]]) -> wire.RulesOut:
        base = self._rules()[0].model_dump()
        made = [wire.RuleOut.model_validate({**base, **rule, "id": uid(9, 10 + n)}) for n, rule in enumerate(rules)]
        self.rules = wire.RulesOut(version=self.rules.version + 1, rules=made)
        self.publish("rules", self.rules)
        return self.rules

    def publish(self, kind: Any, data: Any) -> None:
        item = wire.FeedItem(id=len(self.feed) + 1, kind=kind, data=data)
        self.feed.append(item)
        for queue in self.queues:
            queue.put_nowait(item)

    def subscribe(self, since: int | None) -> asyncio.Queue[wire.FeedItem]:
        queue: asyncio.Queue[wire.FeedItem] = asyncio.Queue()
        queue.put_nowait(wire.FeedItem(id=len(self.feed), kind="hello", data=None))
        for item in self.feed[since:] if since is not None else []:
            queue.put_nowait(item)
        self.queues.append(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[wire.FeedItem]) -> None:
        if queue in self.queues:
            self.queues.remove(queue)

    async def tick(self) -> None:
        """Raise an alarm now and then, and let the nodes report."""
        number = 0
        while True:
            await asyncio.sleep(self.options.every or 10)
            if self.options.every and self.ids:
                number -= 1
                fresh = self._alarm(number, now())
                self.alarms.insert(0, fresh.model_copy(update={"number": self.options.alarms - number}))
                self.publish("alarm", self.alarms[0])
            for node in self.nodes():
                self.publish("node", node)
