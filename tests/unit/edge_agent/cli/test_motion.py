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
    for film, word in ((tmp_path / "none.mp4", "no such file"), (noise, "cannot be opened")):
        code, _out, err = run(str(film), "--json")
        assert code == 2
        assert err.startswith(f"cctv-edge motion: video: {film}: {word}")
    whole = write_film(tmp_path / "whole.mp4", count=60)
    whole.write_bytes(whole.read_bytes()[:-2000])
    assert run(str(whole))[0] == 2


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    config = tmp_path / "motion.yaml"
    config.write_text("sensitivity: 0.5\ncolour: red\n", encoding="utf-8")
    code, _out, err = run(str(tmp_path / "none.mp4"), "--config", str(config))
    assert code == 2
    assert f"config.colour: {config}: " in err
    code, _out, err = run(str(tmp_path / "none.mp4"), "--config", str(tmp_path / "none.toml"))
    assert (code, f"config: {tmp_path / 'none.toml'}: " in err) == (2, True)


def test_films_joined_with_their_clocks_set_back_are_read_to_the_end(tmp_path: Path) -> None:
    parts = [write_film(tmp_path / f"{n}.ts", count=20, options={"bf": "0"}).read_bytes() for n in range(2)]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    found = measured(joined)
    assert found["frames"] == 40
    assert found["duration_s"] == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.mp4", "", "is empty"),
        ("list.txt", "ffconcat version 1.0\nfile film.mp4\n", "playlist"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfilm.ts\n#EXT-X-ENDLIST\n", "playlist"),
    ],
)
def test_what_points_to_other_files_is_not_followed(tmp_path: Path, name: str, content: str, word: str) -> None:
    write_film(tmp_path / "film.mp4", count=5)
    write_film(tmp_path / "film.ts", count=5)
    (tmp_path / name).write_text(content, encoding="utf-8")
    code, out, err = run(str(tmp_path / name), "--json")
    assert (code, out) == (2, "")
    assert word in err
    assert err.count("\n") == 1


def test_a_name_like_a_protocol_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_film(tmp_path / "film.mp4", count=5).rename(tmp_path / "http:film.mp4")
    monkeypatch.chdir(tmp_path)
    assert measured(Path("http:film.mp4"))["frames"] == 5


def test_a_codec_that_nobody_knows_is_told(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", count=5)
    film.write_bytes(film.read_bytes().replace(b"avc1", b"zzzz"))
    code, _out, err = run(str(film), "--json")
    assert code == 2
    assert "known codec" in err
