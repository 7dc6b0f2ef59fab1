"""`cctv-edge motion`: the live service's motion judgement on a recording, for tuning and for proof."""

import json
import sys
import time
import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from edge_agent.camera_settings import MotionSettings
from edge_agent.core.motion import MotionRules
from edge_agent.flows.measure_motion import Measured, measure_motion
from shared.errors import Rejected
from shared.progress import shown

_FAULT = 2
_PER_S = 10.0


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("motion")(motion)


def motion(
    video: Annotated[Path, typer.Argument(help="a video file: any container and codec that FFmpeg reads")],
    config: Annotated[Path | None, typer.Option(help="TOML, YAML or JSON with the keys of a camera's `motion`")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Find the intervals of motion in a recording."""
    from edge_agent.adapters.video_file import VideoFile  # FFmpeg: only this command needs it

    try:
        rules = _rules(config)
        with VideoFile(video) as recording:
            frames_seen = shown(
                recording.luma(_PER_S),
                lambda frame: frame.pts_ms / 1000,
                recording.promised_ms / 1000,
                sys.stderr,
                time.perf_counter,
            )
            measured = measure_motion(frames_seen, rules, time.perf_counter_ns)
            frames, duration_ms = recording.frames, recording.duration_ms
    except Rejected as fault:
        typer.echo(f"cctv-edge motion: {fault}", err=True)
        raise typer.Exit(_FAULT) from None
    if as_json:
        typer.echo(_json(measured, frames, duration_ms))
    else:
        for found in measured.intervals:
            typer.echo(f"{found.start_ms / 1000:9.2f} s to {found.end_ms / 1000:9.2f} s, peak {found.peak:.4f}")
        typer.echo(f"{len(measured.intervals)} in {duration_ms / 1000:.2f} s, {measured.judge_ms:.2f} ms a frame")
    if recording.damage:
        typer.echo(f"cctv-edge motion: video: damaged, read {duration_ms / 1000:.2f} s: {recording.damage}", err=True)


def _json(measured: Measured, frames: int, duration_ms: float) -> str:
    result = {
        "frames": frames,
        "frames_judged": measured.frames_judged,
        "duration_s": round(duration_ms / 1000, 3),
        "ms_per_frame": round(measured.judge_ms, 3),
        "intervals": [
            {"start_s": i.start_ms / 1000, "end_s": i.end_ms / 1000, "peak": round(i.peak, 5)}
            for i in measured.intervals
        ],
    }
    return json.dumps(result)


def _rules(config: Path | None) -> MotionRules:
    if config is None:
        return MotionRules()
    import yaml

    try:
        text = config.read_text(encoding="utf-8")
        document = tomllib.loads(text) if config.suffix == ".toml" else yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as fault:
        raise Rejected("config", f"{config}: {fault}") from None
    if not isinstance(document, dict):
        raise Rejected("config", f"{config}: is not a table of settings")
    try:
        section = MotionSettings.model_validate(document.get("motion", document))
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "motion"
        says = "is not a known key" if first["type"] == "extra_forbidden" else first["msg"]
        raise Rejected(f"config.{place}", f"{config}: {says}") from None
    return section.rules
