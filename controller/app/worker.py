"""Wires the role worker: the detector and everything that it judges for."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import cv2
import structlog

from controller.adapters.anomaly_process import AnomalyProcess
from controller.adapters.bell import MqttBell
from controller.adapters.confined_pictures import ConfinedFootage, ConfinedStream, PictureProcesses
from controller.adapters.database import Database
from controller.adapters.died_busy import Busy, died_busy
from controller.adapters.frames import FileFootage
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.jpeg import encode_jpeg
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.lease_store import SqlLeaseStore
from controller.adapters.live_client import LiveClient
from controller.adapters.model_choice import ModelChoice
from controller.adapters.node_commands import MqttNodeCommands
from controller.adapters.nvdec_trial import Decoding, open_decoding
from controller.adapters.own_processes import write_model_note
from controller.adapters.scratch import scratch_folder
from controller.adapters.sessions import Keyring
from controller.adapters.trial_store import SqlTrialStore
from controller.app.detectors import Judging, open_judging
from controller.app.site import Site
from controller.app.stores import open_store
from controller.core.judge import CameraJudge
from controller.flows.detect import BatchingDetector
from controller.flows.evidence import Evidence
from controller.flows.follow_model import FollowModel
from controller.flows.run_trial import TrialParts
from controller.flows.score_pictures import ScorePictures
from controller.flows.sign_on import sign_on
from controller.flows.verify import Worker, WorkerParts
from controller.flows.verify_counts import Counts
from controller.flows.verify_parts import LiveParts
from controller.flows.verify_stored import StoredParts
from controller.ports import Footage, LiveDecoder, ObjectStore
from shared.broker import Session
from shared.clock import Clock, SystemClock
from shared.ids import SiteId, parse_camera
from shared.mint import uuid7
from shared.texts import Text, say

log = structlog.get_logger("worker")

_SHIPPED = "yard"
_ROLE = "worker"


async def run_worker(site: Site, heart: Heartbeat) -> None:
    """Judge until cancelled."""
    clock = SystemClock()
    cv2.setNumThreads(1)
    decoding: Decoding | None = None

    def tell(judging: Judging, refused: Text | None) -> None:
        if decoding is not None:
            tell_model(site, judging, decoding, refused)

    chosen = ModelChoice(site.data_dir / "models", site.settings.model)
    model = FollowModel(chosen, lambda name: open_judging(site, name), tell, clock)
    judging = await asyncio.to_thread(model.begin)
    detector = judging.detector
    log.info("model loaded", model=detector.info.name, head=detector.info.head, provider=detector.info.provider)
    for notice in judging.notices:
        log.warning("not as meant", says=str(notice))
    database = Database(site.settings.database())
    session = Session(site.broker_address("worker"))
    objects = await open_store(site, database, clock)
    batching = BatchingDetector(detector)
    try:
        root = site.data_dir / "scratch"
        died = died_busy(root, _ROLE)
        with scratch_folder(root, _ROLE) as scratch, ExitStack() as undo:
            wanted = site.settings.worker.decoder
            decoding = await asyncio.to_thread(open_decoding, wanted, died=died, busy=Busy(scratch))
            counts = Counts(session, clock, site.settings.site)
            holder = site.holder("worker", supervised=heart.supervised)
            scores = score_pictures(site, clock)
            pictures = PictureProcesses(scratch)
            undo.callback(pictures.close)
            await asyncio.to_thread(pictures.check)
            worker = build_worker(
                site, database, session, objects, batching, pictures, scratch, clock, counts, holder, decoding, scores
            )
            model.tell()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.run(), name="broker session")
                tasks.create_task(batching.run(), name="detector")
                tasks.create_task(model.run(batching), name="follow model")
                tasks.create_task(counts.run(), name="counts")
                tasks.create_task(sign_on(SqlLeaseStore(database, clock), holder, clock), name="sign on")
                tasks.create_task(scores.run(), name="anomaly scores")
                tasks.create_task(worker.run(), name="worker")
                heart.ready()
    finally:
        await database.close()
        model.now.close()


def build_worker(
    site: Site,
    database: Database,
    session: Session,
    objects: ObjectStore,
    detector: BatchingDetector,
    pictures: PictureProcesses,
    scratch: Path,
    clock: Clock,
    counts: Counts | None = None,
    name_of_worker: str = "",
    decoding: Decoding | None = None,
    scores: ScorePictures | None = None,
) -> Worker:
    """A worker of this site on these connections."""
    settings = site.settings
    footage, decoder_for = decoders(pictures, decoding)
    name = SiteId(settings.site)
    store = SqlJudgingStore(database, clock, name, uuid7)
    keyring = Keyring(site.session_key(), clock)
    evidence = Evidence(objects, encode_jpeg, name, clock)
    fps = settings.worker.sample_fps
    bell = MqttBell(session, clock, "jobs")
    live = LiveParts(
        store=store,
        source=LiveClient(settings.live_url, lambda: keyring.sign_service("worker"), settings.relay.ca_file),
        decoder_for=decoder_for,
        detector=detector,
        commands=MqttNodeCommands(session, clock),
        evidence=evidence,
        bell=bell,
        clock=clock,
        mint=uuid7,
        fps=fps,
        watch_fps=settings.worker.watch_fps,
        counts=counts,
        scores=scores,
    )
    stored = StoredParts(
        store=store,
        objects=objects,
        footage=footage,
        detector=detector,
        evidence=evidence,
        clock=clock,
        mint=uuid7,
        scratch=scratch,
        fps=fps,
    )
    trials = TrialParts(
        store=SqlTrialStore(database, clock, name),
        objects=objects,
        footage=footage,
        detector=detector,
        clock=clock,
        mint=uuid7,
        scratch=scratch,
        fps=fps,
    )
    return Worker(
        WorkerParts(
            name=name_of_worker or f"worker-{uuid7()}",
            store=store,
            bell=bell,
            clock=clock,
            live=live,
            stored=stored,
            judge_for=lambda camera: CameraJudge(camera, (), detector.info.classes, uuid7),
            max_live_jobs=settings.worker.max_live_jobs,
            max_watched=settings.worker.max_watched,
            stored_jobs=settings.worker.stored_jobs,
            trials=trials,
        )
    )


def decoders(pictures: PictureProcesses, decoding: Decoding | None) -> tuple[Footage, Callable[[str], LiveDecoder]]:
    """Of stored footage, and of a stream by its codec. A video engine is a device, which a confined process lacks."""
    hardware = None if decoding is None else decoding.hardware
    footage = ConfinedFootage(pictures) if hardware is None else FileFootage(hardware)
    return footage, partial(ConfinedStream, processes=pictures)


def score_pictures(site: Site, clock: Clock) -> ScorePictures:
    """The anomaly scores of the cameras that a model is named for; each model is loaded when it is needed."""
    settings, folder = site.settings.anomaly, site.data_dir / "models"
    return ScorePictures(
        {parse_camera(camera): model for camera, model in settings.models.items()},
        lambda model: AnomalyProcess(model, folder, settings.threads),
        clock,
        timeout_s=settings.timeout_s,
        score_age_ms=round(settings.score_age_s * 1000),
    )


def tell_model(site: Site, judging: Judging, decoding: Decoding, refused: Text | None = None) -> None:
    """Leave for the dashboard what judges and decodes here, and what does not though it was wanted."""
    info = judging.detector.info
    note = say("model_rendered_only") if judging.parts[0].info.name == _SHIPPED else None
    apart = tuple(one for one in (refused, decoding.notice) if one is not None)
    write_model_note(
        site.model_file,
        model=info.name,
        note=note,
        provider=info.provider,
        classes=info.classes,
        notices=(*judging.notices, *apart),
        models=judging.models,
    )
