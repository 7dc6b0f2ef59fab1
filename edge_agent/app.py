"""The only wiring of the node: builds adapters, runs flows under supervision, stops everything in order."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.data_folder import DataFolder
from edge_agent.adapters.host import LinuxHost
from edge_agent.adapters.live_push import WebSocketPush
from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.signs_of_life import SignsOfLife
from edge_agent.adapters.uplink import HttpUplink
from edge_agent.adapters.uploads import SqliteUploads
from edge_agent.core.door import Door
from edge_agent.core.listen import Listen, parse_listen
from edge_agent.core.recorder import EventRules
from edge_agent.core.ring_index import RingBounds
from edge_agent.core.run_cutter import CutRules
from edge_agent.flows.compare import Comparing
from edge_agent.flows.count_wear import WearCounting
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.detect import Detection, Judge, motion_judge
from edge_agent.flows.facts import Facts
from edge_agent.flows.keep_ledger import LedgerKeeping
from edge_agent.flows.obey import Obedience
from edge_agent.flows.observe import Observation
from edge_agent.flows.play_back import Playback
from edge_agent.flows.publish import Publishing
from edge_agent.flows.push_live import LivePushing
from edge_agent.flows.record import Recording
from edge_agent.flows.report import Reporting, offline_status
from edge_agent.flows.supervise import supervise
from edge_agent.flows.take_snapshot import Snapshots
from edge_agent.flows.watch_tamper import TamperWatching
from edge_agent.ports import CameraFeed, Ring
from edge_agent.settings import ServicePlace, Settings
from shared.broker import BrokerAddress, Session
from shared.clock import Clock, SystemClock
from shared.errors import CctvError
from shared.ids import CameraId
from shared.mint import uuid7
from shared.topics import ACK, COMMAND, CONTROLLER_STATUS, STATUS

log = structlog.get_logger("agent")

_WIRE = frozenset({"broker", "publish"})
_GOODBYE_S = 0.4
_STOP_S = 2.0


@dataclass(frozen=True, slots=True)
class Cameras:
    """What the capture side gives: feeds with their motion judges (same order), and the ring they record to."""

    feeds: tuple[CameraFeed, ...]
    judges: tuple[Judge, ...]
    ring: Ring


BuildCameras = Callable[[Settings, Path, Clock], Cameras]
Work = Callable[[], Awaitable[None]]


class Agent:
    """One node's flows around its cameras."""

    def __init__(self, settings: Settings, folder: DataFolder, cameras: Cameras, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._feeds = cameras.feeds
        self._version = _version()
        self._database = NodeDatabase(folder.database)
        ca_file = settings.ca_file if settings.ca_pem is None else folder.keep_ca(settings.ca_pem)
        outbox, uploads = SqliteOutbox(self._database), SqliteUploads(self._database)
        self._facts = facts = Facts(settings.node_id, uuid7(), outbox, clock, uuid7)
        self._session = self._open_session(ca_file)
        self._uplink = HttpUplink(settings.controller_url, ca_file)
        self._delivery = delivery = Delivery(
            uploads,
            outbox,
            cameras.ring,
            self._uplink,
            facts,
            rate_bytes_s=settings.upload.rate_bytes_s,
            held_budget_bytes=settings.upload.held_bytes_max,
        )
        self._publishing = Publishing(outbox, self._session, facts, delivery)
        rules = EventRules(
            pre_roll_ms=round(settings.clip.pre_s * 1000), post_roll_ms=round(settings.clip.post_s * 1000)
        )
        self._cuttings: dict[CameraId, RunCutting] = {}
        self._detections: dict[CameraId, Detection] = {}
        self._watchings: dict[CameraId, TamperWatching] = {}
        for feed, judge, camera in zip(cameras.feeds, cameras.judges, settings.cameras, strict=True):
            plan = settings.upload_plan(camera)
            cutting = RunCutting(
                feed,
                cameras.ring,
                uploads,
                delivery,
                facts,
                CutRules(),
                everything=plan.everything,
            )
            watching = TamperWatching(feed.camera, camera.tamper.rules, facts, outbox)
            self._cuttings[feed.camera] = cutting
            self._watchings[feed.camera] = watching
            self._detections[feed.camera] = Detection(
                feed,
                judge,
                rules,
                facts,
                outbox,
                uploads,
                upload_events=plan.events,
                due=cutting.due.set,
                also=watching.offer,
            )
        self._ledgers = {
            feed.camera: LedgerKeeping(feed, cameras.ring, outbox, facts, due=settings.upload_plan(camera).due)
            for feed, camera in zip(cameras.feeds, settings.cameras, strict=True)
        }
        self._live = LivePushing(
            WebSocketPush(settings.controller_url, ca_file, settings.node_id, settings.private_key_pem(), clock)
        )
        self._recording = Recording(
            cameras.feeds,
            {settings.camera(camera): settings.record_plan(camera) for camera in settings.cameras},
            self._detections,
            facts,
        )
        self._wear = WearCounting(cameras.feeds, outbox, facts)
        self._reporting = Reporting(
            cameras.feeds,
            self._detections,
            self._watchings,
            cameras.ring,
            outbox,
            delivery,
            LinuxHost(folder.path),
            self._session,
            facts,
            self._version,
            {
                settings.camera(camera): RingBounds(camera.ring.bytes_max, camera.ring.minutes_min)
                for camera in settings.cameras
            },
            settings.upload.held_bytes_max,
            self._wear,
        )
        self._observation = Observation(
            settings.node,
            settings.site,
            self._version,
            cameras.feeds,
            self._detections,
            cameras.ring,
            outbox,
            delivery,
            self._publishing,
            LinuxHost(folder.path),  # its own: each counts processor time from its last look
            self._session,
            clock,
        )
        self._ring = cameras.ring
        self._server_token = settings.server_token()
        self._obedience = Obedience(
            {feed.camera: feed for feed in cameras.feeds},
            self._detections,
            self._cuttings,
            self._live,
            outbox,
            self._session,
            facts,
            Comparing(self._ledgers, self._cuttings, cameras.ring, facts, self._publishing.greeted),
        )

    def _open_session(self, ca_file: Path | None) -> Session:
        settings, broker = self._settings, self._settings.broker
        will = STATUS.encode(offline_status(self._facts, self._version))
        return Session(
            BrokerAddress(
                host=broker.host,
                port=broker.port,
                client_id=settings.node,
                username=broker.username or settings.node,
                password=settings.broker_password(),
                ca_file=broker.ca_file or (ca_file if broker.tls else None),
            ),
            will=(STATUS.topic(node=settings.node), will),
        )

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Run until `stop` is set; then end within 3 s, with everything durable that was decided."""
        node, session = self._settings.node, self._session
        session.on_connected(self._publishing.connected)
        session.on_connected(self._reporting.connected)
        session.listen(CONTROLLER_STATUS, self._publishing.controller_is)
        session.listen(ACK, self._publishing.answered, node=node)
        session.listen(COMMAND, self._obedience.command, node=node)
        tasks = [
            asyncio.create_task(supervise(name, work, self._clock), name=name) for name, work in self._flows().items()
        ]
        ready()
        log.info("agent runs", node=node, cameras=len(self._feeds), version=self._version)
        try:
            await stop.wait()
        finally:
            await self._stop(tasks)

    def _flows(self) -> dict[str, Work]:
        flows: dict[str, Work] = {
            "broker": self._session.run,
            "publish": self._publishing.run,
            "deliver": self._delivery.run,
            "report": self._reporting.run,
            "record": self._recording.run,
            "wear": self._wear.run,
        }
        for feed in self._feeds:
            flows[f"camera {feed.camera}"] = feed.run
            flows[f"segments {feed.camera}"] = self._cuttings[feed.camera].follow
            flows[f"runs {feed.camera}"] = self._cuttings[feed.camera].run
            flows[f"detect {feed.camera}"] = self._detections[feed.camera].run
            flows[f"tamper {feed.camera}"] = self._watchings[feed.camera].run
        for ledger in self._ledgers.values():
            flows[f"ledger {ledger.camera}"] = ledger.run
        if self._settings.server.listen is not None:
            flows["server"] = partial(self._serve, parse_listen(self._settings.server.listen))
        return flows

    async def _serve(self, listen: Listen) -> None:
        """The node's own server; only a node that has one loads what it is made of."""
        await asyncio.to_thread(import_module, "edge_agent.api.server")  # seconds on a small board: not in the loop
        from edge_agent.adapters.http_server import serve_http
        from edge_agent.adapters.pictures import KeyframePictures
        from edge_agent.api.server import Parts, build_server

        feeds = {feed.camera: feed for feed in self._feeds}
        pictures = KeyframePictures()
        parts = Parts(
            Door(self._server_token),
            listen,
            self._settings.server.hosts,
            feeds,
            self._observation,
            Snapshots(feeds, pictures, self._clock),
            Playback(self._ring),
            self._clock,
        )
        log.info("server listens", host=listen.host, port=listen.port, guarded=self._server_token is not None)
        try:
            await serve_http(build_server(parts), listen.host, listen.port)
        finally:
            pictures.close()

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Cameras and decisions first, so that what they still tell can go out; the broker last."""
        wire = [task for task in tasks if task.get_name() in _WIRE]
        await _cancel([task for task in tasks if task not in wire], _STOP_S)
        if self._session.connected:
            goodbye = offline_status(self._facts, self._version)
            with contextlib.suppress(CctvError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await self._session.send(STATUS, goodbye, node=self._settings.node)
        await _cancel(wire, _GOODBYE_S)
        await self._live.close()
        await self._uplink.close()
        self._database.close()


async def _cancel(tasks: Sequence[asyncio.Task[None]], patience_s: float) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        _done, late = await asyncio.wait(tasks, timeout=patience_s)
        if late:
            log.error("did not stop in time", flows=sorted(task.get_name() for task in late))


async def run_agent(
    settings: Settings, place: ServicePlace, heartbeat_fd: int | None = None, build: BuildCameras | None = None
) -> None:
    """Run a node until SIGTERM, SIGINT or the end of its supervisor; raises `Rejected` for bad settings."""
    folder = DataFolder(settings.data_dir)
    clock = SystemClock()
    life = SignsOfLife(place.notify_socket, place.watchdog_ms, heartbeat_fd)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        agent = Agent(settings, folder, (build or build_cameras)(settings, folder.path, clock), clock)
        beat: asyncio.Task[None] | None = None

        def ready() -> None:
            nonlocal beat
            life.ready()
            beat = asyncio.create_task(life.run(), name="signs of life")
            beat.add_done_callback(lambda _done: stop.set())

        await agent.run(stop, ready)
        life.stopping()
        if beat is not None:
            beat.cancel()
    finally:
        folder.release()


def build_cameras(settings: Settings, data_dir: Path, clock: Clock) -> Cameras:
    """The cameras that the settings name, each with its own process; raises `Rejected` for a source that is none."""
    ring = DiskRing(data_dir)
    feeds: list[CameraFeed] = []
    for camera in settings.cameras:
        camera_id = settings.camera(camera)
        ring.open(camera_id)  # before any flow asks what there is
        feeds.append(
            CameraProcess(
                camera_id,
                camera.source,
                ring,
                camera.ring.bytes_max,
                clock,
                sub_source=camera.sub_source,
                recording=settings.record_plan(camera).wants(clock.unix_ms(), moving=False),
            )
        )
    judges = tuple(motion_judge(camera.motion.rules) for camera in settings.cameras)
    return Cameras(tuple(feeds), judges, ring)


def _version() -> str:
    try:
        return version("sht-cctv")
    except PackageNotFoundError:
        return "unpackaged"
