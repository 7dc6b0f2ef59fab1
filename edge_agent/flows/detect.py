"""Detect: a camera's small frames become events in the outbox and spans that are due."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from edge_agent.core.activity import ActivityState
from edge_agent.core.activity import step as join
from edge_agent.core.media import LumaFrame
from edge_agent.core.motion import MotionMeter, MotionRules
from edge_agent.core.motion_heat import MotionHeat
from edge_agent.core.recorder import Closed, Effect, Event, EventRules, Opened, State, Updated, finish, hold, step
from edge_agent.core.run_cutter import Span
from edge_agent.flows.facts import Facts
from edge_agent.ports import CameraFeed, Outbox, Uploads
from shared.errors import CctvError
from shared.ids import EventId
from shared.kinds import MediaClass
from shared.messages import EventFact
from shared.trace import record

log = structlog.get_logger("detect")

Judge = Callable[[LumaFrame], tuple[bool, float]]
"""Whether there is motion in a frame, and how much (0..1)."""

_TICK_S = 1.0
_FINISH_S = 1.0


def motion_judge(rules: MotionRules, heat: MotionHeat | None = None) -> Judge:
    """The judgement of the recordings' tool, for a stream: what stands still after it moved counts as activity.

    `heat` is shown where there was motion; a lone frame is none.
    """
    meter, state = MotionMeter(rules), ActivityState()

    def judge(frame: LumaFrame) -> tuple[bool, float]:
        nonlocal state
        motion = meter.judge(frame)
        state, _closed = join(state, motion)
        if heat is not None:
            heat.see(motion.pts_ms, None if state.open is None else motion.where)
        return state.open is not None and state.alive_ms == motion.pts_ms, motion.share

    return judge


class Detection:
    """One camera's recorder. It outlives a restart of its flow: what was decided is told first."""

    def __init__(
        self,
        feed: CameraFeed,
        judge: Judge,
        rules: EventRules,
        facts: Facts,
        outbox: Outbox,
        uploads: Uploads,
        *,
        upload_events: bool,
        due: Callable[[], None],
        also: Callable[[LumaFrame], None] = lambda _frame: None,
    ) -> None:
        self.camera = feed.camera
        self.level = 0.0
        self._feed = feed
        self._judge = judge
        self._rules = rules
        self._facts = facts
        self._outbox = outbox
        self._uploads = uploads
        self._upload_events = upload_events
        self._due = due
        self._also = also
        self._state = State()
        self._untold: list[Effect] = []
        self._told: EventFact | None = None
        self._raised: dict[EventId, MediaClass] = {}
        self._active_ms = 0
        self._frame_at_ms = 0
        self._recovered = False

    @property
    def clip_start_ms(self) -> int | None:
        """Where the running event's clip begins; None while there is no event."""
        return None if self._state.event is None else self._state.event.clip_start_ms

    @property
    def running(self) -> EventId | None:
        """The event that runs now."""
        return None if self._state.event is None else self._state.event.id

    @property
    def active_ms(self) -> int:
        """Media time of the last motion."""
        return self._active_ms

    async def run(self) -> None:
        """Judge frames until cancelled; a running event is closed before this ends."""
        if not self._recovered:
            await self._close_orphans()
            self._recovered = True
        try:
            while True:
                await self._tell_all()
                await self._advance()
        except asyncio.CancelledError:
            self._state, effects = finish(self._state, self._rules)
            self._untold.extend(effects)
            try:
                async with asyncio.timeout(_FINISH_S):
                    await self._tell_all()
            except (CctvError, TimeoutError) as fault:
                log.warning("event left open, the next start closes it", camera=self.camera, error=str(fault))
            raise

    def extend(self, event: str, until_ms: int) -> bool:
        """Hold a running event open; False when it has ended."""
        self._state, found = hold(self._state, EventId(event), until_ms)
        return found

    def hold_running(self, until_ms: int) -> None:
        """Hold whatever event runs."""
        if self._state.event is not None:
            self.extend(self._state.event.id, until_ms)

    def raise_class(self, media_class: MediaClass) -> Event | None:
        """Give the running event another class; returns it, None when none runs or it has that class already."""
        event = self._state.event
        if event is None or self._raised.get(event.id) == media_class:
            return None
        self._raised[event.id] = media_class
        self._untold.append(Updated(event))
        return event

    async def _advance(self) -> None:
        clock = self._facts.clock
        try:
            async with asyncio.timeout(_TICK_S):
                frame = await self._feed.next_luma()
        except TimeoutError:
            self.level = 0.0
            if self._state.event is None:
                return
            silent_ms = clock.monotonic_ms() - self._frame_at_ms
            self._frame_at_ms += silent_ms
            active, now_ms = False, self._state.now_ms + silent_ms
        else:
            self._frame_at_ms = clock.monotonic_ms()
            active, self.level = self._judge(frame)
            now_ms = frame.pts_ms
            self._active_ms = now_ms if active else self._active_ms
            self._also(frame)
        fresh = EventId(self._facts.mint())
        self._state, effects = step(self._state, now_ms, self.level, active, fresh, self._rules)
        self._untold.extend(effects)

    async def _tell_all(self) -> None:
        while self._untold:
            await self._tell(self._untold[0])
            del self._untold[0]

    async def _tell(self, effect: Effect) -> None:
        media_class = self._raised.get(effect.event.id, "motion")
        match effect:
            case Opened(event):
                await self._keep_span(event.id, event.clip_start_ms, None, media_class, event.start_ms)
                fact = self._facts.opened(self.camera, event, media_class, 1)
                log.info("event opened", camera=self.camera, event_id=event.id, start_ms=event.start_ms)
            case Updated(event):
                if event.id in self._raised:
                    await self._keep_span(event.id, event.clip_start_ms, None, media_class, event.start_ms)
                rev = 1 if self._told is None else self._told.rev + 1
                fact = self._facts.opened(self.camera, event, media_class, rev)
            case Closed(event, clip_end_ms):
                await self._keep_span(event.id, event.clip_start_ms, clip_end_ms, media_class)
                last = self._told or self._facts.opened(self.camera, event, media_class, 1)
                fact = self._facts.closed(last, event.last_ms, clip_end_ms, event.peak)
                log.info("event closed", camera=self.camera, event_id=event.id, end_ms=event.last_ms)
        await self._facts.keep([fact])
        if isinstance(effect, Opened):
            record(fact.event, "motion", fact.start_ms, self._facts.clock.unix_ms(), camera=self.camera)
        self._told = fact
        if fact.state == "closed":
            self._raised.pop(effect.event.id, None)
        self._due()

    async def _keep_span(
        self, event: EventId, start_ms: int, end_ms: int | None, media_class: MediaClass, motion_ms: int | None = None
    ) -> None:
        if self._upload_events:
            span = Span(event, self.camera, start_ms, end_ms, media_class, event, motion_ms)
            await asyncio.to_thread(self._uploads.keep_span, span)

    async def _close_orphans(self) -> None:
        """Events that were running when the agent last died end where it was last known to be alive."""
        for last in await asyncio.to_thread(self._outbox.open_events):
            if last.camera != self.camera:
                continue
            end_ms = max(last.start_ms, int(last.at.timestamp() * 1000))
            end_ms = min(end_ms, last.start_ms + self._rules.max_event_ms)
            clip_end_ms = end_ms + self._rules.post_roll_ms
            await self._keep_span(EventId(last.event), last.clip_start_ms, clip_end_ms, last.media_class)
            await self._facts.keep([self._facts.closed(last, end_ms, clip_end_ms, last.peak)])
            self._state = replace(self._state, clip_end_ms=max(self._state.clip_end_ms, clip_end_ms))
        for span in await asyncio.to_thread(self._uploads.spans, self.camera):
            if span.end_ms is None and span.event is not None:
                ended = replace(span, end_ms=max(span.start_ms, self._facts.clock.unix_ms()))
                await asyncio.to_thread(self._uploads.keep_span, ended)
        self._due()
