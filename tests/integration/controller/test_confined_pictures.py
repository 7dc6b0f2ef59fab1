"""A worker decodes where a film that takes its reader over finds nothing, and sees what it saw before."""

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

import numpy as np
import pytest

from controller.adapters.confined_film import ConfinedFilm
from controller.adapters.confined_pictures import ConfinedFootage, ConfinedStream, PictureProcesses
from controller.adapters.frames import FileFootage, VideoFile
from controller.adapters.live_decoder import StreamDecoder
from controller.adapters.picture_child import end_with_the_input
from controller.adapters.picture_process import PictureProcess
from controller.adapters.picture_wire import FILM
from shared.errors import Broken, Rejected
from tests.integration.controller.test_clips import video
from tests.integration.controller.test_film_process import children, is_confined
from tests.unit.controller.adapters.test_live_decoder import encode

pytestmark = pytest.mark.integration
RUN_OVER = "tests.fakes.decoder_run_over"


class OverError(Exception):
    """Somebody has seen enough."""


@contextmanager
def processes(folder: Path, program: str | None = None) -> Iterator[PictureProcesses]:
    folder.mkdir(exist_ok=True)
    made = PictureProcesses(folder) if program is None else PictureProcesses(folder, program)
    try:
        yield made
    finally:
        made.close()


def each(step_ms: int, until_ms: float = inf) -> Callable[[int], bool]:
    def wanted(t_ms: int) -> bool:
        if t_ms >= until_ms:
            raise OverError
        return t_ms % step_ms == 0

    return wanted


def test_films_and_streams_are_seen_as_in_our_own_process(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 3)
    expected = list(FileFootage().pictures(tmp_path / "a.mp4", each(200)))
    units = encode(20)
    streamed = StreamDecoder("avc1.42c01f").decode(units, each(200))
    assert len(expected) > 10
    assert len(streamed) == 4
    with processes(tmp_path) as made:
        footage, stream = ConfinedFootage(made), ConfinedStream("avc1.42c01f", made)
        for _ in range(2):
            found = list(footage.pictures(tmp_path / "a.mp4", each(200)))
            assert [one.pts_ms for one in found] == [one.pts_ms for one in expected]
            assert all(np.array_equal(a.picture, b.picture) for a, b in zip(found, expected, strict=True))
            assert [one.source_height_px for one in found] == [one.source_height_px for one in expected]
        found = [*stream.decode(units[:7], each(200)), *stream.decode(units[7:], each(200))]
        assert [one.pts_ms for one in found] == [one.pts_ms for one in streamed]
        assert all(np.array_equal(a.picture, b.picture) for a, b in zip(found, streamed, strict=True))


def test_what_cannot_be_read_is_refused_and_the_next_film_is_read_by_the_same_process(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 1)
    (tmp_path / "bad.mp4").write_bytes(b"x" * 1000)
    with processes(tmp_path) as made:
        footage = ConfinedFootage(made)
        with pytest.raises(Rejected, match="cannot be opened"):
            list(footage.pictures(tmp_path / "bad.mp4", each(200)))
        with pytest.raises(OverError):
            list(footage.pictures(tmp_path / "a.mp4", each(200, until_ms=500)))
        reader = made.take()
        assert len(list(reader.ask(FILM, os.fsencode(tmp_path / "a.mp4"), each(200)))) == 5
        pid = reader.pid
        made.give_back(reader)
        left = footage.pictures(tmp_path / "a.mp4", each(200))
        next(left)
        del left
        gc.collect()
        again = made.take()
        assert again.pid != pid, "who leaves in the middle leaves nothing behind"
        made.give_back(again)
        with pytest.raises(Rejected, match="is not one of"):
            ConfinedStream("vp9", made)


def test_a_film_that_takes_its_reader_over_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    with processes(tmp_path / "tries", RUN_OVER) as made, pytest.raises(Rejected) as told:
        list(ConfinedFootage(made).pictures(tmp_path / "tries" / "a.mp4", each(1)))
    found = dict(one.split(": ") for one in str(told.value.fault).split("; "))
    assert found.pop("memory") == "MemoryError"
    for own in ("its memory", "its own signal", "its own limits", "a thread of its own"):
        assert found.pop(own) == "done"
    assert found == dict.fromkeys(found, "PermissionError")
    assert len(found) == 19
    assert not (tmp_path / "written").exists()


@pytest.mark.parametrize("how", ["ended", "nonsense", "large", "nothing", "long"])
def test_a_reader_that_answers_nonsense_is_replaced(tmp_path: Path, how: str) -> None:
    with processes(tmp_path / how, RUN_OVER) as made:
        for _ in range(2):
            with pytest.raises(Rejected, match="its reader ended over it"):
                list(ConfinedFootage(made).pictures(tmp_path / "a.mp4", each(1)))
        stream = ConfinedStream("avc1", made)
        for _ in range(2):
            with pytest.raises(Rejected, match="its reader ended"):
                stream.decode([(0, b"x")], each(1))


