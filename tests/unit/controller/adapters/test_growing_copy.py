"""Films of exports are read where a film that takes its reader over finds nothing; what comes of it is checked."""

import io
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.growing_copy import GrowingCopy
from controller.adapters.outside import Outside
from controller.adapters.reel_wire import HEAD, MOST_BYTES
from controller.core.export import Take, films
from shared.errors import Rejected, Transient
from tests.builders import T0
from tests.fakes.exports import recorded
from tests.integration.controller.test_film_process import children, is_confined

RUN_OVER = "tests.fakes.copier_run_over"
TAKE = Take("run", "", "", 10, T0, T0 + 1_000, ((0, 10),))


async def begun(folder: Path, program: str = RUN_OVER) -> GrowingCopy:
    folder.mkdir()
    return await GrowingCopy.open(folder, "a.mp4", program)


async def test_a_film_that_takes_its_reader_over_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    growing = await begun(tmp_path / "tries")
    with pytest.raises(Rejected) as told:
        await growing.add(tmp_path / "a", TAKE)
    await growing.drop()
    found = dict(one.split(": ") for one in str(told.value.fault).split("; "))
    assert found.pop("memory") == "MemoryError"
    for own in ("its own signal", "its own limits", "a thread of its own"):
        assert found.pop(own) == "done"
    assert found == dict.fromkeys(found, "PermissionError")
    assert len(found) == 17
    assert not (tmp_path / "written").exists()


async def test_what_copies_a_film_is_confined_to_its_folder_and_ends_with_it(tmp_path: Path) -> None:
    known = set(children())
    (run,) = recorded(T0, 2)
    (film,) = films([run.source()], [(T0, T0 + 2_000)])
    (tmp_path / "outside.mp4").write_bytes(run.data)
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "run.mp4").write_bytes(run.data)
    growing = await GrowingCopy.open(folder, "a.mp4")
    with pytest.raises(Rejected, match="denied"):
        await growing.add(tmp_path / "outside.mp4", film.takes[0])
    (status,) = (status for pid, status in children().items() if pid not in known)
    assert is_confined(status)
    assert await growing.add(folder / "run.mp4", film.takes[0])
    await growing.finish()
    assert set(children()) - known == set()


async def test_a_process_that_does_not_come_up_spoils_no_film(tmp_path: Path) -> None:
    growing = await begun(tmp_path / "absent")
    with pytest.raises(Transient, match="does not come up"):
        await growing.add(tmp_path / "a", TAKE)
    await growing.drop()


async def test_the_first_take_of_a_film_fits_or_cannot_be_read(tmp_path: Path) -> None:
    growing = await begun(tmp_path / "choosy")
    with pytest.raises(Rejected, match="takes no film"):
        await growing.add(tmp_path / "a", TAKE)
    await growing.drop()


def test_a_muxer_may_go_back_in_all_of_its_index_and_to_the_beginning() -> None:
    """An index of an hour is larger than a message, and its boxes' lengths are written last."""
    heard: Any = io.BytesIO()
    outside = Outside("film.mp4", heard)
    expected = bytearray()
    for number in range(40):
        outside.write(bytes([number]) * 70_000)
        expected += bytes([number]) * 70_000
    outside.hold()
    index = outside.tell()
    outside.write(bytes(3 * MOST_BYTES))
    expected += bytes(3 * MOST_BYTES)
    for place, data in ((index, b"moov"), (4, b"mdat")):
        outside.seek(place)
        outside.write(data)
        expected[place : place + 4] = data
        assert outside.seek(0, 2) == len(expected)
    outside.flush()
    found, end = bytearray(), 0
    heard.seek(0)
    while head := heard.read(HEAD.size):
        _, at, length = HEAD.unpack(head)
        assert at == end or at + length <= 1_000
        found[at : at + length] = heard.read(length)
        end = max(end, at + length)
    assert found == expected
