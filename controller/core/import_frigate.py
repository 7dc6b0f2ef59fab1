"""Reads a Frigate configuration (0.13 to 0.16): cameras, zones, motion masks, retention."""

import math
import re
from collections.abc import Mapping
from typing import Any

from controller.core.foreign import Findings, ForeignCamera, ForeignRule, Import
from shared.errors import Rejected
from shared.geometry import Polygon
from shared.source_url import parse_source

MAX_CAMERAS = 256
_MAX_ZONES = 32
_MAX_MASKS = 64
_MAX_CORNERS = 512
_FULL_SHARE = 1.0
_SIZE_PX = (1280, 720)
_DAYS = (1, 3650)
_OURS = {"person": "person", "car": "vehicle", "truck": "vehicle", "bus": "vehicle", "motorcycle": "vehicle"}
_ROLES = {"audio": "sound is never recorded; listening is switched on in the node's own file"}
_NO_ROLE = "is no role that is known here"
_RESTREAM = re.compile(r"rtsps?://(?:127\.0\.0\.1|localhost|\[::1\])(?::8554)?/([^/?#]+)")
_VARIABLE = re.compile(r"\{(FRIGATE_[A-Z0-9_]+)\}")
# Parts of the whole file that have no place here -> why.
_ELSEWHERE = {
    "mqtt": "the site has a broker of its own; third parties read docs/third-parties.md",
    "detectors": "models are chosen with `cctv model`",
    "model": "models are chosen with `cctv model`",
    "ffmpeg": "a camera's stream is recorded as it comes; no arguments are needed",
    "snapshots": "an alarm always has its picture",
    "birdseye": "the wall shows all cameras",
    "audio": "sound is never recorded; listening is switched on in the node's own file",
    "semantic_search": "search goes by what was seen, when and where",
    "face_recognition": "people are not identified here",
    "lpr": "number plates are not read here",
    "genai": "descriptions are set under [enrich] in cctv.toml",
    "notifications": "destinations are added with `cctv notify add`",
    "auth": "people are added with `cctv user add`",
    "proxy": "see docs/security/hardening.md",
    "tls": "the site has its own CA; see [tls]",
    "ui": "everybody chooses language and colours in the dashboard",
    "telemetry": "see docs/reference/metrics.md",
    "camera_groups": "arrange tiles with `cctv layout put`",
    "timestamp_style": "a clock is burned in only where the node encodes: [cameras.overlay]",
}
_OF_CAMERA = {
    "onvif": "cameras are not steered",
    "audio": _ELSEWHERE["audio"],
    "snapshots": _ELSEWHERE["snapshots"],
    "birdseye": _ELSEWHERE["birdseye"],
    "mqtt": _ELSEWHERE["mqtt"],
    "ui": "order and names are the layout's",
    "timestamp_style": _ELSEWHERE["timestamp_style"],
    "review": "every rule raises alarms; put a severity on each",
    "notifications": _ELSEWHERE["notifications"],
    "best_image_timeout": _ELSEWHERE["snapshots"],
    "webui_url": "there is nothing like it",
}


def read_frigate(document: object) -> Import:
    """All that has a place here; a document that is no Frigate configuration is `Rejected`."""
    if not isinstance(document, Mapping) or not isinstance(document.get("cameras"), Mapping):
        raise Rejected("cameras", "is missing: this is no Frigate configuration")
    cameras = document["cameras"]
    if not 1 <= len(cameras) <= MAX_CAMERAS:
        raise Rejected("cameras", f"has {len(cameras)} entries, and 1 to {MAX_CAMERAS} are read")
    found = Findings()
    reader = _Reader(document, found)
    for key, value in cameras.items():
        reader.camera(str(key), value)
    for key, why in _ELSEWHERE.items():
        if key in document:
            found.note("left out", key, why)
    for key in document:
        if key not in _ELSEWHERE and key not in {
            "cameras",
            "go2rtc",
            "record",
            "motion",
            "objects",
            "detect",
            "version",
        }:
            found.note("left out", str(key), "is not known here")
    days = reader.keep_days()
    return Import(tuple(reader.cameras), tuple(reader.rules), days, tuple(found.notes))


