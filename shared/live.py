"""Live framing: [4-byte big-endian metadata length][msgpack metadata][payload], one WebSocket message each.

Metadata is a map with `t`, the kind:
  init    {t, codec: "avc1.42c01f", width, height, fps, camera, quality}   before the first picture and when it changes
  au      {t, pts: Unix ms of capture, key: bool, seq: int}                payload: one access unit, Annex-B
  boxes   {t, pts, model, tracks: [{id, class, confidence, x1, y1, x2, y2, state}]}   drawn on the frame of `pts`
  state   {t, state: "live" | "waiting" | "away", reason}                      the relay's word to a subscriber
A camera's sound, to who listens, on a socket of its own, where it is switched on:
  sound-init  {t, codec: "opus" | "mp4a.40.2", rate, channels, camera}   payload: what a decoder needs beside
  sound       {t, pts: as of pictures}                                   payload: one packet
Derived pictures, to who may not see clear ones, on a socket of its own, with `boxes` and `state`:
  derived     {t, pts: of the picture it was made of, width, height}     payload: a JPEG of blocks
A piece of a ring, to who plays it, on a socket of its own:
  piece   {t, codec, start_ms, end_ms, init_bytes, length_bytes}   first; `none` {t, reason} instead
  bytes   {t}                                                      payload: what comes next of it, verbatim
The relay reads nothing but `t`, `key` and `pts`.
"""

import struct
from typing import Any

import msgpack

from shared.errors import Rejected

MAX_METADATA_BYTES = 64 * 1024
MAX_FRAME_BYTES = 8 * 1024 * 1024
SOUND = "sound"
"""The stream of a camera's sound, beside `main` and `sub`, which are its pictures."""
PIECE_BYTES = 32_000_000
"""The most that one piece of a film has, its init apart."""
_HEADER = struct.Struct(">I")


def pack(metadata: dict[str, Any], payload: bytes = b"") -> bytes:
    """Frame one message."""
    head: bytes = msgpack.packb(metadata, use_bin_type=True)
    return _HEADER.pack(len(head)) + head + payload


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Split one message into metadata and payload; anything malformed raises `Rejected`."""
    if not _HEADER.size <= len(message) <= MAX_FRAME_BYTES:
        raise Rejected("live frame", f"{len(message)} bytes is not a frame")
    (length,) = _HEADER.unpack_from(message)
    if length > MAX_METADATA_BYTES or _HEADER.size + length > len(message):
        raise Rejected("live frame", f"metadata of {length} bytes does not fit a message of {len(message)}")
    try:
        metadata = msgpack.unpackb(message[_HEADER.size : _HEADER.size + length], raw=False)
    except (ValueError, msgpack.exceptions.UnpackException, TypeError) as fault:
        raise Rejected("live frame", f"metadata is not msgpack: {fault}") from None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("t"), str):
        raise Rejected("live frame", "metadata is not a map with a kind 't'")
    return metadata, message[_HEADER.size + length :]
