"""What a camera's process says arrives as it was said; anything else is refused, whatever it is."""

from dataclasses import replace
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.adapters.camera_told import CameraTold
from edge_agent.adapters.camera_wire import (
    Failed,
    LivePacket,
    LumaReady,
    NetworkTold,
    SegmentClosed,
    SegmentDropped,
    Sighted,
    Signs,
    SoundHeard,
    SoundTold,
    StreamChanged,
    SubLost,
    ToAgent,
)
from edge_agent.adapters.detector_told import read_detector_told
from edge_agent.adapters.detector_wire import Alive, FromDetector, Looked, Ready, Refused
from edge_agent.adapters.message_fields import pack_message
from edge_agent.core.media import Packet, Segment, StreamInfo
from edge_agent.core.sightings import Look, Thing
from edge_agent.core.sound import SoundInfo, SoundPacket
from shared.errors import Rejected
from shared.geometry import Box
from shared.ids import CameraId

CAMERA = CameraId("n1.gate")
STREAM = StreamInfo("hevc", "hvc1.1.6.L93.B0", 1920, 1080, 14.98)
SEGMENT = Segment(CAMERA, "1700000000000-0a1.mp4", "0a1", 1_700_000_000_000, 1_700_000_002_000, 9, 3, "0" * 64, STREAM)
LOOK = Look(1_700_000_000_000, (Thing("person", 0.5, Box(0.0, 0.25, 1.0, 1.001)),))
SAID: tuple[ToAgent, ...] = (
    Signs(None, 0, 0, 0, 0, "", 0),
    Signs(12, 3, 4, 5, 6, "No space left on device", 7, 8, 1_700_000_000_000),
    StreamChanged("sub", STREAM),
    SubLost("the stream ended", refused=True),
    SegmentClosed(SEGMENT),
    SegmentDropped(SEGMENT.name),
    LumaReady(),
    LivePacket(3, STREAM, Packet(b"\0\0\1", 1_700_000_000_000, key=True)),
    Failed("the source ended", refused=False),
    NetworkTold("imx500", ""),
    Sighted(LOOK),
    SoundTold(None, "the camera offers no sound"),
    SoundTold(SoundInfo("mp4a.40.2", 16_000, 1, b"\x14\x08"), ""),
    SoundHeard(SoundPacket(b"abc", 1_700_000_000_000)),
)
LOOKED: tuple[FromDetector, ...] = (Ready("m"), Refused("model: none"), Alive(), Looked(CAMERA, LOOK))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.binary(max_size=20) | st.text(),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)
told = CameraTold(CAMERA)


@pytest.mark.parametrize("message", SAID, ids=lambda message: type(message).__name__)
def test_it_arrives_as_it_was_said(message: ToAgent) -> None:
    assert told(pack_message(message)) == message


@pytest.mark.parametrize("message", LOOKED, ids=lambda message: type(message).__name__)
def test_so_it_does_from_the_detector(message: FromDetector) -> None:
    assert read_detector_told(pack_message(message)) == message


def test_every_kind_is_tried() -> None:
    assert {type(message) for message in SAID} == set(ToAgent.__args__)
    assert {type(message) for message in LOOKED} == set(FromDetector.__args__)


def test_a_reason_that_is_long_or_no_text_is_told_in_part() -> None:
    message = told(pack_message(Failed("x" * 100_000 + "\udc80", refused=False)))
    assert isinstance(message, Failed)
    assert set(message.reason) == {"x"}


@pytest.mark.parametrize(
    "segment",
    [
        replace(SEGMENT, camera=CameraId("n1.other")),
        replace(SEGMENT, name="../../node.key"),
        replace(SEGMENT, name=f"{SEGMENT.name}\n"),
        replace(SEGMENT, name=str(Path("/etc/passwd"))),
        replace(SEGMENT, muxer="../x"),
        replace(SEGMENT, start_ms=-1),
        replace(SEGMENT, end_ms=1),
        replace(SEGMENT, length_bytes=True),
        replace(SEGMENT, init_bytes=10),
        replace(SEGMENT, sha256=""),
        replace(SEGMENT, stream=replace(STREAM, fps=float("nan"))),
        replace(SEGMENT, stream=replace(STREAM, codec_string="<b>")),
    ],
)
def test_a_segment_is_of_this_camera_and_its_name_leads_nowhere(segment: Segment) -> None:
    with pytest.raises(Rejected):
        told(pack_message(SegmentClosed(segment)))


def test_a_name_that_is_dropped_leads_nowhere() -> None:
    with pytest.raises(Rejected):
        told(pack_message(SegmentDropped("../index.jsonl")))


def refused_or_known(data: bytes) -> None:
    for read in (told, read_detector_told):
        try:
            message: object = read(data)
        except Rejected:
            continue
        assert isinstance(message, (*ToAgent.__args__, *FromDetector.__args__))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_are_a_message(data: bytes) -> None:
    refused_or_known(data)


@given(st.sampled_from([type(message).__name__ for message in (*SAID, *LOOKED)]), st.lists(VALUES, max_size=12))
def test_any_values_are_refused_or_are_a_message(kind: str, values: list[object]) -> None:
    try:
        data = msgpack.packb([kind, *values])
    except (ValueError, OverflowError):
        return
    refused_or_known(data)


@given(st.sampled_from([*SAID, *LOOKED]), st.integers(0, 10_000), st.integers(0, 255))
def test_a_message_that_was_bent_is_refused_or_is_a_message(
    message: ToAgent | FromDetector, at: int, value: int
) -> None:
    data = bytearray(pack_message(message))
    data[at % len(data)] = value
    refused_or_known(bytes(data))
    refused_or_known(bytes(data[: at % len(data)]))


def test_a_message_in_a_message_without_end_is_refused() -> None:
    refused_or_known(b"\x91" * 100_000 + b"\xc0")
