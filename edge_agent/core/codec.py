"""H.264 and H.265 access units in Annex-B: their NAL units, parameter sets and the RFC 6381 name of their codec."""

from collections.abc import Iterator
from typing import Literal

Codec = Literal["h264", "hevc"]

_H264_SPS, _H264_IDR = 7, 5
_HEVC_SPS = 33
_HEVC_KEYS = range(16, 22)


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an Annex-B access unit, without start codes."""
    begin = data.find(b"\x00\x00\x01")
    while begin >= 0:
        begin += 3
        after = data.find(b"\x00\x00\x01", begin)
        unit = data[begin:] if after < 0 else data[begin:after].rstrip(b"\x00")
        if unit:
            yield unit
        begin = after


def nal_type(codec: Codec, unit: bytes) -> int:
    """The type number of a non-empty NAL unit."""
    return unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F


def is_key(codec: Codec, data: bytes) -> bool:
    """Whether decoding may begin at this access unit: it has a random-access picture."""
    keys = {_H264_IDR} if codec == "h264" else set(_HEVC_KEYS)
    return any(nal_type(codec, unit) in keys for unit in nal_units(data))


def codec_string(codec: Codec, data: bytes) -> str | None:
    """RFC 6381 name from the SPS in an access unit, for example `avc1.640028`; None when there is no SPS."""
    sps_type = _H264_SPS if codec == "h264" else _HEVC_SPS
    sps = next((unit for unit in nal_units(data) if nal_type(codec, unit) == sps_type), None)
    if sps is None:
        return None
    return _avc(sps) if codec == "h264" else _hevc(sps)


def codec_string_of_config(codec: Codec, config: bytes) -> str | None:
    """The same name from a file's `avcC` or `hvcC` record; None when it is too short."""
    if codec == "h264":
        return _avc(config)
    return _hevc(b"\x00\x00\x00" + config[1:13]) if len(config) >= 13 else None  # noqa: PLR2004 - up to the level


def _avc(sps: bytes) -> str | None:
    return f"avc1.{sps[1]:02x}{sps[2]:02x}{sps[3]:02x}" if len(sps) >= 4 else None  # noqa: PLR2004 - header, 3 bytes


def _hevc(sps: bytes) -> str | None:
    """`hvc1.{profile}.{compatibility, bits reversed}.{tier}{level}.{constraints}` (ISO/IEC 14496-15, annex E)."""
    raw = sps.replace(b"\x00\x00\x03", b"\x00\x00")
    if len(raw) < 15:  # noqa: PLR2004 - NAL header 2, ids 1, profile_tier_level 12
        return None
    space = ("", "A", "B", "C")[raw[3] >> 6]
    tier = "H" if raw[3] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(raw[4:8]):032b}"[::-1], 2)
    constraints = raw[8:14].rstrip(b"\x00")
    tail = "".join(f".{byte:X}" for byte in constraints)
    return f"hvc1.{space}{raw[3] & 0x1F}.{compatibility:X}.{tier}{raw[14]}{tail}"
