"""`cctv rule test`: what rules would have alarmed, over a video or a camera's past, and what they would change."""

import asyncio
import getpass
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.rule_file import read_rule_document
from controller.app.site import Site, open_site
from controller.cli import told, warn
from controller.cli.footage import parse_moment
from controller.cli.rule import Data, rule
from controller.core.rule_fields import mapping
from controller.core.rulebook import parse_rulebook
from controller.core.trial_wish import Source
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import to_datetime
from shared.errors import Rejected
from shared.logs import configure_logs
from shared.mint import uuid7

_SIGNS = {"new": "+", "gone": "-", "same": "="}


@rule.command("test")
@told
def try_rules(
    file: Annotated[Path, typer.Argument(metavar="RULES", help="YAML or JSON: {rules: [...]}")],
    video: Annotated[Path | None, typer.Option("--video", help="Try them on a video file.")] = None,
    camera: Annotated[str | None, typer.Option("--camera", help="Try them on this camera's past, node.camera.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="For example 2026-03-01T08:00+09:00.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="At most 24 hours later.")] = None,
    source: Annotated[
        str, typer.Option("--on", help="A camera's past: tracks (judged then), clips (judged again) or auto.")
    ] = "auto",
    against: Annotated[
        Path | None, typer.Option("--against", help="With --video: a rule file to compare with.")
    ] = None,
    starts_at: Annotated[
        str | None, typer.Option("--starts-at", help="With --video: when its first picture was taken, for schedules.")
    ] = None,
    model: Annotated[list[str] | None, typer.Option("--model", help="With --video, as for verify.")] = None,
    wait_s: Annotated[float, typer.Option("--wait-s", min=1, help="How long a worker may take.")] = 600.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    data: Data = None,
) -> None:
    """List what RULES would have alarmed, and what that changes: + new, - gone, = the same.

    A camera's past is compared with the rules in force, a video with --against, or with those of --camera.
    """
    from controller.app.trials import rules_in_force, try_on_camera, try_on_file  # `rule list` needs no models

    configure_logs(level="WARNING", json_lines=False)
    home = data or default_data_dir(os.environ)  # noqa: TID251 - the command line is where the environment is read

    def site() -> Site:
        return open_site(home / "cctv.toml")

    document = read_rule_document(file)
    asked = starts_at if video is not None else start
    if video is not None:
        if start is not None or end is not None:
            raise Rejected("--video", "is tried as a whole: leave out --from and --to")
        tried = parse_rulebook(document, uuid7).alone()
        in_force = parse_rulebook(read_rule_document(against), uuid7).alone() if against is not None else ()
        if against is None and camera is not None:
            in_force = asyncio.run(rules_in_force(site(), camera))
        timed = next((one for one in (*tried, *in_force) if one.schedule is not None), None)
        if timed is not None and starts_at is None:
            raise Rejected("--starts-at", f"is needed: the rule {timed.name!r} is in force at certain times only")
        result = try_on_file(
            video,
            tried,
            in_force,
            starts_at_ms=0 if starts_at is None else parse_moment(starts_at, "--starts-at"),
            models=model or ["yard"],
            model_folders=[home / "models"],
            config=home / "cctv.toml",
            sample_fps=5.0,
            provider="auto",
            threads=1,
            timer=time.perf_counter,
            terminal=sys.stderr,
        )
    elif camera is None or start is None or end is None:
        raise Rejected("--video", "give a video, or --camera with --from and --to")
    else:
        span = parse_moment(start, "--from"), parse_moment(end, "--to")
        checked = dict(mapping("rules", document))
        wish = _source(source)
        trial = asyncio.run(
            try_on_camera(site(), checked, camera, *span, wish, getpass.getuser(), wait_s=wait_s, told=_teller())
        )
        if trial["result"] is None:
            raise Rejected("trial", trial["trial"]["reason"] or f"is {trial['trial']['state']}")
        result = trial["result"]
    warn(one["text"] for one in (*result["unanswered"], *result["warnings"]))
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_text(result, None if asked is None else datetime.fromisoformat(asked).tzinfo))


def _source(text: str) -> Source:
    match text:
        case "auto" | "tracks" | "clips":
            return text
        case _:
            raise Rejected("--on", f"{text!r} is not one of auto, tracks, clips")


def _teller() -> Callable[[State], None]:
    """Writes how far a trial is, on a terminal."""
    last = ""

    def tell(trial: State) -> None:
        nonlocal last
        line = "waiting for a worker" if trial["state"] == "waiting" else f"{trial['progress']:.0%}"
        if line != last and sys.stderr.isatty():
            sys.stderr.write(f"\r{line:24}")
            sys.stderr.write("\n" if trial["state"] == "done" else "")
        last = line

    return tell


def _text(result: State, zone: tzinfo | None) -> str:
    """Times in the zone that was asked in; without one in seconds of the video."""

    def moment(at_ms: int) -> str:
        if zone is None:
            return f"{at_ms / 1000:.1f} s"
        return to_datetime(at_ms).astimezone(zone).isoformat(" ", "seconds")

    lines = [
        f"{_SIGNS[a['change']]} {moment(a['raised_ms'])} to {moment(a['end_ms'])}  {a['rule']} ({a['severity']})"
        + (f", {a['zone_name']}" if a["zone_name"] else "")
        + (f", {a['occurrences']} times" if a["occurrences"] > 1 else "")
        for a in result["alarms"]
    ]
    judged = f"{result['judged_ms'] / 1000:.1f} s looked at"
    lines.append(f"{result['new']} new, {result['gone']} gone, {result['same']} the same; {judged}")
    return "\n".join(lines) + "\n"
