"""Derived films: whole for everybody who asks at once, and nothing clear is left behind."""

import asyncio
import json
import os
from pathlib import Path

import av
import pytest

from controller.adapters.derived_films import DerivedFilms
from controller.core.derived import MARK
from controller.ports import Clip
from tests.builders import T0
from tests.fakes.exports import recorded

DAY_S = 86_400


async def test_several_people_who_ask_at_once_each_get_the_whole_film(tmp_path: Path) -> None:
    (film,) = recorded(T0, 4)
    source = tmp_path / "clip.mp4"
    source.write_bytes(film.data)
    films = DerivedFilms(tmp_path / "derived")
    films.folder.mkdir()
    left = films.folder / "making-of-somebody-killed.mp4"
    left.write_bytes(film.data)
    os.utime(left, (left.stat().st_mtime - DAY_S,) * 2)
    found = await asyncio.gather(*(films.clip(who, Clip(source, T0)) for who in ("kim", "park", "lee")))
    assert {one.start_ms for one in found} == {T0}
    for one in found:
        with av.open(str(one.path)) as opened:
            assert opened.metadata["comment"] == MARK
            assert sum(1 for _ in opened.decode(video=0)) == 20
    assert {one.name for one in films.folder.iterdir()} == {one.path.name for one in found}


async def test_cameras_do_not_wait_for_each_other_but_one_after_another_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = list[str](), asyncio.Event()

    async def run(argv: list[str]) -> dict[str, str]:
        asked = json.loads(argv[-1])
        begun.append(Path(asked["source"]).name)
        await go_on.wait()
        Path(asked["into"]).write_bytes(b"film")
        return {"codec": "avc1.42c01e"}

    monkeypatch.setattr("controller.adapters.derived_films._run", run)
    films = DerivedFilms(tmp_path / "derived")
    asked = [
        asyncio.create_task(films.clip(f"kim gate.{camera}", Clip(tmp_path / f"{camera}-{number}.mp4", T0)))
        for camera in ("yard", "door")
        for number in (1, 2)
    ]
    while len(begun) < 2:
        await asyncio.sleep(0.01)
    assert sorted(begun) == ["door-1.mp4", "yard-1.mp4"]
    asked[1].cancel()
    go_on.set()
    await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(begun) == ["door-1.mp4", "door-2.mp4", "yard-1.mp4"], "who looks no more is not worked for"
