"""`cctv-edge export`: copy a span of the ring to another disk, verified, while the agent runs or after it."""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from edge_agent.adapters.export_folder import ExportFolder
from edge_agent.adapters.ring_files import RingFiles
from edge_agent.core.export_plan import check_span, read_time
from edge_agent.flows.export_span import Exported, export_span
from edge_agent.ports import RecordedFile
from edge_agent.settings import Settings, load_settings
from shared.clock import SystemClock, to_datetime
from shared.errors import CctvError, Rejected
from shared.ids import CameraId
from shared.progress import shown

_BAD_INPUT = 2
_CANCELLED = 130


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("export")(export)


def export(
    config: Annotated[Path, typer.Option("--config", help="The node's configuration (TOML).")],
    camera: Annotated[str, typer.Option("--camera", help="A camera's name in it.")],
    begin: Annotated[
        str,
        typer.Option(
            "--from", help="2026-11-20T12:00:00, in the node's time_zone, else this machine's; or with +09:00."
        ),
    ],
    end: Annotated[str, typer.Option("--to", help="The same.")],
    out: Annotated[Path, typer.Option("--out", help="A folder on the mounted disk.")],
    joined: Annotated[
        bool, typer.Option("--joined", help="One film for each stretch without a gap, not one file a segment.")
    ] = False,
    same_disk: Annotated[
        bool, typer.Option("--same-disk", help="Let the folder be on the disk of the recordings.")
    ] = False,
) -> None:
    """Copy a span of a camera's recordings to another disk, with a manifest of hashes."""
    try:
        settings = load_settings(config)
        zone = None if settings.time_zone is None else ZoneInfo(settings.time_zone)
        span = read_time(begin, zone, "--from"), read_time(end, zone, "--to")
        check_span(*span)
        target, done = _export(settings, _camera(settings, camera), span, out, zone, joined=joined, same_disk=same_disk)
    except Rejected as fault:
        sys.stderr.write(f"cctv-edge export: {fault}\n")
        raise typer.Exit(_BAD_INPUT) from None
    except CctvError as fault:
        sys.stderr.write(f"cctv-edge export: {fault}\n")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("cctv-edge export: cancelled, nothing was left\n")
        raise typer.Exit(_CANCELLED) from None
    for start_ms, end_ms in done.gaps:
        sys.stderr.write(f"no recording from {_local(start_ms, zone)} to {_local(end_ms, zone)}\n")
    for name in done.altered:
        sys.stderr.write(f"{name} is not what was recorded: the manifest says so\n")
    sys.stdout.write(f"{done.files} files, {done.length_bytes / 1e6:.1f} MB, verified: {target}\n")


def _export(
    settings: Settings,
    camera: CameraId,
    span: tuple[int, int],
    out: Path,
    zone: ZoneInfo | None,
    *,
    joined: bool,
    same_disk: bool,
) -> tuple[Path, Exported]:
    files = RingFiles(settings.data_dir, camera)
    names = files.names(*span)
    if not names:
        reach = files.reach()
        held = (
            f"the ring begins at {_local(reach[0], zone)} and ends near {_local(reach[1], zone)}"
            if reach
            else "it is empty"
        )
        raise Rejected("--from", f"nothing of {camera} was recorded then: {held}")
    target = ExportFolder(out, f"{camera}-{_stamp(span[0])}-{_stamp(span[1])}")
    target.check(settings.data_dir, files.sizes(names), same_disk=same_disk)
    about = {
        "site": settings.site,
        "node": settings.node,
        "camera": camera,
        "version": _version(),
        "made": SystemClock().now().isoformat(timespec="seconds"),
    }

    def watched(recorded: Iterator[RecordedFile]) -> Iterable[RecordedFile]:
        seconds = (span[1] - span[0]) / 1000
        return shown(recorded, lambda f: (f.segment.end_ms - span[0]) / 1000, seconds, sys.stderr, time.perf_counter)

    with target:
        done = export_span(files, target, names, span, about, partial(_moments, zone), watched, joined=joined)
    return target.final, done


def _camera(settings: Settings, name: str) -> CameraId:
    known = {camera.name: settings.camera(camera) for camera in settings.cameras}
    found = known.get(name.removeprefix(f"{settings.node}."))
    if found is None:
        raise Rejected("--camera", f"{name[:80]!r} is none of {', '.join(sorted(known))}")
    return found


def _moments(zone: ZoneInfo | None, instants: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    return {at: (to_datetime(at).isoformat(timespec="milliseconds"), _local(at, zone)) for at in instants}


def _local(unix_ms: int, zone: ZoneInfo | None) -> str:
    return to_datetime(unix_ms).astimezone(zone).isoformat(timespec="milliseconds")


def _stamp(unix_ms: int) -> str:
    return to_datetime(unix_ms).strftime("%Y%m%dT%H%M%SZ")


def _version() -> str:
    try:
        return version("sht-cctv")
    except PackageNotFoundError:
        return "unpackaged"
