"""A stream that is decoded only while it is wanted."""

from pathlib import Path

import av
import pytest

from edge_agent.adapters.spare_decoder import SpareDecoder
from tests.fakes.footage import write_film

GOP, COUNT = 10, 100  # a keyframe each second, ten seconds


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film.mp4", count=COUNT, options={"g": str(GOP), "bf": "0", "sc_threshold": "0"})


def decoded(film: Path, wanted: range) -> tuple[list[int], list[int]]:
    """Which frames were shown, and how many at each packet, when those packets' pictures were wanted."""
    shown, steps = [], []
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        spare = SpareDecoder(stream.codec_context)
        for number, packet in enumerate(packet for packet in container.demux(stream) if packet.size):
            data = bytes(packet)
            frames = spare.take(packet, data, wanted=number in wanted)
            assert bytes(packet) == data
            shown += [round((frame.time or 0) * 10) for frame in frames]
            steps.append(len(frames))
    return shown, steps


def test_nothing_is_decoded_while_nobody_wants_it(film: Path) -> None:
    assert decoded(film, range(0)) == ([], [0] * COUNT)


def test_everything_is_decoded_where_it_is_wanted_from_the_start(film: Path) -> None:
    assert decoded(film, range(COUNT)) == (list(range(COUNT)), [1] * COUNT)


def test_what_happened_in_the_seconds_before_it_was_wanted_is_seen_too_a_few_pictures_at_a_time(film: Path) -> None:
    shown, steps = decoded(film, range(65, COUNT))
    assert shown == list(range(20, COUNT))  # from the last keyframe that is four seconds older than the newest one
    assert max(steps) == 3
    assert steps[-1] == 1


def test_it_stops_when_it_is_not_wanted_any_more_and_knows_what_it_missed_when_it_is_again(film: Path) -> None:
    shown, _steps = decoded(film, range(45))
    assert shown == list(range(45))
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        spare = SpareDecoder(stream.codec_context)
        again = []
        for number, packet in enumerate(packet for packet in container.demux(stream) if packet.size):
            frames = spare.take(packet, bytes(packet), wanted=number not in range(23, 28))
            again += [round((frame.time or 0) * 10) for frame in frames]
    assert again == [*range(23), *range(COUNT)]  # the caller knows what it has seen
