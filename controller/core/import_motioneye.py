"""Reads motionEye's camera files: `camera-N.conf`, as they lie in its folder or in its backup."""

import math
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from controller.core.foreign import Findings, ForeignCamera, Import
from shared.errors import Rejected
from shared.source_url import parse_source

MAX_CAMERAS = 64
_ON = frozenset({"on", "yes", "true", "1"})
_MOST_PX = 100_000_000
_DAYS = (1, 3650)
_ELSEWHERE = {
    "mask_file": "a mask that is a picture: draw it anew as polygons, [cameras.motion] masks",
    "privacy_mask_file": "a mask that is a picture: draw it anew, [[cameras.privacy]]",
    "smart_mask_speed": "masks do not change by themselves here",
    "text_left": "burned in only where the node encodes: [cameras.overlay]",
    "text_right": "burned in only where the node encodes: [cameras.overlay]",
    "rotate": "turn the picture in the camera",
    "on_event_start": "programs are not started: use a webhook, `cctv notify add`",
    "on_event_end": "programs are not started: use a webhook, `cctv notify add`",
    "on_picture_save": "programs are not started: use a webhook, `cctv notify add`",
    "on_movie_end": "programs are not started: use a webhook, `cctv notify add`",
    "stream_port": "live pictures come by the dashboard",
    "snapshot_interval": "time-lapse is not made here",
    "@upload_service": "copies go by `cctv archive`",
    "@working_schedule": 'say it as record = "schedule" and record_windows',
    "target_dir": "the node has a ring of its own, the site its store",
}


def read_motioneye(files: Mapping[str, str]) -> Import:
    """All that has a place here, of file name -> text; no camera among them is `Rejected`."""
    found = Findings()
    cameras, days = [], []
    named = sorted(name for name in files if name.rpartition("/")[2].startswith(("camera-", "thread-")))
    if not named:
        raise Rejected("motioneye", "there is no camera-1.conf: this is no motionEye configuration")
    if len(named) > MAX_CAMERAS:
        raise Rejected("motioneye", f"has {len(named)} cameras, and {MAX_CAMERAS} at most are read")
    for name in named:
        where = name.rpartition("/")[2]
        options = _options(files[name])
        if camera := _camera(where, options, found):
            cameras.append(camera)
            days += [_whole(options.get("@preserve_movies")), _whole(options.get("@preserve_pictures"))]
    for name in sorted(set(files) - set(named)):
        found.note("left out", name.rpartition("/")[2], "people, server and main settings are made anew here")
    longest = max((one for one in days if one is not None and one > 0), default=None)
    kept = None if longest is None else min(_DAYS[1], max(_DAYS[0], longest))
    if kept is not None:
        found.note(
            "changed", "@preserve_movies", f"one retention for all footage here: {kept} days, the longest of theirs"
        )
    return Import(tuple(cameras), (), kept, tuple(found.notes))


def _options(text: str) -> dict[str, str]:
    """`key value` lines; `# @key value` are motionEye's own."""
    options = {}
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# @"):
            stripped = stripped[2:]
        elif not stripped or stripped.startswith(("#", ";")):
            continue
        key, _, value = stripped.partition(" ")
        options[key] = value.strip()
    return options


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004


def _source(where: str, options: Mapping[str, str], key: str, found: Findings) -> str | None:
    address = options.get(key, "")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        if (login := options.get("netcam_userpass")) and "@" not in parts.netloc:
            user, _, password = login.partition(":")
            place = f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}"
            address = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
        source = parse_source(address)
    except (Rejected, ValueError) as fault:
        why = fault.fault if isinstance(fault, Rejected) else "is no address"
        found.note("left out", f"{where} {key}", why)
        return None
    if source.kind != "rtsp":
        found.note("left out", f"{where} {key}", "is no rtsp:// address: take the camera's RTSP stream")
        return None
    return address


def _camera(where: str, options: Mapping[str, str], found: Findings) -> ForeignCamera | None:
    if options.get("@enabled", "on").lower() not in _ON:
        found.note("left out", where, "is switched off there")
        return None
    main, high = _source(where, options, "netcam_url", found), _source(where, options, "netcam_high_url", found)
    device = options.get("videodevice") or options.get("v4l2_device") or options.get("video_device")
    if main is None and high is None and device:
        try:
            main = parse_source(f"v4l2://{device}").text
        except Rejected as fault:
            found.note("left out", f"{where} videodevice", fault.fault)
        else:
            found.note(
                "changed", f"{where} videodevice", "say its size and format: v4l2:///dev/video0?size=1280x720&fps=15"
            )
    if main is None and high is None:
        found.note("left out", where, "has no stream that a node reads")
        return None
    source, sub = (high, main) if high else (main, None)
    name = found.name(options.get("@name") or options.get("camera_name") or "camera", where)
    detects = options.get("@motion_detection", "on").lower() in _ON
    recording = options.get("movie_output", options.get("ffmpeg_output_movies", "off")).lower() in _ON
    share = _share(where, options, found)
    found.note("taken", where, f"main stream{' and sub stream' if sub else ''}")
    if recording and detects:
        found.note(
            "changed", f"{where} movie_output", "is recorded all the time here, in a ring; events alone are sent"
        )
    for key, why in _ELSEWHERE.items():
        if options.get(key, "") not in {"", "0", "off", "(null)", "value"}:
            found.note("left out", f"{where} {key}", why)
    return ForeignCamera(name, source or "", sub, least_share=share)


def _share(where: str, options: Mapping[str, str], found: Findings) -> float | None:
    """Its threshold in changed pixels as a share of the picture."""
    threshold, width, height = (_whole(options.get(key)) for key in ("threshold", "width", "height"))
    if not threshold or not width or not height or width * height > _MOST_PX:
        if "threshold" in options:
            found.note("left out", f"{where} threshold", "threshold, width and height are no numbers of pixels")
        return None
    share = round(min(1.0, threshold / (width * height)), 6)
    if not math.isfinite(share) or share <= 0:
        return None
    found.note(
        "changed", f"{where} threshold", f"{threshold} pixels are least_share = {share:g} here; try it on a film"
    )
    return share
