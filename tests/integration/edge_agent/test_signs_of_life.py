"""Signs of life through a real pipe and a real notify socket; the data folder's claim."""

import asyncio
import contextlib
import os
import socket
from pathlib import Path

import pytest

from edge_agent.adapters.data_folder import DataFolder
from edge_agent.adapters.signs_of_life import SignsOfLife
from shared.errors import Rejected


async def test_a_byte_comes_each_second_and_the_end_of_the_pipe_is_noticed() -> None:
    reader, writer = os.pipe()
    life = SignsOfLife(heartbeat_fd=writer)
    task = asyncio.create_task(life.run())
    await asyncio.sleep(0.1)
    assert os.read(reader, 10) == b"."
    os.close(reader)
    async with asyncio.timeout(3):
        await task
    os.close(writer)


async def test_a_full_pipe_does_not_block() -> None:
    reader, writer = os.pipe()
    life = SignsOfLife(heartbeat_fd=writer)
    while True:
        try:
            os.write(writer, b"x" * 4096)
        except BlockingIOError:
            break
    task = asyncio.create_task(life.run())
    await asyncio.sleep(0.1)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    os.close(reader)
    os.close(writer)


async def test_systemd_hears_ready_watchdog_and_stopping(tmp_path: Path) -> None:
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(place))
        notify.settimeout(5)
        life = SignsOfLife(str(place), watchdog_ms=300)
        life.ready()
        task = asyncio.create_task(life.run())
        await asyncio.sleep(0.15)
        life.stopping()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        words = [notify.recv(100) for _ in range(3)]
    assert words[0] == b"READY=1"
    assert b"WATCHDOG=1" in words
    life.stopping()


async def test_the_watchdog_is_fed_only_while_all_moves_and_the_status_says_what_does_not(tmp_path: Path) -> None:
    place = tmp_path / "notify"
    answers = [(True, "1 of 1 cameras live"), (False, "stands still: outbox\nWATCHDOG=1"), (False, "still so")]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(place))
        notify.setblocking(False)
        looked = asyncio.Event()

        def look(lag_ms: int) -> tuple[bool, str]:
            assert lag_ms >= 0
            if len(answers) == 1:
                looked.set()
                return answers[0]
            return answers.pop(0)

        task = asyncio.create_task(SignsOfLife(str(place), watchdog_ms=90).run(look))
        async with asyncio.timeout(10):
            await looked.wait()
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        words = []
        with contextlib.suppress(BlockingIOError):
            while True:
                words.append(notify.recv(500).decode())
    assert words == [
        "WATCHDOG=1",
        "STATUS=1 of 1 cameras live",
        "STATUS=stands still: outbox WATCHDOG=1",
        "STATUS=still so",
    ]


async def test_the_pipe_is_fed_though_something_stands_still() -> None:
    reader, writer = os.pipe()
    task = asyncio.create_task(SignsOfLife(heartbeat_fd=writer).run(lambda _lag_ms: (False, "stands still: outbox")))
    await asyncio.sleep(0.1)
    assert os.read(reader, 10) == b"."
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    os.close(reader)
    os.close(writer)


async def test_without_a_supervisor_it_just_goes_on() -> None:
    task = asyncio.create_task(SignsOfLife().run())
    await asyncio.sleep(0.05)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_data_folder_has_one_agent_at_a_time_and_is_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    assert folder.path.stat().st_mode & 0o077 == 0
    with pytest.raises(Rejected, match="another agent"):
        DataFolder(tmp_path / "data")
    assert folder.keep_ca("-----BEGIN CERTIFICATE-----\n").read_text(encoding="ascii").startswith("-----BEGIN")
    folder.release()
    DataFolder(tmp_path / "data").release()


def test_a_data_folder_that_cannot_be_made_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Rejected, match="data_dir"):
        DataFolder(tmp_path / "file" / "data")
