"""Films are read where a film that takes its reader over finds nothing: no network, no program, no other file."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from controller.adapters.film_process import FilmProcesses
from controller.adapters.preview_strips import make_strip
from controller.errors import Missing
from shared.errors import Broken, Rejected
from shared.texts import Text
from tests.fakes.exports import recorded
from tests.integration.controller.test_clips import packets_of, video

pytestmark = pytest.mark.integration
T0 = 1_800_000_000_000
RUN_OVER = "tests.fakes.reader_run_over"


@asynccontextmanager
async def readers(folder: Path, program: str | None = None, count: int = 2) -> AsyncIterator[FilmProcesses]:
    made = FilmProcesses(folder, count) if program is None else FilmProcesses(folder, count, program)
    try:
        yield made
    finally:
        await made.close()


async def test_clips_and_strips_are_as_made_here(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    video(folder / "a.mp4", 3)
    (run,) = recorded(T0, 2)
    async with readers(folder) as films:
        assert await films.cut([(folder / "a.mp4", 10_000)], 11_500, 13_000, folder / "clip.mp4") == 11_000
        assert len(packets_of(folder / "clip.mp4")) == 20
        wanted = [(run.data, T0, (T0, T0 + 1_000))]
        assert await films.strip(wanted) == make_strip(wanted)
        assert await films.strip([(b"nothing of a film", T0, (T0,))]) is None
        with pytest.raises(Missing):
            await films.cut([], 20_000, 21_000, folder / "clip.mp4")
        (folder / "bad.mp4").write_bytes(b"x" * 1000)
        with pytest.raises(Rejected):
            await films.cut([(folder / "bad.mp4", 0)], 0, 1_000, folder / "clip.mp4")


async def test_a_film_that_takes_its_reader_over_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    async with readers(tmp_path / "tries", RUN_OVER) as films:
        with pytest.raises(Rejected) as told:
            await films.cut([], 0, 1, tmp_path / "clip.mp4")
    assert isinstance(told.value.fault, Text)
    found = dict(one.split(": ") for one in str(told.value.fault.params["why"]).split("; "))
    own = dict.fromkeys(("its own folder", "its own signal", "its own limits", "a thread of its own"), "done")
    assert found == own | {"memory": "MemoryError", "refused": "16"}
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("how", ["ended", "nonsense", "endless", "large", "list"])
async def test_a_reader_that_answers_nonsense_is_replaced(tmp_path: Path, how: str) -> None:
    async with readers(tmp_path / how, RUN_OVER) as films:
        for _ in range(2):
            with pytest.raises(Rejected, match="reader"):
                await films.cut([], 0, 1, tmp_path / "clip.mp4")
        assert await films.strip([]) is None


async def test_who_gives_up_ends_the_reader_and_lets_others_in(tmp_path: Path) -> None:
    async with readers(tmp_path / "silent", RUN_OVER, count=1) as films:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await films.strip([])


async def test_a_reader_knows_the_folder_that_is_there_now(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    async with readers(folder) as films:
        assert await films.strip([]) is None
        folder.rename(tmp_path / "moved")
        folder.mkdir()
        video(folder / "a.mp4", 1)
        assert await films.cut([(folder / "a.mp4", 0)], 0, 900, folder / "clip.mp4") == 0


async def test_a_program_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    async with readers(tmp_path / "clips") as films:
        with pytest.raises(Broken, match="no process"):
            await films.strip([])


def children() -> dict[int, str]:
    """The processes that this one has started, and how they are told to the kernel."""
    found: dict[int, str] = {}
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            with contextlib.suppress(OSError):
                found[int(pid)] = (Path("/proc") / pid / "status").read_text()
    return found


def is_confined(status: str) -> bool:
    return "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status


async def test_what_reads_films_is_confined(tmp_path: Path) -> None:
    known = set(children())
    video(tmp_path / "outside.mp4", 1)
    async with readers(tmp_path / "clips") as films:
        with pytest.raises(Rejected, match="denied"):
            await films.cut([(tmp_path / "outside.mp4", 0)], 0, 900, tmp_path / "clips" / "clip.mp4")
        (status,) = (status for pid, status in children().items() if pid not in known)
        assert is_confined(status)


async def test_what_tries_a_model_is_confined_before_it_opens_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.onnx")  # whoever opens it waits there
    asked = json.dumps({"file": str(tmp_path / "model.onnx"), "classes": []})
    command = [sys.executable, "-m", "controller.adapters.model_trial", asked]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        try:
            async with asyncio.timeout(20):
                while not is_confined(children().get(child.pid, "")):
                    assert child.poll() is None
                    await asyncio.sleep(0.05)
        finally:
            child.kill()
