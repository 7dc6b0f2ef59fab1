"""Cut runs: due spans of one camera become held segments and announced uploads."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from edge_agent.core.media import Run, Segment
from edge_agent.core.run_cutter import Cut, CutRules, Span, cut
from edge_agent.core.upload_policy import RANK, UNKNOWN_MD5, Upload, UploadState
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.facts import Facts
from edge_agent.ports import CameraFeed, Ring, Uploads
from shared.errors import Rejected
from shared.ids import FactId, RunId

log = structlog.get_logger("cut runs")

_TICK_S = 5.0
_MINUTE_MS = 60_000
_FAR_MS = 253_402_300_799_999
_UNJUDGED_MAX = 20_000


class RunCutting:
    """Follows one camera's closed segments. `due` is set when a span or a segment is new.

    `everything` says of a time whether all that is recorded then is due.
    """

    def __init__(
        self,
        feed: CameraFeed,
        ring: Ring,
        uploads: Uploads,
        delivery: Delivery,
        facts: Facts,
        rules: CutRules,
        *,
        everything: Callable[[int], bool] = lambda _now_ms: False,
    ) -> None:
        self.camera = feed.camera
        self.due = asyncio.Event()
        self.newest: Segment | None = None
        self._feed = feed
        self._ring = ring
        self._uploads = uploads
        self._delivery = delivery
        self._facts = facts
        self._rules = rules
        self._everything = everything
        self._all: bool | None = None  # whether everything was due when we looked last
        self._held: dict[str, Upload] = {}  # for a span, and not in a run yet: each as a run of its own
        self._let_go: set[str] = set()  # of those: given up for the disk's sake, and not told yet
        self._announcing: set[str] = set()
        self._left: dict[str, Segment] = {}  # perhaps held by an earlier life
        self._gone: set[str] = set()
        self._unjudged: dict[str, Segment] = {}  # closed since all spans were last served
        delivery.consider(self)

    async def follow(self) -> None:
        """Take note of every closed segment; the ring itself is what is read when it matters."""
        while True:
            self.newest = segment = await self._feed.next_segment()
            self._unjudged[segment.name] = segment
            if len(self._unjudged) > _UNJUDGED_MAX:
                del self._unjudged[next(iter(self._unjudged))]
            self.due.set()

    async def run(self) -> None:
        """Cut until cancelled."""
        await self._follow_plan()
        await self._take_over()
        while True:
            await self._follow_plan()
            await self._serve_all()
            try:
                async with asyncio.timeout(_TICK_S):
                    await self.due.wait()
            except TimeoutError:
                continue
            self.due.clear()

    async def want(self, span: Span) -> None:
        """Make a span due; one that waits already is served in its class from now on."""
        await asyncio.to_thread(self._uploads.keep_span, span)
        await self._delivery.raise_priority(self.camera, span.start_ms, span.end_ms, span.media_class)
        self.due.set()

    def uncut(self) -> tuple[Upload, ...]:
        return tuple(upload for name, upload in self._held.items() if name not in self._announcing)

    def let_go(self, upload: Upload) -> bool:
        name = upload.run.segments[0].name
        if name in self._announcing or self._held.pop(name, None) is None:
            return False
        self._let_go.add(name)
        return True

    def told(self, upload: Upload) -> None:
        self._let_go.discard(upload.run.segments[0].name)

    async def _follow_plan(self) -> None:
        """All footage from now on is due, or no longer."""
        name, now_ms = f"everything of {self.camera}", self._facts.clock.unix_ms()
        everything = self._everything(now_ms)
        if everything == self._all:
            return
        if self._all is not None:
            now_ms -= now_ms % _MINUTE_MS  # windows begin and end with a minute
        known = await asyncio.to_thread(self._uploads.spans, self.camera)
        span = next((span for span in known if span.id.startswith(name) and span.end_ms is None), None)
        if everything and span is None:
            await self.want(Span(f"{name} from {now_ms}", self.camera, now_ms, None, "continuous"))
        elif not everything and span is not None:
            await self.want(replace(span, end_ms=max(now_ms, span.start_ms)))
        self._all = everything

    async def _take_over(self) -> None:
        """What an earlier life may have held is ours to release, unless an upload or a span wants it."""
        segments = await asyncio.to_thread(self._ring.between, self.camera, 0, _FAR_MS)
        uploads = await asyncio.to_thread(self._uploads.unfinished)
        wanted = {part.name for upload in uploads if upload.run.camera == self.camera for part in upload.run.segments}
        self._left = {part.name: part for part in segments if part.name not in wanted}

    async def _serve_all(self) -> None:
        finished: list[Span] = []
        wanted: set[str] = set()
        judged = tuple(self._unjudged)
        for span in await asyncio.to_thread(self._uploads.spans, self.camera):
            found = await self._serve(span)
            wanted.update(segment.name for segment in found.due)
            if found.finished:
                finished.append(span)
        held = {name: upload.run.segments[0] for name, upload in self._held.items()}
        needless = [part for part in (held | self._left).values() if part.name not in wanted]
        await asyncio.to_thread(self._release, needless)
        self._left.clear()
        for span in finished:
            await asyncio.to_thread(self._uploads.drop_span, span.id)
        for name in judged:
            self._unjudged.pop(name, None)

    def _release(self, segments: list[Segment]) -> None:
        for segment in segments:
            self._ring.release(segment)
            self._held.pop(segment.name, None)

    async def _serve(self, span: Span) -> Cut:
        now_ms = self._facts.clock.unix_ms()
        newest_ms = 0 if self.newest is None else self.newest.end_ms
        if span.event is not None:
            self._delivery.event_runs(span.event, running=span.end_ms is None)
        end_ms = _FAR_MS if span.end_ms is None else span.end_ms
        segments = await asyncio.to_thread(self._ring.between, self.camera, span.start_ms, end_ms)
        segments = self._with_missing(segments, span.start_ms, end_ms)
        taken = frozenset(self._let_go)  # before asking what is taken: what is told meanwhile is in one of the two
        if segments:
            taken |= await asyncio.to_thread(self._uploads.taken, self.camera, segments[0].start_ms)
        found = cut(span, segments, taken | self._gone, newest_ms, now_ms, self._rules)
        if not await self._hold(span, found.due):
            found = cut(span, segments, taken | self._gone, newest_ms, now_ms, self._rules)
        if not all([await self._announce(span, group) for group in found.runs]):
            return replace(found, finished=False)
        if found.runs and span.end_ms is None and span.event is None:
            await asyncio.to_thread(self._uploads.keep_span, replace(span, start_ms=found.runs[-1][-1].end_ms))
        return found

    def _with_missing(self, segments: tuple[Segment, ...], start_ms: int, end_ms: int) -> tuple[Segment, ...]:
        """Besides, what was due and left the ring before anybody came to hold it: that is a loss to be told."""
        there = {segment.name for segment in segments}
        missing = [
            segment
            for segment in self._unjudged.values()
            if segment.name not in there and segment.end_ms > start_ms and segment.start_ms < end_ms
        ]
        return tuple(sorted([*segments, *missing], key=lambda s: s.start_ms)) if missing else segments

    async def _hold(self, span: Span, due: tuple[Segment, ...]) -> bool:
        """Hold what is not held yet; False when some of it was gone."""
        whole = True
        for segment in due:
            held = self._held.get(segment.name)
            if held is not None and RANK[span.media_class] < RANK[held.priority]:
                self._held[segment.name] = replace(held, priority=span.media_class)
            if held is not None or segment.name in self._let_go:
                continue
            try:
                await asyncio.to_thread(self._ring.hold, segment)
            except Rejected as fault:
                await self._lose(span, segment, fault)
                whole = False
            else:
                self._held[segment.name] = self._alone(span, segment, "announced")
        return whole

    async def _lose(self, span: Span, segment: Segment, fault: Rejected) -> None:
        """Footage that was due and is gone is told of like any other loss."""
        upload = self._alone(span, segment, "lost", f"gone before it could be held: {fault.fault}")
        await asyncio.to_thread(self._uploads.keep, upload, [self._facts.run(upload)])
        self._facts.fresh.set()
        self._gone.add(segment.name)
        log.error("footage lost", run=upload.id, camera=self.camera, segment=segment.name, reason=upload.reason)

    def _alone(self, span: Span, segment: Segment, state: UploadState, reason: str = "") -> Upload:
        run = Run(self.camera, (segment,), segment.length_bytes, segment.init_bytes, segment.sha256, UNKNOWN_MD5)
        return self._upload(span, run, state, reason)

    def _upload(self, span: Span, run: Run, state: UploadState, reason: str = "") -> Upload:
        return Upload(
            id=RunId(self._facts.mint()),
            run=run,
            media_class=span.media_class,
            priority=span.media_class,
            event=span.event,
            state=state,
            rev=1,
            fact=FactId(self._facts.mint()),
            reason=reason,
        )

    async def _announce(self, span: Span, group: tuple[Segment, ...]) -> bool:
        """Make a run of it; False when some of it was let go meanwhile, and the rest has to be cut anew."""
        names = {segment.name for segment in group}
        if names & self._let_go:
            return False
        self._announcing |= names
        try:
            await self._announce_all(span, group)
        finally:
            self._announcing -= names
        return True

    async def _announce_all(self, span: Span, group: tuple[Segment, ...]) -> None:
        try:
            run = await asyncio.to_thread(self._ring.describe, group)
        except Rejected as fault:
            if len(group) > 1:
                for segment in group:
                    await self._announce_all(span, (segment,))
                return
            self._held.pop(group[0].name, None)
            await self._lose(span, group[0], fault)
            return
        upload = self._upload(span, run, "announced")
        await self._delivery.announce(upload)
        for segment in group:
            self._held.pop(segment.name, None)
        log.info("run announced", camera=self.camera, run=upload.id, bytes=run.length_bytes, event_id=span.event)
