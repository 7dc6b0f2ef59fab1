"""Writes a .rpk as an IMX500 takes it: a block of firmware, and behind it what picamera2 reads of the network."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_NORMS = ("K00", "K02", "K03", "K11", "K13", "K20", "K22", "K23")


def write_network(file: Path, intrinsics: Mapping[str, Any] | None, size_px: tuple[int, int] = (320, 320)) -> Path:
    """The file, with those intrinsics (None: without any)."""
    told = {"inputTensorWidth": size_px[0], "inputTensorHeight": size_px[1], "inputTensorFormat": "RGB"}
    lines = ["networkID=000001", "apParamSize=0", "networkNum=1", "networkOrdinal=0"]
    lines += [f"{key}={value}" for key, value in told.items()] + [f"inputTensorNorm_{name}=0x0400" for name in _NORMS]
    files = {"network_info.txt": "\n".join(lines).encode()}
    if intrinsics is not None:
        files["network_intrinsics"] = json.dumps(intrinsics).encode()
    firmware = 16
    block = b"9464" + struct.pack(">I", firmware) + bytes(firmware + 52) + b"3695"
    file.write_bytes(block + b"".join(_entry(name, data) for name, data in files.items()) + _entry("TRAILER!!!", b""))
    return file


def _entry(name: str, data: bytes) -> bytes:
    raw = name.encode() + b"\0"
    fields = [0, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + raw
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
