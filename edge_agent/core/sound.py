"""What a camera's sound is, where it is switched on: its description, its packets, how it does. Never recorded."""

from dataclasses import dataclass
from typing import Literal

SoundState = Literal["off", "starting", "on", "lost"]


@dataclass(frozen=True, slots=True)
class SoundInfo:
    """How to decode it. `description` is what a decoder needs beside: AAC's configuration; empty where nothing."""

    codec_string: str  # "opus", or RFC 6381: "mp4a.40.2"
    rate_hz: int
    channels: int
    description: bytes = b""


@dataclass(frozen=True, slots=True)
class SoundPacket:
    """Some 20 ms of it as encoded; `pts_ms` is media time, the pictures' own."""

    data: bytes
    pts_ms: int


@dataclass(frozen=True, slots=True)
class SoundSigns:
    """How it does: `off` unless switched on, `lost` with the reason while pictures go on without it."""

    state: SoundState = "off"
    info: SoundInfo | None = None
    error: str = ""
