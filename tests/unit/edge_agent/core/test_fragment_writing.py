"""Fragments are what FFmpeg's own muxer would have written: the same units, times and keyframes."""

import io
from dataclasses import replace
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.adapters.muxer import FragmentMuxer
from edge_agent.core.codec import nal_units
from edge_agent.core.fragment_writing import length_prefixed, write_fragment
from edge_agent.core.fragments import read_layout
from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Broken
from tests.fakes.footage import HEIGHT, STREAM, WIDTH, packets, pictures

START_MS = 1_700_000_000_000
Seen = tuple[int | None, int | None, int | None, bool, bytes]


def reordered(encoder: str) -> tuple[EncodedPacket, ...]:
    """Two seconds with pictures that are shown in another order than they come."""
    context = av.CodecContext.create(encoder, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.framerate, context.time_base = Fraction(25), Fraction(1, 25)
    quiet = {"x265-params": "bframes=3:keyint=20:log-level=none", "x264-params": "bframes=3:keyint=20:scenecut=0"}
    context.options = {"preset": "fast", f"{encoder[3:]}-params": quiet[f"{encoder[3:]}-params"]}
    found = []
    for number, picture in enumerate([*pictures(50), None]):
        if picture is not None:
            picture.pts = number
        found += context.encode(picture)
    assert any(packet.pts != packet.dts for packet in found)
    first = min(packet.dts or 0 for packet in found)
    return tuple(
        EncodedPacket(
            bytes(packet),
            START_MS + 40 * ((packet.pts or 0) - first),
            START_MS + 40 * ((packet.dts or 0) - first),
            40,
            packet.is_keyframe,
        )
        for packet in found
    )


def by_ffmpeg(stream: StreamInfo, units: tuple[EncodedPacket, ...]) -> list[Seen]:
    written = io.BytesIO()
    options = {"movflags": "empty_moov+default_base_moof+frag_keyframe", "frag_duration": "500000"}
    with av.open(written, "w", format="mp4", options=options) as container:
        track = container.add_mux_stream(stream.codec, rate=25, width=stream.width_px, height=stream.height_px)
        track.time_base = Fraction(1, 90_000)
        for unit in units:
            packet: av.Packet[av.stream.Stream] = av.Packet(unit.data)
            packet.stream, packet.time_base, packet.is_keyframe = track, Fraction(1, 90_000), unit.key
            packet.dts, packet.pts = (unit.dts_ms - START_MS) * 90, (unit.pts_ms - START_MS) * 90
            packet.duration = unit.duration_ms * 90
            container.mux(packet)
    return seen(written.getvalue())


def by_us(stream: StreamInfo, units: tuple[EncodedPacket, ...]) -> list[Seen]:
    muxer = FragmentMuxer(stream, units[0])
    whole = b"".join([muxer.add(unit) for unit in units]) + muxer.close()
    assert read_layout(muxer.init + whole).usable_bytes == len(muxer.init + whole)
    return seen(muxer.init + whole)


def seen(file: bytes) -> list[Seen]:
    with av.open(io.BytesIO(file), "r") as container:
        return [
            (packet.dts, packet.pts, packet.duration, packet.is_keyframe, bytes(packet))
            for packet in container.demux(video=0)
            if packet.size
        ]


@pytest.mark.parametrize(
    ("stream", "units"),
    [
        (STREAM, packets(45)),
        (StreamInfo("h264", "avc1.64000b", WIDTH, HEIGHT, 25.0), reordered("libx264")),
        (StreamInfo("hevc", "hvc1", WIDTH, HEIGHT, 25.0), reordered("libx265")),
    ],
    ids=["h264", "h264 reordered", "hevc reordered"],
)
def test_a_reader_sees_what_ffmpeg_would_have_written(stream: StreamInfo, units: tuple[EncodedPacket, ...]) -> None:
    assert by_us(stream, units) == by_ffmpeg(stream, units)


UNIT = st.binary(max_size=60).filter(lambda unit: b"\x00\x00" not in unit and not unit.endswith(b"\x00"))


@given(st.lists(st.tuples(st.integers(0, 3), UNIT)))
def test_every_unit_is_kept_and_no_zero_around_it(parts: list[tuple[int, bytes]]) -> None:
    data = b"".join(bytes(zeros) + b"\x00\x00\x01" + unit for zeros, unit in parts)
    pieces = list(map(bytes, length_prefixed(data)))
    assert pieces[1::2] == [unit for _zeros, unit in parts if unit] == list(nal_units(data))
    assert [int.from_bytes(length) for length in pieces[::2]] == [len(unit) for unit in pieces[1::2]]


@given(st.binary(max_size=200))
def test_rubbish_is_no_unit(data: bytes) -> None:
    assert b"".join(length_prefixed(data)[1::2]) == b"".join(unit.rstrip(b"\x00") for unit in nal_units(data))


@pytest.mark.parametrize(
    "packet",
    [
        replace(packets(1)[0], pts_ms=START_MS + 2**31),
        replace(packets(1)[0], pts_ms=START_MS - 2**31),
    ],
)
def test_times_that_no_mp4_can_tell_are_broken(packet: EncodedPacket) -> None:
    with pytest.raises(Broken):
        write_fragment(1, START_MS, [packet], packet.dts_ms + 100)
    with pytest.raises(Broken):
        write_fragment(1, START_MS, [packets(1)[0]], START_MS - 1)


def test_a_packet_that_is_not_later_than_the_last_is_broken() -> None:
    given_ = packets(3)
    muxer = FragmentMuxer(STREAM, given_[0])
    muxer.add(given_[0])
    with pytest.raises(Broken):
        muxer.add(given_[0])