def test_one_that_says_nothing_is_ended_when_it_is_late(tmp_path: Path) -> None:
    folder = tmp_path / "silent"
    folder.mkdir()
    process = PictureProcess(folder, RUN_OVER, step_s=0.2)
    with pytest.raises(Rejected, match="too long"):
        list(process.ask(FILM, b"a.mp4", each(1)))
    assert process.over


def test_where_none_comes_up_no_film_is_at_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with processes(tmp_path / "unconfined", RUN_OVER) as made:
        with pytest.raises(Broken, match="does not come up"):
            made.check()
        with pytest.raises(Broken, match="does not come up"):
            list(ConfinedFootage(made).pictures(tmp_path / "a.mp4", each(1)))
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    with processes(tmp_path) as made, pytest.raises(Broken, match="no process"):
        made.check()


def test_what_decodes_for_a_worker_is_confined_to_its_folder_and_ends_with_its_stream(tmp_path: Path) -> None:
    known = set(children())
    video(tmp_path / "outside.mp4", 1)
    units = encode(3)
    with processes(tmp_path / "scratch") as made:
        with pytest.raises(Rejected, match="denied"):
            list(ConfinedFootage(made).pictures(tmp_path / "outside.mp4", each(1)))
        stream = ConfinedStream("avc1", made)
        assert len(stream.decode(units, each(1))) == 3
        made.check()
        mine = {pid: status for pid, status in children().items() if pid not in known}
        assert len(mine) == 2, "one for the stream, and one that waits for the next"
        assert all(is_confined(status) for status in mine.values())
        del stream
        gc.collect()
        assert len(set(children()) - known) == 1
    assert set(children()) - known == set()


def test_a_film_of_the_command_line_is_sampled_as_in_our_own_process_by_who_may_read_it_alone(tmp_path: Path) -> None:
    known = set(children())
    video(tmp_path / "a.mp4", 3)
    video(tmp_path / "b.mp4", 1)
    with VideoFile(tmp_path / "a.mp4") as whole:
        expected, promised_ms = list(whole.sample(5)), whole.promised_ms
    assert len(expected) == 15
    with ConfinedFilm(tmp_path / "a.mp4", threads=2) as film:
        found = list(film.sample(5))
        assert [one.pts_ms for one in found] == [one.pts_ms for one in expected]
        assert all(np.array_equal(a.picture, b.picture) for a, b in zip(found, expected, strict=True))
        assert (film.duration_ms, film.promised_ms) == (whole.duration_ms, promised_ms)
        (status,) = (status for pid, status in children().items() if pid not in known)
        assert is_confined(status)
        with pytest.raises(Rejected, match="denied"):
            list(film._process.ask(FILM, os.fsencode(tmp_path / "b.mp4"), each(1)))
    assert set(children()) - known == set()
    with pytest.raises(Rejected, match="is not a file"):
        ConfinedFilm(tmp_path / "absent.mp4")
    assert set(children()) - known == set()


def test_a_film_of_the_command_line_that_takes_its_reader_over_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    (tmp_path / "tries").mkdir()
    with pytest.raises(Rejected) as told:
        ConfinedFilm(tmp_path / "tries", program=RUN_OVER)
    found = dict(one.split(": ") for one in str(told.value.fault).split("; "))
    assert found.pop("memory") == "MemoryError"
    for own in ("its memory", "its own signal", "its own limits", "a thread of its own"):
        assert found.pop(own) == "done"
    assert found == dict.fromkeys(found, "PermissionError")


async def test_a_reader_ends_with_who_asked_it() -> None:
    asks, gives = os.pipe()
    ended: list[int] = []
    waiting = threading.Thread(target=end_with_the_input, args=(asks, ended.append))
    waiting.start()
    os.write(gives, b"more to read")
    await asyncio.sleep(0.1)
    assert waiting.is_alive(), "what is to be read is no end"
    os.close(gives)
    waiting.join(10)
    os.close(asks)
    assert ended == [0]


def test_one_that_was_killed_is_told_and_another_takes_its_place(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 1)
    with processes(tmp_path) as made:
        made.check()
        process = made.take()
        made.give_back(process)
        os.kill(process.pid, signal.SIGKILL)
        deadline_s = time.monotonic() + 10
        while not process.over:
            assert time.monotonic() < deadline_s
        assert len(list(ConfinedFootage(made).pictures(tmp_path / "a.mp4", each(200)))) == 5
