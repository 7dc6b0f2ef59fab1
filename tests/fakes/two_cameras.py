"""Everything that a site may know of a camera, once for each of several: to look for what one person may not see."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from controller.adapters import tables as t
from controller.adapters.database import Database
from shared.clock import SystemClock
from shared.mint import uuid7

KEPT, HIDDEN = "gate.yard", "gate.cellar"
"""Two cameras of one node."""
AWAY = "shed.cellar"
"""One of another node."""
SECRET = "cellar"
"""What stands in every name of what is hidden."""


_ONCE = t.CameraRow | t.JobRow | t.MotionGridRow | t.MotionToldRow | t.PersonTimeRow


@dataclass(slots=True)
class Known:
    """Ids of what is known of a camera, by the path parameter that names it."""

    camera: str
    ids: dict[str, str] = field(default_factory=dict)

    def new(self, name: str) -> str:
        return self.ids.setdefault(name, uuid7())


async def fill(database: Database, camera: str, number: int, *, first: bool = True) -> Known:
    """Put rows of every kind about a camera; `number` tells them from others. Not `first`: the camera is there."""
    known, clock = Known(camera), SystemClock()
    now, now_ms = clock.now(), clock.unix_ms()
    node, _, name = camera.partition(".")
    start_ms, end_ms = now_ms - 600_000, now_ms - 590_000
    span: dict[str, Any] = {"start_ms": start_ms, "end_ms": end_ms}
    made: dict[str, Any] = {"who": "admin", "created_at": now}
    alarm, event, occurrence = known.new("alarm"), known.new("event"), known.new("occurrence")
    rows: list[Any] = [
        t.CameraRow(id=camera, node=node, state="live", last_seen_at=now),
        t.EventRow(
            id=event, camera=camera, rev=1, state="closed", start_ms=start_ms, end_ms=end_ms, clip_start_ms=start_ms,
            clip_end_ms=end_ms, peak=1, media_class="motion",
        ),
        t.EventClassRow(event=event, class_name=f"class-{name}", camera=camera, start_ms=start_ms),
        t.VerdictRow(
            id=uuid7(), camera=camera, event=event, **span, late=False, final=True, model="m", model_sha256="0" * 64,
            provider="cpu", sampled=1, unreadable="", frames=[], thresholds={}, scores=[],
            tracks=[
                {"class_name": f"class-{name}", "id": 1, "confidence": 0.9, "first_ms": start_ms,
                 "last_ms": end_ms, "attributes": {"helmet": "missing"}}
            ],
        ),
        t.AlarmRow(
            id=alarm, number=number, rev=1, state="raised", rule=f"rule-{name}", rule_name=f"rule-{name}",
            kind="zone_intrusion", required=[], severity="high", camera=camera, event=event, zone_name=f"zone-{name}",
            persistence_s=1, condition_ms=start_ms, raised_at=now - timedelta(minutes=9), end_ms=end_ms, confidence=0.9,
            occurrences=1, late=False, pictured=True, cameras=[camera],
        ),
        t.OccurrenceRow(
            id=occurrence, alarm=alarm, camera=camera, event=event, start_ms=start_ms, condition_ms=start_ms,
            end_ms=end_ms, confidence=0.9, track_ids=[1], late=False, picture_key=f"pictures/{name}.jpg",
        ),
        t.AlarmHistoryRow(alarm=alarm, at=now, who="system", what="raised", note=f"note-{name}"),
        t.EnrichmentRow(
            id=known.new("enrichment"), alarm=alarm, kind="describe", state="done", created_ms=now_ms, due_ms=now_ms,
            text=f"text-{name}",
        ),
        t.DeliveryRow(
            id=uuid7(), once=uuid7(), destination="office", alarm=alarm, why="raised", severity="high", digest=False,
            payload={"number": 70_000 + number}, state="delivered", due_ms=now_ms, created_ms=now_ms,
        ),
        t.RunRow(
            id=uuid7(), camera=camera, rev=1, state="stored", media_class="motion", **span, codec="avc1", width_px=64,
            height_px=36, length_bytes=9, init_bytes=4, sha256="0" * 64, md5="0" * 32, key=f"runs/{name}.mp4",
            fact=uuid7(), segments=[{"start_ms": start_ms, "end_ms": end_ms, "bytes": 5, "sha256": "0" * 64}],
        ),
        t.LedgerRow(
            chain=uuid7(), camera=camera, minute_ms=start_ms // 60_000 * 60_000, rev=1, segments=[], previous="",
            entry="0", sound=True, check_ms=None,
        ),
        t.GapRow(camera=camera, minute_ms=start_ms // 60_000 * 60_000, start_ms=start_ms, end_ms=end_ms, cause="lost"),
        t.BackfillRow(
            id=uuid7(), node=node, camera=camera, **span, media_class="motion", why="alarm", rank=1, state="asked",
            created_ms=now_ms,
        ),
        t.FootageRequestRow(id=known.new("request"), camera=camera, **span, **made, changed_at=now),
        t.HoldRow(id=known.new("hold"), camera=camera, **span, reason=f"why-{name}", **made),
        t.KeepRuleRow(id=uuid7(), camera=camera, days=3, changed_at=now, changed_by="admin"),
        t.ExportRow(
            id=known.new("export"), spans=[{"camera": camera, **span}], alarms=[alarm], why=f"why-{name}", **made,
            changed_at=now, state="done", result={"files": [], "gaps": [], "manifest_sha256": "0" * 64},
        ),
        t.DeletionRow(
            id=known.new("deletion"), cameras=[camera], **span, why=f"why-{name}", began_ms=now_ms, **made
        ),
        t.TrialRow(id=known.new("trial"), camera=camera, **span, source="auto", document={}, **made, changed_at=now),
        t.MaintenanceRow(
            id=known.new("window"), scope="camera", target=camera, who="admin", why=f"why-{name}", from_at=now,
            until_at=now + timedelta(hours=1),
        ),
        t.RuleRow(
            id=uuid7(), position=number, name=f"rule-{name}", kind="zone_intrusion", camera=camera, classes=["person"],
            required=[], zone=[[0, 0], [1, 0], [1, 1]], zone_name=f"zone-{name}", persistence_s=1, cooldown_s=15,
            severity="high", min_confidence=0.5, regulation="", enabled=True, details={},
        ),
        t.JobRow(
            kind="watch", once=f"watch:{camera}", camera=camera, start_ms=start_ms, state="waiting", prio=1,
            created_ms=now_ms,
        ),
        t.LayoutRow(
            id=known.new("layout"), owner="", name=f"wall {number}", tiles=1, cameras=[camera], turn_s=0,
            changed_at=now, changed_by="admin",
        ),
        t.MotionGridRow(
            camera=camera, minute_ms=start_ms // 60_000 * 60_000, columns=1, rows=1, step_ms=60_000, cells=b"",
        ),
        t.MotionToldRow(camera=camera, first_ms=start_ms // 60_000 * 60_000, last_ms=start_ms),
        t.PersonTimeRow(
            camera=camera, step=start_ms // 900_000, rule=f"rule-{name}", rule_name=f"rule-{name}", kind="ppe_missing",
            zone_name=f"zone-{name}", judged_ms=9, present_ms=9, breach_ms=3, unknown_ms=0, tracks=1,
        ),
        t.TamperRow(id=uuid7(), camera=camera, rev=1, kind="covered", start_ms=start_ms),
        t.FeedRow(at=now, kind="event", payload={"id": event, "camera": camera}),
    ]  # fmt: skip
    async with database.writing() as session:
        if await session.get(t.NodeRow, node) is None:
            session.add(t.NodeRow(id=node, created_at=now, state="online", last_seen_at=now))
            dates: dict[str, Any] = {"issued_at": now, "ends_at": now}
            session.add(t.CertificateRow(serial=f"ab-{node}", node=node, fingerprint="ab", pem="", **dates))
            session.add(
                t.InvitationRow(
                    id=uuid7(), node=node, proof_sha256=f"ab-{node}", state="waiting", until=now, cameras="",
                    fingerprint="ab", invited_by="admin", invited_at=now,
                )
            )  # fmt: skip
            session.add(t.NodeKeyRow(node=node, fingerprint="ab", public_key_pem="", since=now))
            session.add(t.NodeConfigRow(node=node, version=1, settings={"cameras": {}}, at=now, who="admin"))
            session.add(t.NodeConfigReportRow(node=node, version=1, state="applied", running=1, at=now))
            await session.flush()
        config = await session.get(t.NodeConfigRow, (node, 1))
        if config is not None:
            masks = {"motion": {"masks": [[[0, 0], [1, 0], [1, 1]]]}}
            config.settings = {"cameras": {**config.settings["cameras"], name: masks}}
        session.add_all(row for row in rows if first or not isinstance(row, _ONCE))
    return known
