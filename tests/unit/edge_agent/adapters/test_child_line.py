"""A process that was taken over can make its agent run nothing, wait for nothing and fill up with nothing."""

import asyncio
import contextlib
import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from edge_agent.adapters.camera_told import MOST_BYTES, CameraTold
from edge_agent.adapters.camera_wire import LumaReady, Stop, ToAgent
from edge_agent.adapters.child_line import ChildLine
from edge_agent.adapters.message_fields import pack_message
from shared.ids import CameraId
from tests.fakes.child_run_over import speak

TOLD = CameraTold(CameraId("n1.gate"))


@contextmanager
def line() -> Iterator[tuple[ChildLine[ToAgent], Connection, list[ToAgent]]]:
    heard: list[ToAgent] = []
    ours, theirs = multiprocessing.Pipe()
    made = ChildLine(ours, asyncio.get_running_loop(), TOLD, heard.append, MOST_BYTES)
    try:
        yield made, theirs, heard
    finally:
        theirs.close()
        made.join()
        made.close()


def says(theirs: Connection, how: str, place: Path) -> None:
    def run() -> None:
        with contextlib.suppress(OSError):
            speak(theirs, how, place)

    threading.Thread(target=run, daemon=True).start()


@pytest.mark.parametrize("how", ["pickle", "nonsense", "other", "long"])
async def test_what_is_odd_ends_the_talk_and_runs_nothing(tmp_path: Path, how: str) -> None:
    with line() as (agent, theirs, heard):
        theirs.send_bytes(pack_message(LumaReady()))
        says(theirs, how, tmp_path / "ran")
        async with asyncio.timeout(20):
            while not (agent.fault and heard):
                await asyncio.sleep(0.01)
        assert agent.fault.startswith("its process said something odd: ")
        assert heard == [LumaReady()]
    assert not (tmp_path / "ran").exists()


async def test_half_a_message_and_a_flood_leave_the_loop_its_time(tmp_path: Path) -> None:
    with line() as (half, their_half, _heard), line() as (_flooded, their_flood, heard):
        says(their_half, "half", tmp_path)
        says(their_flood, "flood", tmp_path)
        turns = 0
        while len(heard) < 700:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 100
        assert half.fault == ""


async def test_who_takes_no_orders_is_not_waited_for() -> None:
    with line() as (agent, _theirs, _heard):
        for _ in range(100_000):
            agent.send(Stop())
            if agent.fault:
                break
        assert agent.fault == "its process takes no orders"
