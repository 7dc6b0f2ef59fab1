"""Derived films of exports: blocks at their times, made elsewhere; what cannot be derived is told by its place."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from controller.adapters.checked_file import digest_of
from controller.adapters.export_folder import ExportFolder
from controller.adapters.growing_derived import GrowingDerived
from controller.core.derived import BLOCK_PX, MARK
from controller.core.export import Film, films
from controller.errors import NotDerived
from tests.builders import T0
from tests.fakes.exports import Recorded, nals, recorded
from tests.fakes.verifier import MemoryObjects

ID = "01963f2e-0000-7000-8000-000000000009"
RUNS = recorded(T0, 10)


def planned(runs: list[Recorded], seconds: int = 10) -> Film:
    (film,) = films([run.source() for run in runs], [(T0, T0 + seconds * 1_000)], laid=True)
    return film


async def begun(tmp_path: Path, runs: list[Recorded]) -> tuple[ExportFolder, MemoryObjects]:
    made, objects = ExportFolder(tmp_path / "exports", quota_bytes=None, free_bytes_min=0), MemoryObjects()
    await made.begin(ID)
    objects.objects = {run.key: run.data for run in runs}
    return made, objects


async def test_a_derived_film_shows_blocks_at_their_times_and_says_what_it_is(tmp_path: Path) -> None:
    made, objects = await begun(tmp_path, RUNS)
    film = planned(RUNS)
    growing = await made.film(ID, film.name, "derived")
    for take in film.takes:
        assert await growing.add(await made.fetch(ID, objects, take), take)
    found = await growing.finish()
    path = made._draft(ID) / film.name
    assert found == digest_of(path)
    assert {one.name for one in made._draft(ID).iterdir()} == {film.name, ".source.part"}
    with av.open(str(path)) as container:
        assert container.metadata["comment"] == MARK
        assert container.streams.video[0].codec_context.name == "h264"
        shown = [
            (round(float(one.time or 0) * 1000), one.to_ndarray(format="bgr24")) for one in container.decode(video=0)
        ]
        assert container.duration == 10_000_000
    assert [at for at, _ in shown] == list(range(0, 10_000, 200))
    for _, picture in shown[::10]:
        below: Any = picture[2 * BLOCK_PX : picture.shape[0] // BLOCK_PX * BLOCK_PX].astype(float)
        blocks = below.reshape(-1, BLOCK_PX, below.shape[1] // BLOCK_PX, BLOCK_PX, 3)[:, 4:-4, :, 4:-4]
        assert blocks.std(axis=(1, 3)).max() < 6
    originals = {sha256 for run in RUNS for _, sha256 in nals(run.data)}
    assert not originals & {sha256 for _, sha256 in nals(path)}, "nothing is copied"


async def test_the_same_film_is_the_same_file(tmp_path: Path) -> None:
    seen = set()
    for name in ("a", "b"):
        made, objects = await begun(tmp_path / name, RUNS[:1])
        film = planned(RUNS[:1], 6)
        growing = await made.film(ID, film.name, "derived")
        await growing.add(await made.fetch(ID, objects, film.takes[0]), film.takes[0])
        seen.add((await growing.finish()).sha256)
    assert len(seen) == 1


@pytest.mark.parametrize("wrong", ["garbage", "short"])
async def test_a_segment_that_cannot_be_derived_is_told_by_its_place(tmp_path: Path, wrong: str) -> None:
    made, objects = await begun(tmp_path, RUNS[:1])
    take = planned(RUNS[:1], 6).takes[0]
    bad = take.segments[1]
    data = bytearray(objects.objects[take.key])
    from_byte = bad.offset_bytes + (0 if wrong == "garbage" else bad.length_bytes // 5)
    data[from_byte : bad.offset_bytes + bad.length_bytes] = bytes(bad.offset_bytes + bad.length_bytes - from_byte)
    source = made._draft(ID) / "bad.part"
    source.write_bytes(data)
    growing = await made.film(ID, "a.mp4", "derived")
    with pytest.raises(NotDerived) as told:
        await growing.add(source, take)
    assert told.value.place == 1
    await growing.drop()
    assert [one.name for one in made._draft(ID).iterdir()] == ["bad.part"]


TALKS = {
    "ends": "",
    "copies": "out.write(HEAD.pack(b'w', 5_000_000_000, 3) + b'abc')",
    "floods": "[out.write(HEAD.pack(b'w', at * 1_000_000, 1_000_000) + bytes(1_000_000)) for at in range(60)]",
    "shouts": "out.write(HEAD.pack(b'w', 0, 4_000_000_000))",
    "mutters": "out.write(HEAD.pack(b'z', 0, 0))",
}


@pytest.mark.parametrize("how", TALKS)
async def test_a_process_that_ends_or_talks_nonsense_spoils_its_segment_alone(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import sys\nfrom controller.adapters.reel_wire import HEAD\nout = sys.stdout.buffer\n"
        f"out.write(HEAD.pack(b'r', 0, 0))\nout.flush()\nsys.stdin.readline()\n{TALKS[how]}\nout.flush()\n"
    )
    (tmp_path / "odd_child.py").write_text(program)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path.cwd()}")
    made, objects = await begun(tmp_path, RUNS[:1])
    take = planned(RUNS[:1], 6).takes[0]
    source = await made.fetch(ID, objects, take)
    growing = await GrowingDerived.open(made._draft(ID), "a.mp4", "odd_child")
    with pytest.raises(NotDerived) as told:
        await growing.add(source, take)
    assert told.value.place == 0
    await growing.drop()
    assert [one.name for one in made._draft(ID).iterdir()] == [".source.part"]


async def test_who_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    made, objects = await begun(tmp_path, RUNS[:1])
    take = planned(RUNS[:1], 6).takes[0]
    source = await made.fetch(ID, objects, take)
    growing = await GrowingDerived.open(made._draft(ID), "a.mp4")
    working = asyncio.ensure_future(growing.add(source, replace(take, segments=take.segments * 500)))
    await asyncio.sleep(0.05)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    await growing.drop()
    assert growing._reel.over
    assert [one.name for one in made._draft(ID).iterdir()] == [".source.part"]
