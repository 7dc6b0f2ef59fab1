"""Grafana's dashboards from a table of panels: `python -m scripts.grafana` writes deploy/monitoring/grafana."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent / "deploy" / "monitoring" / "grafana"
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT = 8, 7


@dataclass(frozen=True, slots=True)
class Panel:
    """A curve, or a number where `number`; `unit` as Grafana calls it. Each query with the name of its curves."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    number: bool = False


def _one(title: str, query: str, legend: str = "", unit: str = "short", *, number: bool = False) -> Panel:
    return Panel(title, ((query, legend),), unit, number)


DASHBOARDS: dict[str, tuple[str, tuple[Panel, ...]]] = {
    "site": (
        "CCTV: site",
        (
            _one("Alarms that wait", 'sum(cctv_alarms_open{state="raised"})', number=True),
            _one("Nodes away", 'cctv_nodes{state="away"}', number=True),
            _one("Verification late", "cctv_verification_degraded", number=True),
            _one("Open alarms by severity", "sum by (severity) (cctv_alarms_open)", "{{severity}}"),
            _one("Cameras by state", "cctv_cameras", "{{state}}"),
            _one("Capture to judgement, 95th percentile", "cctv_watch_lag_p95_seconds", unit="s"),
            _one("Messages that wait", "cctv_messages", "{{state}}"),
            _one("Roles that run", "cctv_role_up", "{{role}}"),
            _one("Browsers that watch", "cctv_live_viewers", "{{quality}}"),
        ),
    ),
    "nodes": (
        "CCTV: nodes",
        (
            _one("Silent for", "cctv_nodes_silent_seconds", "{{node}}", "s"),
            _one("Oldest fact in the outbox", "cctv_nodes_outbox_oldest_seconds", "{{node}}", "s"),
            _one("Waits for upload", "cctv_nodes_uploads_waiting_bytes", "{{node}}", "bytes"),
            _one("Temperature", "cctv_nodes_temperature_celsius", "{{node}}", "celsius"),
            _one("Slowed down", "cctv_nodes_throttled", "{{node}}"),
            _one("Clock off by at most", "cctv_nodes_clock_off_seconds", "{{node}}", "s"),
            _one("Age of the newest frame", "cctv_camera_frame_age_seconds", "{{camera}}", "s"),
            _one("Certificate ends in", "cctv_nodes_certificate_left_seconds", "{{node}}", "s"),
            _one("Tampered", "cctv_camera_tampered", "{{camera}}"),
        ),
    ),
    "verification": (
        "CCTV: verification",
        (
            _one("Workers", "cctv_workers_alive", number=True),
            _one("Stored footage takes", "cctv_queue_drain_seconds", unit="s", number=True),
            _one("Given up in a day", "cctv_queue_parked_day", number=True),
            _one("Intervals to judge", "sum by (priority) (cctv_queue_jobs)", "{{priority}}"),
            _one("Age of the oldest", "cctv_queue_oldest_seconds", "{{priority}}", "s"),
            _one("Judged in five minutes", "cctv_queue_judged_5_minutes"),
            _one("Capture to judgement", "cctv_watch_lag_seconds", "{{camera}}", "s"),
            _one("Nothing judged for", "cctv_watch_unwatched_seconds", "{{camera}}", "s"),
            _one("Models that judge", "cctv_model_info", "{{model}} on {{provider}}"),
        ),
    ),
    "storage": (
        "CCTV: storage",
        (
            _one("Free on the controller", "cctv_disk_free_bytes", "{{used}}", "bytes"),
            _one("Free on nodes", "cctv_nodes_disk_free_bytes", "{{node}}", "bytes"),
            _one("Free in three days", "predict_linear(cctv_nodes_disk_free_bytes[6h], 259200)", "{{node}}", "bytes"),
            _one("Rings reach back", "cctv_camera_ring_seconds", "{{camera}}", "s"),
            _one("Rings that are short", "cctv_camera_ring_short", "{{camera}}"),
            _one("Runs on their way into the store", "cctv_runs_waiting", "{{state}}"),
            _one("Runs that wait on nodes", "cctv_nodes_uploads_waiting", "{{node}}"),
        ),
    ),
    "alarms": (
        "CCTV: quality of alarms",
        (
            _one("Alarms in ten minutes for each operator", "cctv_alarms_per_10_minutes", number=True),
            _one("The most in ten minutes", "cctv_alarms_peak_10_minutes", number=True),
            _one("Share of floods", "cctv_alarms_flood_ratio", unit="percentunit", number=True),
            _one("Alarms of a day", "cctv_alarms_day"),
            _one("Acknowledged after", "cctv_alarms_acknowledge_seconds", "{{quantile}}", "s"),
            _one("What people found", "cctv_alarms_assessed", "{{assessment}}"),
            Panel("Chattering and stale", (("cctv_alarms_chattering", "chattering"), ("cctv_alarms_stale", "stale"))),
            _one("Share of the ten busiest sources", "cctv_alarms_top_ten_ratio", unit="percentunit"),
            Panel(
                "Shelved and suppressed", (("cctv_alarms_shelved", "shelved"), ("cctv_alarms_suppressed", "suppressed"))
            ),
        ),
    ),
}


def queries() -> list[str]:
    """Every query of every panel."""
    return [query for _, panels in DASHBOARDS.values() for panel in panels for query, _ in panel.queries]


def dashboard(name: str) -> str:
    """A dashboard as Grafana takes it in."""
    title, panels = DASHBOARDS[name]
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus", "refresh": 1}
    made = {
        "uid": f"cctv-{name}",
        "title": title,
        "tags": ["cctv"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source]},
        "panels": [_panel(place, panel) for place, panel in enumerate(panels)],
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _panel(place: int, panel: Panel) -> dict[str, Any]:
    at = {"x": place % 3 * _WIDTH, "y": place // 3 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
    asked = [
        {"refId": chr(ord("A") + number), "expr": query, "legendFormat": legend, "datasource": _SOURCE}
        for number, (query, legend) in enumerate(panel.queries)
    ]
    return {
        "id": place + 1,
        "title": panel.title,
        "type": "stat" if panel.number else "timeseries",
        "datasource": _SOURCE,
        "gridPos": at,
        "targets": asked,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
    }


def main() -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    for name in DASHBOARDS:
        (HOME / f"{name}.json").write_text(dashboard(name), encoding="utf-8")
    print(f"{len(DASHBOARDS)} dashboards in {HOME}")


if __name__ == "__main__":
    main()
