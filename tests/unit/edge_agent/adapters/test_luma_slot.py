"""The newest picture passes through shared memory whole, whoever is slow."""

import fcntl
import os
import threading

import numpy as np
import pytest

from edge_agent.adapters.luma_slot import LumaSlot, create_luma_memory


def test_the_newest_wins_and_is_given_once() -> None:
    number = create_luma_memory()
    reader, writer = LumaSlot(number), LumaSlot(number)
    os.close(number)
    assert reader.read() is None
    for at in range(5):
        writer.write(at, np.full((9, 16), at, np.uint8))
    frame = reader.read()
    assert frame is not None
    assert (frame.pts_ms, frame.luma.shape) == (4, (9, 16))
    assert (frame.luma == 4).all()
    assert reader.read() is None
    writer.close()
    reader.close()


def test_no_picture_is_ever_torn() -> None:
    number = create_luma_memory()
    reader, writer = LumaSlot(number), LumaSlot(number)
    os.close(number)
    ended = threading.Event()

    def write() -> None:
        for at in range(3000):
            writer.write(at, np.full((60, 80), at % 251, np.uint8))
        ended.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = [-1]
    while not ended.is_set() or seen[-1] < 2999:
        frame = reader.read()
        if frame is not None:
            assert (frame.luma == frame.pts_ms % 251).all()
            assert frame.pts_ms > seen[-1]
            seen.append(frame.pts_ms)
    thread.join()
    assert seen[-1] == 2999


def test_a_writer_cannot_take_the_memory_away_from_who_reads() -> None:
    number = create_luma_memory()
    reader, writer = LumaSlot(number), LumaSlot(number)
    for size in (0, 1 << 30):
        with pytest.raises(PermissionError):
            os.ftruncate(number, size)
    with pytest.raises(PermissionError):
        fcntl.fcntl(number, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    os.close(number)
    writer.write(1, np.full((9, 16), 7, np.uint8))
    frame = reader.read()
    assert frame is not None
    assert (frame.luma == 7).all()