def _map(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(value: object) -> str:
    """A scalar as text; lists and tables, which aliases can make endless, are no words."""
    return str(value) if isinstance(value, str | int | float) else ""


def _number(value: object) -> float | None:
    """A finite number, from text too; else nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _mode(record: Mapping[Any, Any]) -> str:
    """What is kept of the days without an event: all of them, or where something moved."""
    return _word(_map(record.get("retain")).get("mode", "all"))


class _Reader:
    def __init__(self, document: Mapping[Any, Any], found: Findings) -> None:
        self._whole = document
        self._found = found
        self._streams = _map(_map(document.get("go2rtc")).get("streams"))
        self.cameras: list[ForeignCamera] = []
        self.rules: list[ForeignRule] = []

    def camera(self, key: str, value: object) -> None:
        """Take one camera, or say why not."""
        where = f"cameras.{key}"
        if not isinstance(value, Mapping):
            self._found.note("left out", where, "is no table")
            return
        if value.get("enabled") is False:
            self._found.note("left out", where, "is switched off there")
            return
        main, sub = self._sources(where, value)
        if main is None:
            return
        name = self._found.name(key, where)
        record = {**_map(self._whole.get("record")), **_map(value.get("record"))}
        size = self._size(value)
        masks = self._masks(f"{where}.motion.mask", _map(value.get("motion")).get("mask"), size)
        self.cameras.append(
            ForeignCamera(
                name, main, sub,
                record="continuous" if record.get("enabled", False) else "off",
                upload="continuous" if self._continuous_days(record) and _mode(record) == "all" else "events",
                masks=masks,
            )
        )  # fmt: skip
        self._found.note("taken", where, f"main stream{' and sub stream' if sub else ''}, {len(masks)} masks")
        if self._continuous_days(record) and _mode(record) != "all":
            self._found.note("changed", f"{where}.record.retain.mode", "events are sent; all else is in the ring")
        if not record.get("enabled", False):
            self._found.note("changed", f"{where}.record", "was off there, and is off here: live and motion go on")
        motion = {**_map(self._whole.get("motion")), **_map(value.get("motion"))}
        for setting in sorted(set(map(str, motion)) - {"mask"}):
            self._found.note("left out", f"{where}.motion.{setting}", "our motion is another: tune [cameras.motion]")
        self._zones(where, name, value, size)
        for part, why in _OF_CAMERA.items():
            if part in value:
                self._found.note("left out", f"{where}.{part}", why)

    def _sources(self, where: str, value: Mapping[Any, Any]) -> tuple[str | None, str | None]:
        ffmpeg = _map(value.get("ffmpeg"))
        inputs = ffmpeg.get("inputs")
        for setting in sorted(set(map(str, ffmpeg)) - {"inputs"}):
            self._found.note("left out", f"{where}.ffmpeg.{setting}", _ELSEWHERE["ffmpeg"])
        if not isinstance(inputs, list) or not inputs:
            self._found.note("left out", where, "names no input")
            return None, None
        by_role: dict[str, str] = {}
        for index, entry in enumerate(inputs[:16]):
            path, roles = _map(entry).get("path"), _map(entry).get("roles")
            place = f"{where}.ffmpeg.inputs[{index}]"
            source = self._source(place, path) if isinstance(path, str) else None
            if source is None:
                continue
            for role in roles[:16] if isinstance(roles, list) else ["detect"]:
                called = _word(role)
                by_role.setdefault(called, source)
                if called not in {"record", "detect"}:
                    self._found.note("left out", f"{place}.roles", f"{called}: {_ROLES.get(called, _NO_ROLE)}")
            for setting in sorted(set(map(str, _map(entry))) - {"path", "roles"}):
                self._found.note("left out", f"{place}.{setting}", _ELSEWHERE["ffmpeg"])
        main = by_role.get("record") or by_role.get("detect")
        if main is None:
            self._found.note("left out", where, "none of its inputs is a stream that a node reads")
            return None, None
        sub = by_role.get("detect")
        return main, sub if sub != main else None

    def _source(self, place: str, path: str) -> str | None:
        if restream := _RESTREAM.fullmatch(path.strip()):
            listed = self._streams.get(restream[1])
            first = listed[0] if isinstance(listed, list) and listed else listed
            if not isinstance(first, str):
                self._found.note("left out", place, "go2rtc has no such stream")
                return None
            path = first.removeprefix("ffmpeg:").partition("#")[0]
            self._found.note("changed", place, "go2rtc is not needed: the camera's own address is taken")
        path = path.strip()
        if _VARIABLE.fullmatch(path):
            self._found.note("left out", place, f"its whole address is {path}: write it there, and import again")
            return None
        try:
            source = parse_source(path)
        except Rejected as fault:
            self._found.note("left out", place, fault.fault)
            return None
        if source.kind != "rtsp":
            self._found.note("left out", place, "is no rtsp:// address")
            return None
        if variables := _VARIABLE.findall(path):
            self._found.note("changed", place, f"put the value of {', '.join(variables)} into the node's file")
        return path

    def _size(self, value: Mapping[Any, Any]) -> tuple[float, float]:
        detect = {**_map(self._whole.get("detect")), **_map(value.get("detect"))}
        width, height = _number(detect.get("width")), _number(detect.get("height"))
        return (width, height) if width and height and width > 1 and height > 1 else _SIZE_PX

    def _corners(self, value: object, size: tuple[float, float]) -> list[tuple[float, float]] | None:
        """`"x,y,x,y"` or a list of such, in pixels of the detect stream or 0..1."""
        text = ",".join(map(_word, value[: 2 * _MAX_CORNERS])) if isinstance(value, list) else value
        if not isinstance(text, str) or len(text) > _MAX_CORNERS * 40:
            return None
        numbers = [_number(part) for part in text.split(",") if part.strip()]
        if len(numbers) % 2 or None in numbers or len(numbers) > 2 * _MAX_CORNERS:
            return None
        flat = [number for number in numbers if number is not None]
        wide, high = (1.0, 1.0) if all(number <= _FULL_SHARE for number in flat) else size
        return [(round(x / wide, 4), round(y / high, 4)) for x, y in zip(flat[::2], flat[1::2], strict=True)]

    def _masks(self, where: str, value: object, size: tuple[float, float]) -> tuple[Polygon, ...]:
        if value is None or value == "":
            return ()
        listed = value if isinstance(value, list) and any("," in _word(one) for one in value[:_MAX_MASKS]) else [value]
        masks = []
        for index, one in enumerate(listed[:_MAX_MASKS]):
            corners = self._corners(one, size)
            if corners is None:
                self._found.note("left out", f"{where}[{index}]", "its corners cannot be read")
            elif outline := self._found.polygon(f"{where}[{index}]", corners):
                masks.append(outline)
        return tuple(masks)

    def _classes(self, where: str, listed: object) -> tuple[str, ...]:
        wanted = [_word(one) for one in listed[:32]] if isinstance(listed, list) else ["person"]
        for one in wanted:
            if one not in _OURS:
                self._found.note("left out", f"{where}.objects", f"{one}: name it as your model does, in the rule")
        return tuple(dict.fromkeys(_OURS[one] for one in wanted if one in _OURS))

    def _zones(self, where: str, camera: str, value: Mapping[Any, Any], size: tuple[float, float]) -> None:
        tracked = {**_map(self._whole.get("objects")), **_map(value.get("objects"))}
        if "mask" in tracked or "filters" in tracked:
            self._found.note("left out", f"{where}.objects", "masks and filters of objects: draw the zone narrower")
        for key, zone in list(_map(value.get("zones")).items())[:_MAX_ZONES]:
            place = f"{where}.zones.{key}"
            corners = self._corners(_map(zone).get("coordinates"), size)
            outline = self._found.polygon(place, corners) if corners else None
            if outline is None:
                if not corners:
                    self._found.note("left out", place, "its corners cannot be read")
                continue
            classes = self._classes(place, _map(zone).get("objects") or tracked.get("track"))
            if not classes:
                self._found.note("left out", place, "is about nothing that a rule here knows")
                continue
            dwell = _number(_map(zone).get("loitering_time"))
            stays = dwell is not None and 1 <= dwell <= 3600  # noqa: PLR2004 - an hour
            self.rules.append(
                ForeignRule(
                    f"{camera} {key}"[:100], camera, "loitering" if stays else "zone_intrusion", outline,
                    str(key)[:100], classes, dwell if stays else None,
                )
            )  # fmt: skip
            self._found.note("taken", place, f"a rule for {', '.join(classes)}: it is switched off until you say so")
            for setting in ("inertia", "filters", "speed_threshold", "distances"):
                if setting in _map(zone):
                    self._found.note("left out", f"{place}.{setting}", "see persistence_s and min_confidence of rules")

    @staticmethod
    def _continuous_days(record: Mapping[Any, Any]) -> float:
        kept = _map(record.get("continuous")) or _map(record.get("retain"))
        return _number(kept.get("days")) or 0.0

    def _told_days(self, where: str, record: Mapping[Any, Any]) -> None:
        """A note for what is no number of days."""
        kept = {part: _map(record.get(part)) for part in ("continuous", "retain")}
        for part in ("events", "alerts", "detections"):
            kept[f"{part}.retain"] = _map(_map(record.get(part)).get("retain"))
        for part, table in kept.items():
            for name in ("default", "days"):
                if name in table and ((days := _number(table[name])) is None or days < 0):
                    self._found.note("left out", f"{where}.{part}.{name}", "is no number of days")

    def keep_days(self) -> int | None:
        """The longest that anything is kept there: here one figure holds for all footage."""
        days: list[float] = []
        records = {"record": _map(self._whole.get("record"))}
        for key, one in self._whole["cameras"].items():
            records[f"cameras.{key}.record"] = _map(_map(one).get("record"))
        for where, record in records.items():
            self._told_days(where, record)
            days.append(self._continuous_days(record))
            for part in ("events", "alerts", "detections"):
                kept = _map(_map(record.get(part)).get("retain"))
                days += [_number(kept.get(name)) or 0.0 for name in ("default", "days")]
        longest = max(days, default=0.0)
        if longest <= 0:
            return None
        whole = math.ceil(min(_DAYS[1], max(_DAYS[0], longest)))
        self._found.note(
            "changed", "record", f"one retention for all footage here: {whole} days, the longest of theirs"
        )
        return whole
