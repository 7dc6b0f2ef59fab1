"""A network camera by RTSP: its main stream, and beside it a sub stream whose loss the main one never feels."""

import threading
from collections.abc import Callable

import structlog

from edge_agent.adapters.camera_sink import CameraSink, MediaClock
from edge_agent.adapters.host_watch import HostWatch
from edge_agent.adapters.packet_stream import Part
from edge_agent.adapters.rtsp_session import RtspSession
from edge_agent.adapters.sound_stream import SoundSink
from edge_agent.core.camera_health import Backoff
from edge_agent.core.luma_choice import LumaChoice
from edge_agent.core.media import Quality
from edge_agent.core.picture_rules import PictureRules
from shared.camera_hosts import ANY_HOST, CameraHosts
from shared.errors import Rejected, Transient
from shared.source_url import Source

log = structlog.get_logger("camera")


class RtspCamera:
    """Raises `Transient` when the main stream is away, `Rejected` when it refuses us; no password is ever shown."""

    def __init__(
        self,
        source: Source,
        clock: MediaClock,
        luma_per_s: float,
        sub: Source | None = None,
        rules: PictureRules | None = None,
        main_is_watched: Callable[[], bool] = lambda: True,
        ear: SoundSink | None = None,
        hosts: CameraHosts = ANY_HOST,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        """While nobody watches the main stream, and motion is seen on the other, it is read at leisure.

        Its sound is asked for only with an `ear`. `connected`: called once the main stream is open.
        """
        watch = HostWatch(hosts)
        choice, turn = LumaChoice(), threading.Lock()
        self._at_leisure: Callable[[], bool] = lambda: (
            sub is not None and not main_is_watched() and not choice.wants_main(clock.now_ms())
        )
        main_part = None if sub is None else Part("main", choice, turn, clock.now_ms)
        self._main = RtspSession(source, "source", clock, luma_per_s, main_part, rules, ear, watch, connected)
        self._sub = (
            None
            if sub is None
            else RtspSession(
                sub, "sub_source", clock, luma_per_s, Part("sub", choice, turn, clock.now_ms), rules, hosts=watch
            )
        )

    def limit(self, quality: Quality, share: float) -> None:
        """Encode with this share of the bitrate from now on, where the stream is encoded anew."""
        session = self._main if quality == "main" else self._sub
        if session is not None:
            session.limit(share)

    def run(self, sink: CameraSink, stop: threading.Event) -> None:
        over = threading.Event()
        if self._sub is not None:
            threading.Thread(target=_keep_up, args=(self._sub, sink, over), name="sub stream", daemon=True).start()
        try:
            self._main.follow(sink, stop, at_leisure=self._at_leisure)
        finally:
            over.set()


def _keep_up(session: RtspSession, sink: CameraSink, over: threading.Event) -> None:
    """Follow the sub stream until the camera's end, again and again, with growing pauses."""
    backoff = Backoff()
    while not over.is_set():
        refused = False
        try:
            session.follow(sink, over)
            continue
        except (Transient, Rejected) as fault:
            reason, refused = str(fault), isinstance(fault, Rejected)
        except Exception as fault:  # the outermost edge of this thread: recording goes on whatever happens here
            log.exception("sub stream failed")
            reason = type(fault).__name__
        if over.is_set():
            return
        sink.sub_lost(reason, refused=refused)
        backoff = backoff.after(session.lived_ms, refused=refused)
        log.warning("sub stream lost", reason=reason, pause_ms=backoff.pause_ms)
        over.wait(backoff.pause_ms / 1000)
