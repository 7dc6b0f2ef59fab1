"""One node's flows around its cameras: builds adapters, runs flows under supervision, stops everything in order."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog

from edge_agent.adapters.data_folder import DataFolder
from edge_agent.adapters.detector_process import DetectorProcess
from edge_agent.adapters.host import LinuxHost
from edge_agent.adapters.identity_file import IdentityFile
from edge_agent.adapters.live_push import WebSocketPush
from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.adapters.package_index import PackageIndex
from edge_agent.adapters.pictures import KeyframePictures
from edge_agent.adapters.system_reboot import SystemReboot
from edge_agent.adapters.uplink import HttpUplink
from edge_agent.adapters.uploads import SqliteUploads
from edge_agent.adapters.versions import PROJECT, agent_version, installed_versions
from edge_agent.app.cameras import Cameras, encoded_here
from edge_agent.app.identity import open_broker, own_end
from edge_agent.app.updates import build_updates
from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.door import Door
from edge_agent.core.listen import Listen, parse_listen
from edge_agent.core.reconfigure import TRIAL_MS, Book, Wanted
from edge_agent.core.recorder import EventRules
from edge_agent.core.ring_index import RingBounds
from edge_agent.core.run_cutter import CutRules
from edge_agent.flows.compare import Comparing
from edge_agent.flows.count_wear import WearCounting
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.detect import Detection
from edge_agent.flows.diagnose import Diagnosis
from edge_agent.flows.facts import Facts
from edge_agent.flows.keep_ledger import LedgerKeeping
from edge_agent.flows.look import Looking
from edge_agent.flows.obey import Obedience
from edge_agent.flows.observe import Observation
from edge_agent.flows.play_back import Playback
from edge_agent.flows.publish import Publishing
from edge_agent.flows.push_live import LivePushing
from edge_agent.flows.reconfigure import Reconfiguration
from edge_agent.flows.record import Recording
from edge_agent.flows.report import Reporting, offline_status
from edge_agent.flows.share_uplink import UplinkSharing
from edge_agent.flows.shed_load import LoadShedding
from edge_agent.flows.supervise import supervise
from edge_agent.flows.take_snapshot import Snapshots
from edge_agent.flows.tend import Tending
from edge_agent.flows.watch_life import LifeWatching
from edge_agent.flows.watch_tamper import TamperWatching
from edge_agent.ports import CameraFeed, ConfigBook
from edge_agent.settings import Settings
from shared.clock import Clock
from shared.errors import CctvError
from shared.ids import CameraId
from shared.ledger_signature import EntrySigner
from shared.logs import last_lines
from shared.mint import uuid7
from shared.server_certificate import ServerCertificate
from shared.topics import ACK, COMMAND, CONFIG_DESIRED, CONTROLLER_STATUS, STATUS

log = structlog.get_logger("agent")

_WIRE = frozenset({"broker", "publish"})
_GOODBYE_S = 0.4
_STOP_S = 2.0


@dataclass(frozen=True, slots=True)
class Remote:
    """What the controller may change: settings (what is known of them, their place, who checks them), versions."""

    book: Book
    store: ConfigBook
    check: Callable[[Wanted], None]
    place: Path  # of the node's own file: the updater knows it whatever the file says
    trial_ms: int = TRIAL_MS


Work = Callable[[], Awaitable[None]]


class Agent:
    """One node's flows around its cameras; without `remote` its settings cannot be changed from afar."""

    def __init__(
        self, settings: Settings, folder: DataFolder, cameras: Cameras, clock: Clock, remote: Remote | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._feeds = cameras.feeds
        self._version = agent_version()
        self._database = NodeDatabase(folder.database)
        ca_file = settings.ca_file if settings.ca_pem is None else folder.keep_ca(settings.ca_pem)
        ca_files = [file for file in (ca_file, settings.broker.ca_file) if file is not None]
        outbox, uploads = SqliteOutbox(self._database), SqliteUploads(self._database)
        self._facts = facts = Facts(
            settings.node_id, uuid7(), outbox, clock, uuid7, EntrySigner(settings.private_key_pem()).sign
        )
        feeds = {feed.camera: feed for feed in cameras.feeds}
        facts.media_offset_ms = lambda camera: feeds[camera].signs().media_offset_ms if camera in feeds else 0.0
        self._session, self._renewing = open_broker(
            settings, IdentityFile(folder.path), ca_file, offline_status(facts, self._version), clock
        )
        self._uplink = HttpUplink(settings.controller_url, ca_file)
        self._sharing = UplinkSharing(clock, rate_bytes_s=settings.upload.rate_bytes_s)
        self._delivery = delivery = Delivery(
            uploads,
            outbox,
            cameras.ring,
            self._uplink,
            facts,
            self._sharing,
            held_budget_bytes=settings.upload.held_bytes_max,
            plan=settings.transfer_plan(),
        )
        self._publishing = Publishing(outbox, self._session, facts, delivery)
        rules = EventRules(
            pre_roll_ms=round(settings.clip.pre_s * 1000), post_roll_ms=round(settings.clip.post_s * 1000)
        )
        self._cuttings: dict[CameraId, RunCutting] = {}
        self._detections: dict[CameraId, Detection] = {}
        self._watchings: dict[CameraId, TamperWatching] = {}
        self._lookings: list[Looking] = []
        order = settings.detector.order()
        self._detector = cameras.sensors if order is None else DetectorProcess(order, clock)
        for feed, judge, camera in zip(cameras.feeds, cameras.judges, settings.cameras, strict=True):
            plan = settings.upload_plan(camera)
            cutting = RunCutting(feed, cameras.ring, uploads, delivery, facts, CutRules(), everything=plan.everything)
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
            if self._detector is not None:
                seen = settings.detector.rules(camera.motion.masks)
                looking = Looking(
                    feed, self._detector, self._detections[feed.camera], seen, delivery.raise_priority, clock
                )
                self._lookings.append(looking)
        self._ledgers = {
            feed.camera: LedgerKeeping(
                feed, cameras.ring, outbox, facts, cameras.heats.get(feed.camera), due=settings.upload_plan(camera).due
            )
            for feed, camera in zip(cameras.feeds, settings.cameras, strict=True)
        }
        self._live = LivePushing(
            WebSocketPush(settings.controller_url, ca_file, settings.node_id, settings.private_key_pem(), clock),
            self._sharing,
            cameras.ring,
            cameras.ears,
        )
        self._recording = Recording(
            cameras.feeds,
            {settings.camera(camera): settings.record_plan(camera) for camera in settings.cameras},
            self._detections,
            facts,
        )
        self._wear = WearCounting(cameras.feeds, outbox, facts)
        shares = encoded_here(settings, cameras.feeds) if settings.limits.shed else ()
        self._shedding = LoadShedding(shares, LinuxHost(folder.path), clock, settings.limits.limits)
        self._reporting = Reporting(
            cameras.feeds,
            self._detections,
            self._watchings,
            cameras.ring,
            outbox,
            delivery,
            _host(settings, folder, ca_files),
            self._session,
            facts,
            self._version,
            {
                settings.camera(camera): RingBounds(camera.ring.bytes_max, camera.ring.minutes_min)
                for camera in settings.cameras
            },
            settings.upload.held_bytes_max,
            self._wear,
            still=lambda: self._life.still,
            detector=self._detector_health,
            shed=self._shedding.report,
            key_kept=settings.key_kept(),
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
            _host(settings, folder, ca_files),  # its own: each counts processor time from its last look
            self._session,
            clock,
            self._detector_health,
            self._shedding.report,
            tampering=lambda camera: self._watchings[camera].trouble,
            book=lambda: self.book,
        )
        self._life = LifeWatching(cameras.feeds, outbox, clock)
        self._ring = cameras.ring
        self._server_token = settings.server_token()
        self._change = asyncio.Event()
        self._reconfiguration = None if remote is None else self._reconfigures(remote)
        self._updates = build_updates(
            settings, remote.place if remote else None, ca_file, cameras.feeds, self._session, self._version, clock
        )
        self._pictures = KeyframePictures()
        self._snapshots = Snapshots(feeds, self._pictures, clock)
        self._obedience = Obedience(
            feeds,
            self._detections,
            self._cuttings,
            self._live,
            outbox,
            self._session,
            facts,
            Comparing(
                self._ledgers, self._cuttings, cameras.ring, facts, self._publishing.greeted, delivery.take_again
            ),
            self._tends(feeds),
        )

    @property
    def book(self) -> Book:
        """What is known of the settings that the controller wants."""
        return Book() if self._reconfiguration is None else self._reconfiguration.book

    def _detector_health(self) -> DetectorHealth:
        return DetectorHealth() if self._detector is None else self._detector.health

    def _reconfigures(self, remote: Remote) -> Reconfiguration:
        return Reconfiguration(
            remote.book,
            remote.store,
            remote.check,
            self._change.set,
            self._feeds,
            self._session,
            self._facts,
            trial_ms=remote.trial_ms,
        )

    def _tends(self, feeds: Mapping[CameraId, CameraFeed]) -> Tending:
        settings, index = self._settings, self._settings.update.index_url
        diagnosis = Diagnosis(
            self._observation,
            partial(settings.model_dump, mode="json"),
            settings.secrets,
            installed_versions,
            last_lines,
            lambda: self.book,
            self._clock,
        )
        return Tending(
            feeds,
            self._snapshots,
            diagnosis,
            SystemReboot() if settings.commands.reboot else None,
            None if index is None else PackageIndex(index, PROJECT),
            self._version,
            None if self._reconfiguration is None else self._reconfiguration.begin_anew,
            None if self._updates is None else self._updates.fetching,
        )

    def look(self, lag_ms: int) -> tuple[bool, str]:
        """Whether everything moves, for the watchdog, and one line on how things are."""
        return self._life.look(lag_ms)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Run until `stop` is set, or until other settings are to be run; then end within 3 s.

        Everything that was decided is durable then; `book` says with which settings to go on.
        """
        node, session = self._settings.node, self._session
        session.on_connected(self._publishing.connected)
        session.on_connected(self._reporting.connected)
        session.listen(CONTROLLER_STATUS, self._publishing.controller_is)
        session.listen(ACK, self._publishing.answered, node=node)
        session.subscribe(COMMAND.filter(node=node), self._obedience.hear)
        if self._reconfiguration is not None:
            session.on_connected(self._reconfiguration.connected)
            session.subscribe(CONFIG_DESIRED.filter(node=node), self._reconfiguration.hear)
        tasks = [
            asyncio.create_task(supervise(name, work, self._clock), name=name) for name, work in self._flows().items()
        ]
        ready()
        log.info("agent runs", node=node, cameras=len(self._feeds), version=self._version)
        ends = [asyncio.create_task(event.wait()) for event in (stop, self._change)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(ends, _STOP_S)
            await self._stop(tasks)

    def _flows(self) -> dict[str, Work]:
        flows: dict[str, Work] = {
            "broker": self._session.run,
            "publish": self._publishing.run,
            "deliver": self._delivery.run,
            "uplink": self._sharing.run,
            "report": self._reporting.run,
            "record": self._recording.run,
            "wear": self._wear.run,
            "shed": self._shedding.run,
            "certificate": self._renewing.run,
        }
        for feed in self._feeds:
            flows[f"camera {feed.camera}"] = feed.run
            flows[f"segments {feed.camera}"] = self._cuttings[feed.camera].follow
            flows[f"runs {feed.camera}"] = self._cuttings[feed.camera].run
            flows[f"detect {feed.camera}"] = self._detections[feed.camera].run
            flows[f"tamper {feed.camera}"] = self._watchings[feed.camera].run
        if self._reconfiguration is not None:
            flows["reconfigure"] = self._reconfiguration.run
        if self._updates is not None:
            flows |= {"update": self._updates.fetching.run, "well": self._updates.telling.run}
        if self._detector is not None:
            flows["detector"] = self._detector.run
        for looking in self._lookings:
            flows[f"look {looking.camera}"] = looking.run
        for ledger in self._ledgers.values():
            flows[f"ledger {ledger.camera}"] = ledger.run
        if self._settings.server.listen is not None:
            flows["server"] = partial(self._serve, parse_listen(self._settings.server.listen))
        return flows

    async def _serve(self, listen: Listen) -> None:
        """The node's own server; only a node that has one loads what it is made of."""
        await asyncio.to_thread(import_module, "edge_agent.api.server")  # seconds on a small board: not in the loop
        from edge_agent.adapters.http_server import serve_http
        from edge_agent.api.server import Parts, build_server

        feeds = {feed.camera: feed for feed in self._feeds}
        parts = Parts(
            Door(self._server_token),
            listen,
            self._settings.server.hosts,
            feeds,
            self._observation,
            self._snapshots,
            Playback(self._ring),
            self._clock,
        )
        server = self._settings.server
        tls = None
        if server.certificate is not None and server.key is not None:
            tls = await asyncio.to_thread(ServerCertificate, server.certificate, server.key)
        await serve_http(build_server(parts), listen.host, listen.port, tls)

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Cameras and decisions first, so that what they still tell can go out; the broker last."""
        wire = [task for task in tasks if task.get_name() in _WIRE]
        await _cancel([task for task in tasks if task not in wire], _STOP_S)
        if self._session.connected:
            goodbye = offline_status(self._facts, self._version)
            with contextlib.suppress(CctvError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await self._session.send(STATUS, goodbye, node=self._settings.node)
        await self._obedience.close()
        await _cancel(wire, _GOODBYE_S)
        self._pictures.close()
        await self._live.close()
        await self._uplink.close()
        self._database.close()


def _host(settings: Settings, folder: DataFolder, ca_files: Sequence[Path]) -> LinuxHost:
    return LinuxHost(folder.path, ca_files=ca_files, own_end=partial(own_end, settings, IdentityFile(folder.path)))


async def _cancel(tasks: Sequence[asyncio.Task[Any]], patience_s: float) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        _done, late = await asyncio.wait(tasks, timeout=patience_s)
        if late:
            log.error("did not stop in time", flows=sorted(task.get_name() for task in late))
