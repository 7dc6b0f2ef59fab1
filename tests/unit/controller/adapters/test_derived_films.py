"""Derived films: whole for everybody who asks at once, and nothing clear is left behind."""

import asyncio
import os
from pathlib import Path

import av

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
