"""One process of a node: its agent, begun anew whenever other settings are to be run."""

import asyncio
import signal

import structlog

from edge_agent.adapters.config_file import ConfigFile
from edge_agent.adapters.data_folder import DataFolder
from edge_agent.adapters.memory import spare_memory
from edge_agent.adapters.signs_of_life import SignsOfLife
from edge_agent.app.agent import Agent, Remote
from edge_agent.app.cameras import BuildCameras, build_cameras
from edge_agent.core.reconfigure import TRIAL_MS, Book, Wanted, at_start, roll_back, without_good
from edge_agent.environment import ServicePlace
from edge_agent.settings import OwnFile
from shared.clock import SystemClock
from shared.errors import Rejected, Transient
from shared.span_sender import collecting

log = structlog.get_logger("node")


async def run_agent(
    file: OwnFile,
    place: ServicePlace,
    heartbeat_fd: int | None = None,
    build: BuildCameras = build_cameras,
    *,
    trial_ms: int = TRIAL_MS,
) -> None:
    """Run a node until SIGTERM, SIGINT or the end of its supervisor; raises `Rejected` for bad settings."""
    spare_memory()
    own = file.settings()
    folder = DataFolder(own.data_dir)
    life = SignsOfLife(place.notify_socket, place.watchdog_ms, heartbeat_fd)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    beat: asyncio.Task[None] | None = None
    agent: Agent | None = None

    def look(lag_ms: int) -> tuple[bool, str]:
        return (True, "") if agent is None else agent.look(lag_ms)  # the one that lives now

    def ready() -> None:
        nonlocal beat
        if beat is None:
            life.ready()
            beat = asyncio.create_task(life.run(look), name="signs of life")
            beat.add_done_callback(lambda _done: stop.set())

    try:
        lives = _Lives(file, folder, build, trial_ms)
        async with collecting(own.tracing, "cctv-edge", node=own.node_id):
            while not stop.is_set():
                agent = await asyncio.to_thread(lives.begin)
                await agent.run(stop, ready)
                lives.book = agent.book
        life.stopping()
        if beat is not None:
            beat.cancel()
    finally:
        folder.release()


class _Lives:
    """Builds one agent after the other, each with the settings that its time has come for."""

    def __init__(self, file: OwnFile, folder: DataFolder, build: BuildCameras, trial_ms: int) -> None:
        self._file = file
        self._folder = folder
        self._build = build
        self._trial_ms = trial_ms
        self._store = ConfigFile(folder.path)
        found = self._store.load()
        self.book = book = at_start(found)
        if book.good is not None:
            try:
                self._check(book.good)
            except Rejected as fault:
                self.book = without_good(book, f"the node's own file was changed: {fault}"[:300])
        if self.book != found:
            self._save()

    def begin(self) -> Agent:
        """The next agent; settings that cannot even be built are taken back. Blocks."""
        while True:
            try:
                return self._agent(self.book)
            except Rejected as fault:
                if self.book.trying is None:
                    raise
                self.book = roll_back(self.book, str(fault)[:300])
                self._save()

    def _agent(self, book: Book) -> Agent:
        settings = self._file.settings(None if book.runs is None else book.runs.settings)
        clock = SystemClock()
        cameras = self._build(settings, self._folder.path, clock)
        if book.runs is not None:
            log.info("the controller's settings run", version=book.runs.version, trial=book.trying is not None)
        remote = Remote(book, self._store, self._check, self._file.folder, self._trial_ms)
        return Agent(settings, self._folder, cameras, clock, remote)

    def _check(self, wanted: Wanted) -> None:
        self._file.settings(wanted.settings)

    def _save(self) -> None:
        try:
            self._store.save(self.book)
        except Transient as fault:
            log.warning("not written", error=str(fault))
