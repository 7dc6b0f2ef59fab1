"""What `cctv node` makes of what is typed: cameras, times, files; and when it says what it waits for."""

import asyncio
from pathlib import Path

import pytest

from controller.cli import waiting as module
from controller.cli.node import free_name, parse_cameras
from controller.cli.node_admission import parse_life
from controller.cli.waiting import waiting
from controller.core.node_file import NodeCamera
from shared.errors import Rejected


def test_what_is_there_already_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "gate-snapshot.jpg"
    names = []
    for _ in range(3):
        names.append(free_name(file).name)
        free_name(file).touch()
    assert names == ["gate-snapshot.jpg", "gate-snapshot-2.jpg", "gate-snapshot-3.jpg"]


def test_a_camera_is_named_or_its_source_says_what_it_is() -> None:
    cameras = parse_cameras(["yard=scene://yard", "rtsp://10.0.0.5/a?x=1", "/film.mp4"], [])
    assert [(one.name, one.source) for one in cameras] == [
        ("yard", "scene://yard"), ("camera-2", "rtsp://10.0.0.5/a?x=1"), ("camera-3", "/film.mp4"),
    ]  # fmt: skip
    assert parse_cameras(["a=rtsp://h/1"], ["a=rtsp://h/2"]) == (NodeCamera("a", "rtsp://h/1", "rtsp://h/2"),)


@pytest.mark.parametrize("text", ["foo", "foo=", ""])
def test_a_camera_without_a_source_is_refused_by_its_option(text: str) -> None:
    with pytest.raises(Rejected, match=f"--camera: '{text}' is not NAME=SOURCE"):
        parse_cameras([text], [])
    with pytest.raises(Rejected, match=r"--sub-source: .* is not NAME=SOURCE"):
        parse_cameras(["yard=scene://yard"], [text])


def test_a_life_is_read_and_one_too_long_is_refused_as_it_was_typed() -> None:
    assert [parse_life(text) for text in ("30m", "1h", "7d", "168h")] == [30, 60, 10_080, 10_080]
    for text in ("8d", "169h", "10081m", "99d"):
        with pytest.raises(Rejected, match=f"--for: {text} is longer than 7d"):
            parse_life(text)


@pytest.mark.parametrize(("silent_s", "says"), [(0.0, "cctv: waiting for gate\n"), (60.0, "")])
async def test_what_takes_long_is_named(
    silent_s: float, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "_SILENT_S", silent_s)
    with waiting("gate"):
        await asyncio.sleep(0.05)
    assert capsys.readouterr().err == says
