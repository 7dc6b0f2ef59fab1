"""Reads a camera's source: `scene://yard`, `rtsp://…`, `picamera://0`, `v4l2:///dev/video0` or a file's path. Pure."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.address_secrets import has_secret_name, named_secrets, shown_path
from shared.errors import Rejected
from shared.module_streams import ModuleStreams, parse_module
from shared.video_device import VideoDevice, parse_device

SourceKind = Literal["scene", "file", "rtsp", "picamera", "v4l2"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_LONGEST = 2000
_WRITTEN = "in a user or password, '/', '?', '#' and '@' are written %2F, %3F, %23 and %40"
SCENE_NAMES = ("yard", "gate")
_SCENE_NUMBERS = {"seed": (0, 2**32 - 1), "fps": (1, 30)}
"""What a scene's URL may say, from and to."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a camera's pictures come from. `text` may hold credentials: print `shown` instead."""

    kind: SourceKind
    text: str
    shown: str
    module: ModuleStreams | None = None  # of a picamera
    device: VideoDevice | None = None  # of a USB camera

    @property
    def passed_through(self) -> bool:
        """Whether the node records what the camera encodes, untouched."""
        return self.kind in {"rtsp", "file"} or (self.device is not None and self.device.format == "h264")


def parse_source(text: str, field: str = "source") -> Source:
    """Read a source or raise `Rejected`; whether a file exists is not looked at."""
    if not text or len(text) > _LONGEST or any(ord(sign) < ord(" ") or ord(sign) == 127 for sign in text):  # noqa: PLR2004 - DEL
        raise Rejected(field, f"needs 1 to {_LONGEST} printable characters")
    scheme = _SCHEME.match(text)
    if scheme is None:
        return Source("file", text, text)
    match scheme[1].lower():
        case "scene":
            return _scene(text, field)
        case "rtsp" | "rtsps":
            return _rtsp(text, field)
        case "picamera":
            return Source("picamera", text, text, module=parse_module(text, field))
        case "v4l2":
            return Source("v4l2", text, text, device=parse_device(text, field))
        case other:
            known = "scene://, rtsp://, rtsps://, picamera://, v4l2:// or a file"
            raise Rejected(field, f"'{other}:' is not a source ({known})")


def parse_sub_source(text: str, main: Source, field: str = "sub_source") -> Source:
    """Read where the sub stream of a camera comes from, or raise `Rejected`."""
    source = parse_source(text, field)
    if main.kind != "rtsp":
        raise Rejected(field, f"only an RTSP camera has one to name, and source is {main.kind}")
    if source.kind != "rtsp":
        raise Rejected(field, "must be rtsp:// or rtsps:// like the camera's source")
    return source


class SceneUrl(NamedTuple):
    """Which scene is rendered, from which seed, how many pictures a second."""

    name: str
    seed: int = 7
    fps: int = 15


def parse_scene_url(url: str) -> SceneUrl:
    """Read "scene://yard?seed=7&fps=15", whose numbers may be left out. Raises Rejected naming the bad part."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise Rejected("url", str(error)) from error
    if parts.scheme != "scene":
        raise Rejected("url", "does not begin with scene://")
    if parts.netloc not in SCENE_NAMES:
        raise Rejected("name", f"unknown scene {parts.netloc!r}; known: {', '.join(SCENE_NAMES)}")
    if parts.path not in {"", "/"} or parts.fragment:
        raise Rejected("url", "has more than a name and its numbers")
    numbers = {}
    for key, value in query:
        if key not in _SCENE_NUMBERS:
            raise Rejected(key, f"unknown; known: {', '.join(_SCENE_NUMBERS)}")
        least, most = _SCENE_NUMBERS[key]
        if re.fullmatch(r"[0-9]{1,10}", value) is None or not least <= int(value) <= most:
            raise Rejected(key, f"{value[:20]!r} is not a whole number in {least}..{most}")
        numbers[key] = int(value)
    return SceneUrl(parts.netloc, **numbers)


def _scene(text: str, field: str) -> Source:
    try:
        parse_scene_url(text)
    except Rejected as fault:
        raise Rejected(field, f"{fault.field}: {fault.fault}") from None
    return Source("scene", text, text)


def credentials(text: str) -> tuple[str, ...]:
    """User, password and what looks like one in path or query of a source that was read; as written, and decoded."""
    if _SCHEME.match(text) is None:
        return ()
    parts = urlsplit(text)
    given = [part for part in parts.netloc.rpartition("@")[0].split(":", 1) if part]
    found = [*given, *(unquote(part) for part in given)]
    found += named_secrets(f"{parts.path}?{parts.query}")
    found += [value for name, value in parse_qsl(parts.query) if named_secrets(f"{name}={value}")]
    return tuple(dict.fromkeys(found))


def _rtsp(text: str, field: str) -> Source:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # its words quote what may be a password
        raise Rejected(field, f"names no host and port that can be read: {_WRITTEN}") from None
    if _splits_login(parts.netloc, text.partition("://")[2][len(parts.netloc) :]):
        raise Rejected(field, f"has an '@' behind its host: {_WRITTEN}")
    host = parts.netloc.rpartition("@")[2]
    host = host[: -len(f":{port}")] if port is not None else host
    if not _HOST.fullmatch(host) or " " in text:
        raise Rejected(field, "names no host")
    place = f"{host}:{port}" if port is not None else host
    return Source("rtsp", text, f"{parts.scheme}://{place}{shown_path(parts.path)}")


def _splits_login(netloc: str, rest: str) -> bool:
    """Whether a login seems to hold a sign that ends the host before it: what follows its `@` would be the host."""
    before, at, after = rest.rpartition("@")
    if not at or (has_secret_name(before) and "@" not in netloc):
        return False
    return "@" in netloc or any(sign in re.split(r"[/?#]", after)[0] for sign in ".:")
