"""The cameras that the settings name: each with its own process, its judge of motion and its part of the ring."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.camera_sound import CameraSound
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.sensor_watcher import SensorView, SensorWatcher
from edge_agent.core.motion_heat import MotionHeat
from edge_agent.flows.detect import Judge, motion_judge
from edge_agent.flows.push_sound import Ear
from edge_agent.flows.shed_load import Encoded
from edge_agent.ports import CameraFeed, Ring
from edge_agent.settings import Settings
from shared.clock import Clock
from shared.ids import CameraId
from shared.module_streams import ModuleStreams
from shared.source_url import parse_source


@dataclass(frozen=True, slots=True)
class Cameras:
    """What the capture side gives: feeds with their motion judges (same order), and the ring they record to.

    `sensors`: where the cameras' own sensors see people and vehicles. `heats`: where the judges saw motion. `ears`: of
    the cameras whose sound is switched on.
    """

    feeds: tuple[CameraFeed, ...]
    judges: tuple[Judge, ...]
    ring: Ring
    sensors: SensorWatcher | None = None
    heats: Mapping[CameraId, MotionHeat] = field(default_factory=dict)
    ears: Mapping[CameraId, Ear] = field(default_factory=dict)


BuildCameras = Callable[[Settings, Path, Clock], Cameras]


def build_cameras(settings: Settings, data_dir: Path, clock: Clock) -> Cameras:
    """The cameras that the settings name, each with its own process; raises `Rejected` for a source that is none."""
    ring = DiskRing(data_dir)
    feeds: list[CameraFeed] = []
    modules: tuple[ModuleStreams, ...] = ()
    network = settings.detector.network()
    views: dict[CameraId, SensorView] = {}
    ears: dict[CameraId, CameraSound] = {}
    for camera in settings.cameras:
        camera_id = settings.camera(camera)
        ring.open(camera_id)  # before any flow asks what there is
        if network is not None:
            views[camera_id] = SensorView(network)
        if camera.audio:
            ears[camera_id] = CameraSound()
        feeds.append(
            CameraProcess(
                camera_id,
                camera.source,
                ring,
                camera.ring.bytes_max,
                clock,
                sub_source=camera.sub_source,
                recording=settings.record_plan(camera).wants(clock.unix_ms(), moving=False),
                rules=settings.picture_rules(camera),
                before=modules,
                sensor=views.get(camera_id),
                sound=ears.get(camera_id),
                hosts=settings.hosts,
            )
        )
        module = parse_source(camera.source).module
        modules += (module,) if module is not None else ()
    heats = {feed.camera: MotionHeat() for feed in feeds}
    judges = tuple(
        motion_judge(camera.motion.rules, heats[feed.camera])
        for feed, camera in zip(feeds, settings.cameras, strict=True)
    )
    return Cameras(tuple(feeds), judges, ring, SensorWatcher(views) if views else None, heats, ears)


def encoded_here(settings: Settings, feeds: Sequence[CameraFeed]) -> tuple[Encoded, ...]:
    """Those of the cameras, in the settings' order, that this node encodes and that cost less when it encodes less."""
    found: list[Encoded] = []
    for feed, camera in zip(feeds, settings.cameras, strict=True):
        source = parse_source(camera.source)
        if source.kind == "scene":
            continue  # what it costs is its drawing, which would go on
        if camera.transcode or not source.passed_through:
            paced = source.kind == "picamera"  # a USB camera gives fewer pictures in the dark
            found.append(Encoded(feed, has_sub=paced or camera.sub_source is not None, paced=paced))
    return tuple(found)
