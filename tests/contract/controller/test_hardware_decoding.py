"""One suite for what decodes files beside the processor: pictures and times are FFmpeg's, whatever goes wrong."""

import importlib
import inspect
import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from controller.adapters.died_busy import Busy
from controller.adapters.frames import FileFootage, Hardware, VideoFile
from controller.adapters.known_films import write_known_film
from controller.adapters.nvdec import CODECS, Nvdec
from controller.adapters.nvdec_trial import PACKAGE, try_codecs
from controller.ports import TimedPicture
from shared.errors import Rejected
from tests.fakes import nvdec_library, nvdec_signatures

RECORDED = Path(nvdec_library.__file__).with_suffix(".json")


@pytest.fixture(autouse=True)
def sound() -> Iterator[None]:
    nvdec_library.made.clear()
    vars(nvdec_library.faults).update(vars(nvdec_library.Faults()))
    yield
    vars(nvdec_library.faults).update(vars(nvdec_library.Faults()))


@pytest.fixture(params=["processor", "fake", "real"])
def hardware(request: pytest.FixtureRequest) -> Hardware | None:
    match request.param:
        case "processor":
            return None
        case "fake":
            return Nvdec(nvdec_library, frozenset(CODECS))
        case _:
            try:
                return Nvdec(importlib.import_module(PACKAGE), frozenset(CODECS))
            except Exception as fault:  # noqa: BLE001 - the vendor's package raises its own untyped classes
                pytest.skip(f"no NVIDIA decoder here: {str(fault).partition(chr(10))[0]}")


@pytest.fixture(scope="module", params=sorted(CODECS))
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("films") / f"{request.param}.mp4"
    if not write_known_film(file, request.param):
        pytest.skip(f"no encoder for {request.param}")
    return file


def seen(file: Path, hardware: Hardware | None) -> list[TimedPicture]:
    with VideoFile(file, hardware=hardware) as video:
        return list(video.pictures(lambda _t_ms: True))


def same(ours: list[TimedPicture], theirs: list[TimedPicture]) -> bool:
    apart = [
        float(np.abs(a.picture.astype(np.int16) - b.picture.astype(np.int16)).mean())
        for a, b in zip(ours, theirs, strict=True)
    ]
    return [one.pts_ms for one in ours] == [one.pts_ms for one in theirs] and max(apart) <= 1.5


def test_pictures_and_times_are_ffmpegs(film: Path, hardware: Hardware | None) -> None:
    theirs = seen(film, None)
    assert len(theirs) == 30
    assert {b.pts_ms - a.pts_ms for a, b in itertools.pairwise(theirs)} == {33, 34, 40, 50}
    assert same(seen(film, hardware), theirs)
    asked: list[int] = []

    def each_third(t_ms: int) -> bool:
        asked.append(t_ms)
        return len(asked) % 3 == 0

    picked = list(FileFootage(hardware).pictures(film, each_third))
    assert asked == [one.pts_ms for one in theirs], "each picture is asked for once"
    assert same(picked, theirs[2::3])
    with VideoFile(film, hardware=hardware) as video, VideoFile(film) as other:
        assert [p.pts_ms for p in video.sample(5)] == [p.pts_ms for p in other.sample(5)]
        assert video.duration_ms == other.duration_ms


