"""How a film on disk may be opened: by its own bytes alone, whatever its name says and wherever it would point."""

from collections.abc import Iterable, Mapping
from pathlib import Path

_POINTERS = frozenset({
    "applehttp", "avisynth", "concat", "concatf", "dash", "hls", "image2", "imf", "lavfi", "rtp", "rtsp", "sap",
    "sdp", "vapoursynth", "vobsub", "webm_dash_manifest",
})  # fmt: skip
"""FFmpeg's readers of lists, scripts, number patterns and addresses: they open other files and hosts."""


def film_name(path: Path) -> str:
    """A file's name for FFmpeg, which reads `http:` or `concat:` at its beginning as a protocol."""
    return f"file:{path}"


def film_options(formats: Iterable[str]) -> Mapping[str, str]:
    """FFmpeg's options for opening a film; `formats` are all that it knows."""
    return {"protocol_whitelist": "file", "format_whitelist": ",".join(sorted(set(formats) - _POINTERS))}


NOT_A_FILM = "a playlist, a list of files or a still picture is not read"
"""What FFmpeg's refusal of a format that is not allowed ("Invalid argument") means."""
