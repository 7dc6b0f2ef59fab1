"""The worker on a real relay, a real database, real H.264: a running event becomes an alarm with its picture."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import uvicorn
from sqlmodel import select
from websockets.asyncio.client import connect

from controller.adapters.database import Database
from controller.adapters.frames import FileFootage
from controller.adapters.jpeg import encode_jpeg
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.live_client import LiveClient
from controller.adapters.live_decoder import StreamDecoder
from controller.adapters.people_store import PeopleStore
from controller.adapters.rule_store import RuleStore
from controller.adapters.tables import AlarmRow, JobRow, OccurrenceRow, VerdictRow
from controller.api.live import WS_LIMITS, build_relay_app
from controller.core.grants import Right
from controller.core.judge import CameraJudge
from controller.core.records import Detection, Rule
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.relay import Relay
from controller.flows.verify import Worker, WorkerParts
from controller.flows.verify_parts import LiveParts
from controller.flows.verify_stored import StoredParts
from controller.ports import Picture
from shared.clock import SystemClock
from shared.geometry import Box
from shared.ids import CameraId, RuleId, SiteId
from shared.live import pack
from shared.mint import uuid7
from tests.fakes.tables import make_tables
from tests.fakes.verifier import MemoryObjects, QuickBell, RecordingCommands, ScriptedDetector

pytestmark = pytest.mark.integration

CAMERA = CameraId("n1.yard")
SITE = SiteId("yard")
FPS = 15
RULE = Rule(RuleId("01963f2e-0000-7000-8000-000000000001"), "person", "zone_intrusion", persistence_s=0.5)


class BrightnessDetector(ScriptedDetector):
    """A bright picture shows a person."""

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        seen = Detection("person", 0.9, Box(0.4, 0.3, 0.6, 0.9))
        return [(seen,) if picture.mean() > 128 else () for picture in pictures]


class OpenGate:
    async def viewer_may(
        self, right: Right, cookie: str | None, origin: str | None, host: str, camera: CameraId
    ) -> bool:
        del right, cookie, origin, host, camera
        return False

    async def is_service(self, bearer: str | None) -> bool:
        return bearer == "service"

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool:
        return bearer == "node" and camera == CAMERA


class Nobody:
    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None: ...

    async def live_stop(self, camera: CameraId, quality: str) -> None: ...


def units(levels: Sequence[int]) -> list[tuple[bool, bytes]]:
    """Access units of one grey picture each, a keyframe per second."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.gop_size = FPS
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    made: list[tuple[bool, bytes]] = []
    for index, level in enumerate(levels):
        frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), level, np.uint8), format="bgr24")
        frame.pts = index
        made += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    made += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(None)]
    return made


@contextlib.asynccontextmanager
async def relay(port: int) -> AsyncIterator[str]:
    app = build_relay_app(Relay(Nobody(), SystemClock()), OpenGate())
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off", **WS_LIMITS)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def push(url: str, start_ms: int, made: list[tuple[bool, bytes]]) -> None:
    """A node's push at real time."""
    node = connect(f"{url}/live/push/{CAMERA}/main", additional_headers={"Authorization": "Bearer node"})
    loop = asyncio.get_running_loop()
    async with node as socket:
        await socket.send(pack({"t": "init", "codec": "avc1.42c01f", "width": 320, "height": 180, "fps": FPS}))
        began = loop.time()
        for index, (key, data) in enumerate(made):
            await asyncio.sleep(max(0.0, began + index / FPS - loop.time()))
            pts = start_ms + round(index * 1000 / FPS)
            await socket.send(pack({"t": "au", "pts": pts, "key": key, "seq": index}, data))
        await asyncio.sleep(1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(f"sqlite:///{tmp_path}/db.sqlite3")
    await make_tables(found)
    await PeopleStore(found, SystemClock()).prepare_site(SITE)
    await RuleStore(found, SystemClock(), SITE).replace((RULE,), camera=None, expected_version=None, who="test")
    yield found
    await found.close()


async def test_a_running_event_becomes_an_alarm_with_its_picture(
    database: Database, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    clock, objects, commands, bell = SystemClock(), MemoryObjects(), RecordingCommands(), QuickBell()
    detector = BatchingDetector(BrightnessDetector())
    store = SqlJudgingStore(database, clock, SITE, uuid7)
    evidence = Evidence(objects, encode_jpeg, SITE, clock)
    start_ms = clock.unix_ms()
    levels = [16] * FPS + [235] * (2 * FPS) + [16] * (4 * FPS)
    async with database.writing() as session:
        job = JobRow(kind="live", once="live:x", camera=CAMERA, start_ms=start_ms, prio=0, created_ms=start_ms)
        session.add(job)
        await session.flush()
        number = job.id

    async with relay(free_port()) as url:
        source = LiveClient(url, lambda: "service")
        live = LiveParts(store, source, StreamDecoder, detector, commands, evidence, bell, clock, uuid7, 5.0)
        stored = StoredParts(store, objects, FileFootage(), detector, evidence, clock, uuid7, tmp_path, 5.0)
        worker = Worker(
            WorkerParts(
                "w",
                store,
                bell,
                clock,
                live,
                stored,
                lambda camera: CameraJudge(camera, (), ("person",), uuid7),
            )
        )
        tasks = [asyncio.create_task(worker.run()), asyncio.create_task(detector.run())]
        await push(url, start_ms, units(levels))
        async with database.writing() as session:
            row = await session.get(JobRow, number)
            assert row is not None
            row.end_ms = start_ms + 6_000
        async with asyncio.timeout(20):
            while True:
                async with database.reading() as session:
                    row = await session.get(JobRow, number)
                    if row is not None and row.state == "done":
                        break
                await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async with database.reading() as session:
        (alarm,) = (await session.scalars(select(AlarmRow))).all()
        (occurrence,) = (await session.scalars(select(OccurrenceRow))).all()
        (verdict,) = (await session.scalars(select(VerdictRow))).all()
    assert alarm.rule_name == "person"
    assert abs(occurrence.start_ms - (start_ms + 1000)) <= 250
    assert occurrence.condition_ms == occurrence.start_ms + 500
    assert occurrence.end_ms is not None
    assert abs(occurrence.end_ms - (start_ms + 3000)) <= 300
    assert verdict.final
    assert verdict.sampled >= 20
    (key,) = objects.objects
    assert occurrence.picture_key == key
    assert objects.objects[key].startswith(b"\xff\xd8")
    assert len(commands.promoted) == 1
