"""A disk that answers, one that is not there, and a share that hangs."""

import threading
from pathlib import Path

import pytest

from controller.adapters import disk_room
from controller.adapters.disk_room import DiskRoom


async def test_a_share_that_hangs_is_unknown_keeps_one_thread_and_is_known_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, asked = threading.Event(), []

    def usage(folder: Path) -> int:
        asked.append(folder)
        over.wait(20)
        return 7

    monkeypatch.setattr(disk_room, "_free", usage)
    monkeypatch.setattr(disk_room, "_PATIENCE_S", 0.05)
    room = DiskRoom(tmp_path)
    assert [await room.free_bytes() for _ in range(3)] == [None] * 3
    assert len(asked) == 1
    over.set()
    while (found := await room.free_bytes()) is None:
        pass
    assert found == 7
    assert await room.free_bytes() == 7
    assert len(asked) == 2
