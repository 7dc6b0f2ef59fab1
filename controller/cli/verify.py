"""`cctv verify`: judge a video file offline, with the worker's own code."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.app.offline import judge_file
from controller.cli import app, told, warn
from controller.flows.verify_file import FileReport
from controller.settings import default_data_dir
from shared.errors import Rejected
from shared.logs import configure_logs

_MAX_FPS = 120.0


@app.command()
@told
def verify(
    video: Annotated[Path, typer.Argument(help="A video file that FFmpeg reads.")],
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="ONNX file, model name, or kserve+https://… address; may be repeated."),
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Rule file, YAML or JSON.")] = None,
    sample_fps: Annotated[float, typer.Option("--sample-fps", help="Frames judged per second.")] = 5.0,
    boxes: Annotated[bool, typer.Option("--boxes", help="Add every judged frame's boxes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    provider: Annotated[str, typer.Option("--provider", help="auto, cuda, tensorrt, openvino or cpu.")] = "auto",
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="Inference threads.")] = 1,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Site whose models/ are known by name, and whose serving_hosts are allowed."),
    ] = None,
) -> None:
    """Detect, track and apply rules to VIDEO; times are seconds since its first picture."""
    configure_logs(level="WARNING", json_lines=False)
    if not 0 < sample_fps <= _MAX_FPS:
        raise Rejected("--sample-fps", f"{sample_fps:g} is not more than 0 and at most {_MAX_FPS:g} frames a second")
    home = data or default_data_dir(os.environ)  # noqa: TID251 - the command line is where the environment is read
    report, duration_ms = judge_file(
        video,
        models=model or ["yard"],
        model_folders=[home / "models"],
        config=home / "cctv.toml",
        rule_file=rules,
        sample_fps=sample_fps,
        provider=provider,
        threads=threads,
        timer=time.perf_counter,
        terminal=sys.stderr,
    )
    warn(report.warnings)
    if as_json:
        document = report_document(report, duration_ms, with_boxes=boxes)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(report_text(report, duration_ms))


def report_document(report: FileReport, duration_ms: int, *, with_boxes: bool) -> dict[str, Any]:
    """The report as `--json` prints it."""
    models = [{"name": m.name, "sha256": m.sha256, "provider": m.provider} for m in report.models]
    document: dict[str, Any] = {"model": _joined(models), "duration_s": duration_ms / 1000}
    if len(models) > 1:
        document["models"] = models
    document["frames_judged"] = len(report.frames)
    document["per_second"] = [{"t": second, "counts": counts} for second, counts in report.per_second]
    document["tracks"] = [
        {
            "id": t.track_id,
            "class": t.class_name,
            "first_s": t.first_ms / 1000,
            "last_s": t.last_ms / 1000,
            "confidence": round(t.confidence, 4),
            **({"attributes": dict(t.attributes)} if t.attributes else {}),
        }
        for t in report.tracks
    ]
    document["alarms"] = [
        {
            "rule": a.rule.name,
            "kind": a.rule.kind,
            "track_ids": list(a.track_ids),
            "start_s": a.raised_ms / 1000,
            "end_s": a.end_ms / 1000,
            "severity": a.rule.severity,
        }
        for a in report.alarms
    ]
    times = report.times
    document["timings_ms"] = {
        "decode": round(times.decode_ms, 1),
        "infer": round(times.infer_ms, 1),
        "track": round(times.track_ms, 1),
        "rules": round(times.rules_ms, 1),
        "total": round(times.total_ms, 1),
    }
    document["warnings"] = [{"code": text.code, "params": text.params, "text": str(text)} for text in report.warnings]
    if with_boxes:
        document["frames"] = [
            {
                "t": frame.pts_ms / 1000,
                "boxes": [
                    {
                        "class": b.class_name,
                        "confidence": round(b.confidence, 4),
                        "track_id": b.track_id,
                        **{name: round(getattr(b.box, name), 5) for name in ("x1", "y1", "x2", "y2")},
                    }
                    for b in frame.boxes
                ],
            }
            for frame in report.frames
        ]
    return document


def _joined(models: list[dict[str, str]]) -> dict[str, str]:
    """One model's identity; of several, theirs joined by `+`."""
    return {key: "+".join(dict.fromkeys(m[key] for m in models)) for key in ("name", "sha256", "provider")}


def report_text(report: FileReport, duration_ms: int) -> str:
    """The report for a person at a terminal."""
    lines = [f"{len(report.frames)} frames judged in {duration_ms / 1000:.1f} s of video"]
    lines += [f"model {m.name} ({m.head}, {m.provider}) {m.sha256[:12]}" for m in report.models]
    for track in report.tracks:
        span = f"{track.first_ms / 1000:.1f}-{track.last_ms / 1000:.1f} s"
        lines.append(f"track {track.track_id}: {track.class_name} {span}, confidence {track.confidence:.2f}")
    for alarm in report.alarms:
        span = f"{alarm.raised_ms / 1000:.1f}-{alarm.end_ms / 1000:.1f} s"
        lines.append(f"alarm {alarm.rule.name} ({alarm.rule.severity}): {span}")
    return "\n".join(lines) + "\n"
