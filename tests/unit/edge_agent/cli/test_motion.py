"""`cctv-edge motion` on films: real ones, drawn ones and broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from tests.fakes.footage import write_film


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["motion", *arguments])
    return result.exit_code, result.stdout, result.stderr


def measured(film: Path) -> dict[str, Any]:
    code, out, err = run(str(film), "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize(
    ("name", "codec", "size"),
    [("a.mp4", "libx264", (192, 112)), ("a.avi", "mpeg4", (112, 192)), ("a.gif", "gif", (96, 64))],
)
def test_any_container_codec_and_size(tmp_path: Path, name: str, codec: str, size: tuple[int, int]) -> None:
    found = measured(write_film(tmp_path / name, codec, 30, size=size))
    assert found["frames"] == 30
    assert found["duration_s"] == pytest.approx(3, abs=0.11)
    assert 0 < found["frames_judged"] <= 30
    assert len(found["intervals"]) == 1
    assert found["intervals"][0]["start_s"] <= 0.5
    assert found["intervals"][0]["end_s"] == pytest.approx(2.9, abs=0.2)


@pytest.mark.timeout(300)
def test_the_cars_of_a_real_street(test_data: Path) -> None:
    found = measured(test_data / "videos" / "car-detection.mp4")
    wanted = [(4.32, 8.72), (14.4, 19.12), (25.12, 27.84)]
    assert len(found["intervals"]) == len(wanted)
    for interval, (start_s, end_s) in zip(found["intervals"], wanted, strict=True):
        assert interval["start_s"] == pytest.approx(start_s, abs=1)
        assert interval["end_s"] == pytest.approx(end_s, abs=1)


def test_broken_files_are_told_by_name_and_fault(tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(bytes(range(256)) * 20)
    for film, word in ((tmp_path / "none.mp4", "no such file"), (noise, "noise.mp4")):
        code, _out, err = run(str(film), "--json")
        assert code == 2
        assert word in err
    whole = write_film(tmp_path / "whole.mp4", count=60)
    whole.write_bytes(whole.read_bytes()[:-2000])
    assert run(str(whole))[0] == 2


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    config = tmp_path / "motion.yaml"
    config.write_text("sensitivity: 0.5\ncolour: red\n", encoding="utf-8")
    code, _out, err = run(str(tmp_path / "none.mp4"), "--config", str(config))
    assert code == 2
    assert "config.colour" in err
