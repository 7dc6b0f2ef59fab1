"""Sound of an open container: passed as it is or made Opus, while somebody listens; never a trouble to pictures."""

from pathlib import Path

import av
import pytest

from edge_agent.adapters.sound_stream import pictures_of
from edge_agent.core.sound import SoundInfo, SoundPacket
from tests.fakes.footage import write_film
from tests.fakes.sounding import share_of_tone, write_sounding_film

BEGIN_MS = 1_700_000_000_000


class Ear:
    """Keeps what it is given."""

    def __init__(self, *, listens: bool = True) -> None:
        self.listens = listens
        self.told: list[tuple[SoundInfo | None, str]] = []
        self.packets: list[SoundPacket] = []

    def sound(self, info: SoundInfo | None, fault: str) -> None:
        self.told.append((info, fault))

    def heard(self, packet: SoundPacket) -> None:
        self.packets.append(packet)

    def is_listened_to(self) -> bool:
        return self.listens


def play(film: Path, ear: Ear) -> int:
    """Read a film to its end; how many packets of pictures came."""
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        found = pictures_of(container, video, ear, lambda at_ms: BEGIN_MS + at_ms, "none")
        return sum(packet.size > 0 for packet in found)


@pytest.mark.parametrize(
    ("name", "codec", "told"),
    [
        ("film.mp4", "aac", "mp4a.40.2"),
        ("film.mkv", "libopus", "opus"),
        ("film.mov", "pcm_alaw", "opus"),
        ("film.mov", "pcm_mulaw", "opus"),
        ("film.mov", "pcm_s16le", "opus"),
    ],
)
def test_the_tone_of_a_film_is_heard_beside_its_pictures(tmp_path: Path, name: str, codec: str, told: str) -> None:
    ear = Ear()
    assert play(write_sounding_film(tmp_path / name, codec), ear) == 40
    ((info, fault),) = ear.told
    assert info is not None
    assert (info.codec_string, info.channels, fault) == (told, 1, "")
    times = [packet.pts_ms - BEGIN_MS for packet in ear.packets]
    assert times == sorted(times)
    assert abs(times[0]) <= 30
    assert 3_800 <= times[-1] <= 4_050
    assert share_of_tone(info, [packet.data for packet in ear.packets]) > 0.9


def test_what_a_browser_can_play_is_passed_byte_by_byte(tmp_path: Path) -> None:
    film, ear = write_sounding_film(tmp_path / "film.mp4", "aac", layout="stereo"), Ear()
    play(film, ear)
    with av.open(str(film)) as container:
        written = [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]
        described = container.streams.audio[0].codec_context.extradata
    assert [packet.data for packet in ear.packets] == written
    info = ear.told[0][0]
    assert info is not None
    assert (info.channels, info.description) == (2, described)


def test_nothing_is_taken_while_nobody_listens_and_who_listens_later_is_in_time(tmp_path: Path) -> None:
    ear = Ear(listens=False)
    film = write_sounding_film(tmp_path / "film.mov", "pcm_alaw")
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        for number, _packet in enumerate(pictures_of(container, video, ear, lambda at: BEGIN_MS + at, "none")):
            ear.listens = number >= 20
            assert number > 20 or ear.packets == []
    assert 1_900 <= ear.packets[0].pts_ms - BEGIN_MS <= 2_200
    assert 3_800 <= ear.packets[-1].pts_ms - BEGIN_MS <= 4_050


def test_a_film_without_sound_says_so_and_plays(tmp_path: Path) -> None:
    ear = Ear()
    assert play(write_film(tmp_path / "film.mp4"), ear) == 40
    assert ear.told == [(None, "none")]


def test_a_fault_in_the_sound_is_told_once_and_leaves_the_pictures_alone(tmp_path: Path) -> None:
    class Breaking(Ear):
        def heard(self, packet: SoundPacket) -> None:
            super().heard(packet)
            raise OSError("the sound broke")

    ear = Breaking()
    assert play(write_sounding_film(tmp_path / "film.mp4"), ear) == 40
    assert len(ear.packets) == 1
    assert [fault for info, fault in ear.told if info is None] == ["the sound broke"]