def test_a_damaged_file_is_gone_through(film: Path, tmp_path: Path, hardware: Hardware | None) -> None:
    data = bytearray(film.read_bytes())
    begin = data.index(b"mdat", len(data) // 2) + 200  # within pictures: elsewhere the file could not be opened
    data[begin : begin + 60] = bytes(60)
    (tmp_path / "hurt.mp4").write_bytes(data)
    assert len(seen(tmp_path / "hurt.mp4", hardware)) >= 10
    (tmp_path / "cut.mp4").write_bytes(film.read_bytes()[: len(data) * 2 // 3])
    assert len(seen(tmp_path / "cut.mp4", hardware)) >= 6
    (tmp_path / "none.mp4").write_bytes(b"no film at all" * 99)
    with pytest.raises(Rejected, match="video"):
        seen(tmp_path / "none.mp4", hardware)


def test_the_hardware_decodes_and_the_processor_only_looks_at_the_first(film: Path) -> None:
    seen(film, Nvdec(nvdec_library, frozenset(CODECS)))
    assert [decoder.given for decoder in nvdec_library.made] == [30]


def write_other(file: Path, codec: str, size_px: tuple[int, int], pix_fmt: str) -> Path:
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size_px
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, 25)
        grey = np.full((size_px[1], size_px[0], 3), 99, np.uint8)
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(grey, format="bgr24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file


@pytest.mark.parametrize(
    ("codec", "size_px", "pix_fmt"),
    [
        ("mpeg4", (320, 192), "yuv420p"),
        ("libx264", (96, 64), "yuv420p"),
        ("libx264", (320, 192), "yuv422p"),
        ("libx264", (320, 192), "yuv420p10le"),
    ],
)
def test_what_it_is_not_made_for_is_the_processors(
    tmp_path: Path, codec: str, size_px: tuple[int, int], pix_fmt: str
) -> None:
    file = write_other(tmp_path / "other.mp4", codec, size_px, pix_fmt)
    assert same(seen(file, Nvdec(nvdec_library, frozenset(CODECS))), seen(file, None))
    assert nvdec_library.made == []
    assert Nvdec(nvdec_library, frozenset({"hevc"})).decoder(_Stream(), None) is None


class _Stream:
    """Of a codec that did not pass its trial."""

    class codec_context:  # noqa: N801 - as of PyAV
        name = "h264"

    time_base = Fraction(1, 1000)


@pytest.mark.parametrize("pictures", [0, 29])
def test_when_it_fails_the_processor_goes_on_where_it_was(film: Path, pictures: int) -> None:
    theirs = seen(film, None)
    nvdec_library.faults.decode_after = pictures
    assert same(seen(film, Nvdec(nvdec_library, frozenset(CODECS))), theirs)
    assert [decoder.given for decoder in nvdec_library.made] == [pictures]


def test_a_mark_lies_there_while_it_decodes(film: Path, tmp_path: Path) -> None:
    marked: list[bool] = []

    def wanted(_t_ms: int) -> bool:
        marked.append((tmp_path / "busy").exists())
        return False

    hardware = Nvdec(nvdec_library, frozenset(CODECS), Busy(tmp_path))
    assert list(FileFootage(hardware).pictures(film, wanted)) == []
    assert marked == [True] * 30
    nvdec_library.faults.decode_after = 3
    assert seen(film, hardware)
    nvdec_library.faults.create = "no session left"
    assert seen(film, hardware)
    assert not (tmp_path / "busy").exists()


@pytest.mark.parametrize(
    "wrong", [{"create": "no session left"}, {"format": nvdec_library.Pixel_Format.P016}, {"wider_px": 32}]
)
def test_what_is_not_as_expected_is_not_used(film: Path, wrong: dict[str, Any]) -> None:
    vars(nvdec_library.faults).update(wrong)
    assert same(seen(film, Nvdec(nvdec_library, frozenset(CODECS))), seen(film, None))


def test_a_trial_sees_every_difference() -> None:
    assert try_codecs(nvdec_library) == {"h264": "", "hevc": ""}
    for wrong, told in (
        ({"late_ticks": 900}, "30 pictures or other times instead of the 30"),
        ({"darker": 8}, "of 255 apart from FFmpeg's"),
        ({"create": "no CUDA device"}, "no decoder: no CUDA device"),
        ({"decode_after": 20}, "decoding failed: the engine is gone"),
    ):
        vars(nvdec_library.faults).update({**vars(nvdec_library.Faults()), **wrong})
        assert told in try_codecs(nvdec_library, ["h264"])["h264"]


@pytest.fixture(params=["recorded", "installed"])
def signatures(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    if request.param == "installed":
        if missing := nvdec_signatures.why_not():
            pytest.skip(missing)
        return nvdec_signatures.real_signatures(tmp_path)
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def test_the_fake_has_the_packages_names(signatures: dict[str, Any]) -> None:
    named = set(inspect.signature(nvdec_library.CreateDecoder).parameters)
    assert named <= set(signatures["functions"]["CreateDecoder"])
    planes = np.zeros((3, 2), np.uint8)
    for name, made in (
        ("PacketData", nvdec_library.PacketData()),
        ("DecodedFrame", nvdec_library.DecodedFrame(planes, 0)),
        ("PyNvDecoder", nvdec_library.PyNvDecoder(nvdec_library.cudaVideoCodec.H264)),
    ):
        public = {key for key in dir(made) if key[0] != "_"} - {"given"}
        assert public <= set(signatures["classes"][name]), name
    for name in nvdec_signatures.ENUMS:
        members = {member.name: member.value for member in getattr(nvdec_library, name)}
        assert members.items() <= signatures["enums"][name].items()
