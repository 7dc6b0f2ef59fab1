"""A camera's sound is pushed while it is asked for, described first, and not where it is not switched on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from edge_agent.core.sound import SoundInfo, SoundPacket
from edge_agent.flows.push_sound import SoundPushing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.errors import Rejected
from shared.ids import CameraId
from shared.live import unpack
from tests.fakes.edge import FakeClock
from tests.fakes.push import FakePush

GATE = CameraId("n1.gate")
OPUS, AAC = SoundInfo("opus", 48_000, 1), SoundInfo("mp4a.40.2", 16_000, 1, b"\x14\x08")


class Voice:
    """An ear at a camera that makes a sound when told to."""

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[tuple[SoundInfo, SoundPacket]]] = set()

    def sound(self, info: SoundInfo, pts_ms: int) -> None:
        for queue in self.listeners:
            queue.put_nowait((info, SoundPacket(b"hum", pts_ms)))

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[tuple[SoundInfo, SoundPacket]]]:
        queue: asyncio.Queue[tuple[SoundInfo, SoundPacket]] = asyncio.Queue()

        async def packets() -> AsyncIterator[tuple[SoundInfo, SoundPacket]]:
            while True:
                yield await queue.get()

        self.listeners.add(queue)
        try:
            yield packets()
        finally:
            self.listeners.discard(queue)


async def until_so(voice: Voice, count: int) -> None:
    async with asyncio.timeout(10):
        while len(voice.listeners) != count:
            await asyncio.sleep(0)


async def test_sound_is_described_and_sent_until_told_to_stop() -> None:
    voice, push = Voice(), FakePush()
    pushing = SoundPushing({GATE: voice}, push, UplinkSharing(FakeClock()))
    voice.sound(OPUS, 1)  # nobody listens
    pushing.start(GATE, "/live/push/n1.gate/sound")
    await until_so(voice, 1)
    for info, pts_ms in ((OPUS, 20), (OPUS, 40), (AAC, 60)):
        voice.sound(info, pts_ms)
    async with asyncio.timeout(10):
        while len(push.frames["/live/push/n1.gate/sound"]) < 5:
            await asyncio.sleep(0)
    init = {"t": "sound-init", "codec": "opus", "rate": 48_000, "channels": 1, "camera": "n1.gate"}
    assert [unpack(frame) for frame in push.frames["/live/push/n1.gate/sound"]] == [
        (init, b""),
        ({"t": "sound", "pts": 20}, b"hum"),
        ({"t": "sound", "pts": 40}, b"hum"),
        (init | {"codec": "mp4a.40.2", "rate": 16_000}, b"\x14\x08"),
        ({"t": "sound", "pts": 60}, b"hum"),
    ]
    pushing.stop(GATE)
    await until_so(voice, 0)
    assert push.open == set()


async def test_a_new_push_replaces_the_one_before_and_all_end_at_the_end() -> None:
    voice, push = Voice(), FakePush()
    pushing = SoundPushing({GATE: voice}, push, UplinkSharing(FakeClock()))
    pushing.start(GATE, "/a")
    await until_so(voice, 1)
    pushing.start(GATE, "/b")
    async with asyncio.timeout(10):
        while push.open != {"/b"}:
            await asyncio.sleep(0)
    await pushing.close()
    assert push.open == set()
    assert voice.listeners == set()


async def test_a_camera_without_sound_is_refused() -> None:
    with pytest.raises(Rejected, match="no sound switched on"):
        SoundPushing({}, FakePush(), UplinkSharing(FakeClock())).start(GATE, "/p")
