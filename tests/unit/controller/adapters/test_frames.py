"""Video files: times from the container, sampled evenly, damage survived or named."""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from controller.adapters.frames import FileFootage, VideoFile
from shared.errors import Rejected


def write_video(
    path: Path,
    times_ms: Sequence[int],
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    container_options: dict[str, str] | None = None,
) -> Path:
    """One grey picture per time; its level is its index * 4."""
    with av.open(str(path), "w", container_options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "25"}
        for index, at in enumerate(times_ms):
            level = np.full((size[1], size[0], 3), index * 4 % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(level, format="bgr24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def times(path: Path, fps: float) -> list[int]:
    with VideoFile(path) as video:
        return [timed.pts_ms for timed in video.sample(fps)]


def test_an_even_video_is_sampled_evenly(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", range(0, 2000, 40))
    assert times(video, 5) == list(range(0, 2000, 200))
    assert times(video, 120) == list(range(0, 2000, 40))


def test_uneven_times_are_the_containers(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mkv", [0, 30, 500, 510, 900, 2000, 2010])
    assert times(video, 5) == [0, 500, 900, 2000]


def test_times_count_from_the_first_picture(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.ts", range(10_000, 11_000, 40))
    assert times(video, 5) == [0, 200, 400, 600, 800]


def test_the_duration_reaches_to_the_end_of_the_last_picture(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "v.mp4", range(0, 1000, 40))) as video:
        pictures = [timed.picture for timed in video.sample(5)]
        assert video.duration_ms == 1000
    assert pictures[0].shape == (48, 64, 3)
    assert abs(int(pictures[2][0, 0, 0]) - 40) <= 6


@pytest.mark.parametrize(("codec", "name"), [("mpeg4", "v.avi"), ("mpeg4", "v.mp4"), ("libx265", "v.mp4")])
def test_other_codecs_and_containers(tmp_path: Path, codec: str, name: str) -> None:
    assert len(times(write_video(tmp_path / name, range(0, 1000, 40), codec=codec), 5)) == 5


def test_a_portrait_video(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "v.mp4", [0, 40], size=(48, 64))) as video:
        assert next(iter(video.sample(5))).picture.shape == (64, 48, 3)


def test_a_truncated_video_gives_what_is_there(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "v.ts", range(0, 4000, 40)).read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole[: len(whole) // 2])
    found = times(cut, 5)
    assert 3 <= len(found) <= 15


def test_garbage_in_the_middle_is_skipped(tmp_path: Path) -> None:
    data = bytearray(write_video(tmp_path / "v.ts", range(0, 4000, 40)).read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    broken = tmp_path / "broken.ts"
    broken.write_bytes(data)
    assert times(broken, 5)[-1] >= 3000


@pytest.mark.parametrize("content", [b"", b"not a video at all" * 100, bytes(5000)])
def test_what_is_no_video_is_rejected_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "fake.mp4"
    file.write_bytes(content)
    with pytest.raises(Rejected) as caught:
        times(file, 5)
    assert caught.value.field == "video"
    assert "fake.mp4" in caught.value.fault


def test_a_file_that_is_not_there_and_a_file_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="is not a file"):
        VideoFile(tmp_path / "none.mp4")
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(Rejected, match="no video stream"):
        VideoFile(sound)


def test_a_playlist_cannot_reach_the_network(tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n", encoding="utf-8")
    with pytest.raises(Rejected):
        times(playlist, 5)


def test_footage_is_the_same(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", range(0, 1000, 40))
    asked: list[int] = []

    def wanted(t_ms: int) -> bool:
        asked.append(t_ms)
        return t_ms % 200 == 0

    assert [p.pts_ms for p in FileFootage().pictures(video, wanted)] == [0, 200, 400, 600, 800]
    assert asked == list(range(0, 1000, 40)), "each picture is asked for once"


@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile v.mp4\n", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nv.ts\n#EXT-X-ENDLIST\n"],
)
def test_a_list_of_files_is_not_followed(tmp_path: Path, text: str) -> None:
    write_video(tmp_path / "v.mp4", [0, 40])
    write_video(tmp_path / "v.ts", [0, 40])
    playlist = tmp_path / ("list.m3u8" if "EXTM3U" in text else "list.mp4")
    playlist.write_text(text, encoding="utf-8")
    with pytest.raises(Rejected, match="playlist"):
        times(playlist, 5)


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = 64, 48
        stream.codec_context.sample_aspect_ratio = Fraction(1, 2)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="bgr24")))
        container.mux(stream.encode(None))
    with VideoFile(path) as video:
        assert next(iter(video.sample(5))).picture.shape == (96, 64, 3)


def test_a_display_matrix_turns_the_picture_as_players_do(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = 64, 48
        stream.set_display_rotation(90)  # to the left
        level = np.zeros((48, 64, 3), np.uint8)
        level[:, 48:] = 255
        container.mux(stream.encode(av.VideoFrame.from_ndarray(level, format="bgr24")))
        container.mux(stream.encode(None))
    with VideoFile(path) as video:
        picture = next(iter(video.sample(5))).picture
    assert picture.shape == (64, 48, 3)
    assert picture[4, 20, 0] > 200, "what was at the right is on top"
    assert picture[60, 20, 0] < 50


def test_a_codec_that_nobody_knows_is_told(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", [0, 40])
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    with pytest.raises(Rejected, match="unknown codec"):
        times(path, 5)


def test_a_video_that_ends_early_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = write_video(tmp_path / "v.mkv", range(0, 4000, 40), codec="mpeg4").read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole[: len(whole) // 2])
    assert times(cut, 5)[-1] < 3000
    assert "ends early" in capsys.readouterr().out


def test_fragments_from_the_middle_of_a_film_do_not_end_early(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    whole = write_video(tmp_path / "v.mp4", range(0, 8000, 40), container_options=fragments).read_bytes()
    first, *later = [found.start() - 4 for found in re.finditer(b"moof", whole)]
    part = tmp_path / "part.mp4"
    part.write_bytes(whole[:first] + whole[later[4] :])
    with VideoFile(part) as video:
        assert len(list(video.sample(25))) == 25 * 3
        assert video.promised_ms == pytest.approx(3000, abs=50)
    assert "ends early" not in capsys.readouterr().out
