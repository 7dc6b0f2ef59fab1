"""`cctv demo`: the whole system on this machine, with cameras that need no hardware."""

import asyncio
import contextlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.tcp_ports import is_free
from controller.app.demo import Demo, DemoWish, prepare_demo, run_demo, run_until_alarm
from controller.cli import app, told
from shared.errors import Rejected
from shared.logs import configure_logs

_USUAL_PORT = 8080
_NONE_IN_TIME = 3


@app.command()
@told
def demo(
    video: Annotated[list[str] | None, typer.Option("--video", help="FILE or rtsp:// URL as a camera.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Name or path of an ONNX model.")] = None,
    until_alarm: Annotated[bool, typer.Option("--until-alarm", help="Headless: end with the first alarm.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --until-alarm: print one JSON object.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="With --until-alarm: seconds.")] = 120,
    fps: Annotated[
        int | None, typer.Option("--fps", min=1, max=30, help="Of the rendered cameras; fewer spare a small machine.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Of the dashboard.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Keep everything here; else it is temporary.")] = None,
) -> None:
    """Start broker, store, dashboard, verifier and a node with two cameras; Ctrl-C ends them all."""
    configure_logs(level="WARNING")
    if as_json and not until_alarm:
        raise Rejected("--json", "belongs to --until-alarm")
    videos = tuple(_source(one) for one in video or [])
    if videos and fps is not None:
        raise Rejected("--fps", "belongs to the rendered cameras, not to --video")
    if videos and model is None:
        sys.stderr.write(
            "cctv: the shipped model knows rendered scenes only. For real footage give --model FILE.onnx (YOLOX,\n"
            "cctv: YOLOv5 or Ultralytics layout), for example yolox_nano.onnx of the YOLOX 0.1.1rc0 release.\n"
        )
    with contextlib.ExitStack() as stack:
        home = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cctv-demo-")))
        usual = port or (_USUAL_PORT if is_free("127.0.0.1", _USUAL_PORT) else None)
        _progress("preparing the site")
        prepared = asyncio.run(prepare_demo(DemoWish(home.resolve(), usual, videos, _model(model), fps)))
        _progress("starting broker, database, store, dashboard, verifier and one node")
        if until_alarm:
            _until_alarm(prepared, timeout, as_json=as_json)
        else:
            asyncio.run(run_demo(prepared, lambda: _welcome(prepared)))
            _progress("stopped")


def _until_alarm(prepared: Demo, timeout_s: float, *, as_json: bool) -> None:
    found = asyncio.run(run_until_alarm(prepared, timeout_s))
    if found is None:
        sys.stderr.write(f"cctv: no alarm in {timeout_s:g} s\n")
        raise typer.Exit(_NONE_IN_TIME)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        alarm = found["alarms"][0]
        sys.stdout.write(f"alarm {alarm['number']}: {alarm['rule_name']} on {alarm['camera']} {found['timings_ms']}\n")


def _welcome(prepared: Demo) -> None:
    lines = ["", "  SHT-CCTV is running.", ""]
    if prepared.login_url is not None:
        lines += ["  Open this link, once, to log in:", f"  {prepared.login_url}"]
    else:
        lines += [f"  Open {prepared.site.settings.base_url} and log in."]
    lines += ["", "  The first verified alarm shows within a minute. Ctrl-C stops everything.", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _progress(text: str) -> None:
    sys.stderr.write(f"cctv: {text}\n")


def _source(text: str) -> str:
    """An absolute path of a file that is there, or an RTSP URL."""
    if text.startswith(("rtsp://", "rtsps://", "scene://")):
        return text
    if "://" in text:
        raise Rejected("--video", f"{text.partition('://')[0]}:// is not supported: give a file or an rtsp:// URL")
    path = Path(text)
    if not path.is_file():
        raise Rejected("--video", f"there is no file {text}")
    return str(path.resolve())


def _model(text: str | None) -> str | None:
    """A path becomes absolute; a name stays a name."""
    if text is not None and Path(text).is_file():
        return str(Path(text).resolve())
    return text
