"""Exports on a real disk: the camera's own bytes, nothing half under a final name, room that is asked for first."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from controller.adapters.blocking import blocking
from controller.adapters.export_folder import ExportFolder
from controller.core.export import Film, Made, Plan, Record, films
from controller.core.export_manifest import MANIFEST, SUMS
from controller.errors import NoRoom
from shared.errors import Rejected, Transient
from tests.builders import T0
from tests.fakes.exports import Recorded, nals, recorded
from tests.fakes.verifier import MemoryObjects

ID = "01963f2e-0000-7000-8000-000000000009"


def stored(runs: list[Recorded]) -> MemoryObjects:
    objects = MemoryObjects()
    objects.objects = {run.key: run.data for run in runs}
    return objects


def folder(tmp_path: Path, quota_bytes: int | None = None) -> ExportFolder:
    return ExportFolder(tmp_path / "exports", quota_bytes=quota_bytes, free_bytes_min=0)


async def written(made: ExportFolder, film: Film, objects: MemoryObjects) -> Path:
    growing = await made.film(ID, film.name)
    for take in film.takes:
        assert await growing.add(await made.fetch(ID, objects, take), take)
    await growing.finish()
    return made._draft(ID) / film.name


async def test_a_film_has_the_cameras_own_bytes_at_their_times(tmp_path: Path) -> None:
    runs, made = recorded(T0, 10), folder(tmp_path)
    await made.begin(ID)
    (film,) = films([run.source() for run in runs], [(T0, T0 + 10_000)])
    assert len(film.takes) == 2
    path = await written(made, film, stored(runs))
    originals = [(round(run.start_ms - T0 + at), sha256) for run in runs for at, sha256 in nals(run.data)]
    assert nals(path) == originals
    assert len(originals) == 100


async def test_a_cut_begins_and_ends_with_whole_segments(tmp_path: Path) -> None:
    runs, made = recorded(T0, 10), folder(tmp_path)
    await made.begin(ID)
    (film,) = films([run.source() for run in runs], [(T0 + 2_500, T0 + 7_000)])
    path = await written(made, film, stored(runs))
    originals = [sha256 for run in runs for _, sha256 in nals(run.data)]
    assert [sha256 for _, sha256 in nals(path)] == originals[20:80]


async def test_the_same_film_is_the_same_file(tmp_path: Path) -> None:
    runs = recorded(T0, 10)
    (film,) = films([run.source() for run in runs], [(T0, T0 + 10_000)])
    seen = set()
    for name in ("a", "b"):
        made = folder(tmp_path / name)
        await made.begin(ID)
        seen.add((await written(made, film, stored(runs))).read_bytes())
    assert len(seen) == 1


async def test_another_picture_size_does_not_fit_into_a_film(tmp_path: Path) -> None:
    runs, others, made = recorded(T0, 4), recorded(T0 + 4_000, 4, size=(128, 96)), folder(tmp_path)
    await made.begin(ID)
    objects = stored([*runs, *others])
    (film,) = films([run.source() for run in (*runs, *others)], [(T0, T0 + 8_000)])
    growing = await made.film(ID, film.name)
    assert await growing.add(await made.fetch(ID, objects, film.takes[0]), film.takes[0])
    assert not await growing.add(await made.fetch(ID, objects, film.takes[1]), film.takes[1])
    await growing.finish()
    assert len(nals(made._draft(ID) / film.name)) == 40


async def test_an_altered_or_absent_run_is_refused_and_half_a_film_has_no_name(tmp_path: Path) -> None:
    runs, made = recorded(T0, 10), folder(tmp_path)
    await made.begin(ID)
    objects = stored(runs)
    (film,) = films([run.source() for run in runs], [(T0, T0 + 10_000)])
    growing = await made.film(ID, film.name)
    assert await growing.add(await made.fetch(ID, objects, film.takes[0]), film.takes[0])
    objects.objects[film.takes[1].key] = bytes(len(objects.objects[film.takes[1].key]))
    with pytest.raises(Rejected):
        await made.fetch(ID, objects, film.takes[1])
    del objects.objects[film.takes[1].key]
    with pytest.raises(Rejected):
        await made.fetch(ID, objects, film.takes[1])
    assert not (made._draft(ID) / film.name).exists()
    await growing.drop()
    assert [path.name for path in made._draft(ID).iterdir() if film.name in path.name] == []


async def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    runs, made = recorded(T0, 4), folder(tmp_path)
    await made.begin(ID)
    (film,) = films([run.source() for run in runs], [(T0, T0 + 4_000)])
    (tmp_path / "bad").write_bytes(os.urandom(film.takes[0].run_bytes))
    growing = await made.film(ID, film.name)
    with pytest.raises(Rejected, match="cannot be read"):
        await growing.add(tmp_path / "bad", film.takes[0])
    await growing.drop()


async def test_a_plan_and_what_is_done_are_found_again_only_as_they_were(tmp_path: Path) -> None:
    runs, made = recorded(T0, 10), folder(tmp_path)
    assert await made.begin(ID) is None
    plan = Plan(films([run.source() for run in runs], [(T0, T0 + 10_000)], 6_000), ())
    await made.keep_plan(ID, plan)
    for index, film in enumerate(plan.films):
        growing = await made.film(ID, film.name)
        for take in film.takes:
            assert await growing.add(await made.fetch(ID, stored(runs), take), take)
        found = await growing.finish()
        one = Made(
            film.name, film.camera, film.start_ms, film.end_ms, found.length_bytes, found.sha256, found.blocks, ()
        )
        await made.keep_record(ID, index, Record((one,)))
    (made._draft(ID) / "left.mp4.part").write_bytes(b"half")
    (made._draft(ID) / "unknown.mp4").write_bytes(b"of nobody")
    again = folder(tmp_path)
    assert await again.begin(ID) == plan
    assert sorted(await again.records(ID, len(plan.films))) == [0, 1]
    path = made._draft(ID) / plan.films[0].name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert sorted(await again.records(ID, len(plan.films))) == [1], "what changed is made anew"
    assert not path.exists()
    assert sorted(one.name for one in made._draft(ID).iterdir()) == [
        ".film-00001.json",
        ".plan.json",
        plan.films[1].name,
    ]


async def test_a_whole_export_has_its_name_and_nothing_else_in_it(tmp_path: Path) -> None:
    made = folder(tmp_path)
    assert await made.finished(ID) is None
    await made.begin(ID)
    await made.keep_plan(ID, Plan((), ()))
    document = {"schema": "cctv-site-export/1", "block_bytes": 4_194_304, "files": [], "gaps": []}
    sha256 = await made.finish(ID, document)
    assert sorted(path.name for path in made.whole(ID).iterdir()) == [SUMS, MANIFEST]
    assert await made.finished(ID) == (document, sha256)
    assert f"{sha256}  {MANIFEST}" in (made.whole(ID) / SUMS).read_text()
    await made.remove(ID)
    await made.remove(ID)
    assert list((tmp_path / "exports").iterdir()) == []


async def test_room_is_asked_for_before_it_is_taken(tmp_path: Path) -> None:
    made = folder(tmp_path, quota_bytes=1_000)
    await made.begin(ID)
    (made._draft(ID) / "x").write_bytes(bytes(600))
    await made.room(400)
    with pytest.raises(NoRoom, match="are used"):
        await made.room(401)
    full = ExportFolder(tmp_path / "exports", quota_bytes=None, free_bytes_min=1 << 60)
    with pytest.raises(NoRoom, match="stay free"):
        await full.room(1)


async def test_a_fetch_onto_a_full_disk_is_no_room(tmp_path: Path) -> None:
    class Full(MemoryObjects):
        async def fetch(self, key: str, into: Path) -> None:
            del key, into
            raise Transient("store: No space left on device") from OSError(28, "No space left on device")

    runs, made = recorded(T0, 4), folder(tmp_path)
    await made.begin(ID)
    (film,) = films([run.source() for run in runs], [(T0, T0 + 4_000)])
    with pytest.raises(NoRoom):
        await made.fetch(ID, Full(), film.takes[0])


async def test_a_cancel_waits_for_the_thread_that_it_stops() -> None:
    began, ended = threading.Event(), threading.Event()

    def work(stop: object) -> None:
        began.set()
        while not stop():  # type: ignore[operator]
            pass
        ended.set()

    working = asyncio.ensure_future(blocking(work))
    await asyncio.to_thread(began.wait)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert ended.is_set()
