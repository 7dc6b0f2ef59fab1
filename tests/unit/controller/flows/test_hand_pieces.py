"""Pieces on their way through the relay: to who asked, one at a time of a node, with little kept."""

import asyncio

import pytest

from controller.errors import Late, Missing
from controller.flows.hand_pieces import HandPieces
from shared.errors import Rejected, Transient
from shared.ids import CameraId
from shared.live import pack

GATE, YARD, OTHER = CameraId("n1.gate"), CameraId("n1.yard"), CameraId("n2.yard")
HEAD = pack({"t": "piece"})


class Commands:
    """Keeps where nodes were told to push."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.away = False

    async def ring_piece(self, camera: CameraId, from_ms: int, for_ms: int, path: str) -> None:
        del camera, from_ms, for_ms
        if self.away:
            raise Transient("broker: not connected")
        self.paths.append(path)

    def ticket(self) -> str:
        return self.paths[-1].rsplit("/", 1)[1]


async def test_a_piece_goes_to_who_asked_and_only_from_its_camera() -> None:
    commands = Commands()
    pieces = HandPieces(commands)
    async with pieces.ask(GATE, 1000, 6000) as piece:
        assert commands.paths == [f"/live/push/n1.gate/ring/{commands.ticket()}"]
        with pytest.raises(Missing):
            pieces.wanted(YARD, commands.ticket())
        with pytest.raises(Missing):
            pieces.wanted(GATE, "another")
        node = pieces.wanted(GATE, commands.ticket())
        await node.take(HEAD)
        node.end()
        assert await piece.next() == HEAD
        assert await piece.next() is None
        with pytest.raises(Rejected, match="no 'au'"):
            await node.take(pack({"t": "au"}))
    assert node.over.is_set()
    with pytest.raises(Missing):
        pieces.wanted(GATE, commands.ticket())


async def test_a_node_waits_for_who_reads_slowly() -> None:
    commands = Commands()
    pieces = HandPieces(commands)
    async with pieces.ask(GATE, 1000, 6000) as piece:
        node = pieces.wanted(GATE, commands.ticket())

        async def push() -> int:
            sent = 0
            while True:
                try:
                    async with asyncio.timeout(0.05):
                        await node.take(HEAD)
                except TimeoutError:
                    return sent
                sent += 1

        assert await push() == 4
        await piece.next()
        assert await push() == 1


async def test_one_piece_at_a_time_of_a_node_and_few_wait() -> None:
    commands = Commands()
    pieces = HandPieces(commands)
    begun: list[CameraId] = []

    async def ask(camera: CameraId, done: asyncio.Event) -> None:
        async with pieces.ask(camera, 1000, 6000):
            begun.append(camera)
            await done.wait()

    done = asyncio.Event()
    tasks = [asyncio.create_task(ask(camera, done)) for camera in (GATE, YARD, GATE, GATE, GATE, GATE, OTHER)]
    await asyncio.sleep(0.02)
    assert begun == [GATE, OTHER]
    with pytest.raises(Transient, match="6 pieces"):
        async with pieces.ask(GATE, 1000, 6000):
            pass
    done.set()
    await asyncio.gather(*tasks)
    assert len(begun) == 7


async def test_a_node_that_says_nothing_is_not_waited_for_long() -> None:
    commands = Commands()
    pieces = HandPieces(commands, first_s=0.02)
    async with pieces.ask(GATE, 1000, 6000) as piece:
        with pytest.raises(Late):
            await piece.next()
    commands.away = True
    with pytest.raises(Transient):
        async with pieces.ask(GATE, 1000, 6000):
            pass
    commands.away = False
    async with pieces.ask(GATE, 1000, 6000):
        pass
