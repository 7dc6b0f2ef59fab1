"""Facts: write them with this node's identity and keep them in the outbox."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from edge_agent.core.ledger_minutes import Entry
from edge_agent.core.media import Segment
from edge_agent.core.recorder import Event
from edge_agent.core.schedule import Due
from edge_agent.core.tamper import Tamper
from edge_agent.core.upload_policy import Upload
from edge_agent.flows.keep_time import TimeKeeping
from edge_agent.ports import AnyFact, Mint, Outbox
from shared.clock import Clock
from shared.ids import CameraId, NodeId
from shared.kinds import MediaClass
from shared.ledger import entry_hash
from shared.messages import EventFact, Gap, LedgerFact, RunFact, SegmentRef, TamperFact
from shared.motion_grid import MotionGrid
from shared.trace import traceparent


class Facts:
    """Writes facts; `fresh` is set whenever the outbox got some. `media_offset_ms`: media time ahead of the clock.

    `sign` makes the signature under a ledger entry's hash; None: this node does not sign.
    """

    def __init__(
        self,
        node: NodeId,
        agent_start: str,
        outbox: Outbox,
        clock: Clock,
        mint: Mint,
        sign: Callable[[str], str] | None = None,
    ) -> None:
        self.node = node
        self.agent_start = agent_start
        self.mint = mint
        self.clock = clock
        self.fresh = asyncio.Event()
        self._outbox = outbox
        self._sign = sign
        self.last_seq = 0
        self.time = TimeKeeping(clock)
        self.media_offset_ms: Callable[[CameraId], float] = lambda _camera: 0.0

    async def keep(self, facts: Sequence[AnyFact], notes: Mapping[str, str] | None = None) -> None:
        """Make facts durable; raises `Transient` when the disk does not take them."""
        await asyncio.to_thread(self._outbox.put, facts, notes)
        self.fresh.set()

    def opened(self, camera: CameraId, event: Event, media_class: MediaClass, rev: int) -> EventFact:
        """The state of a running event."""
        return EventFact(
            id=self.mint(),
            at=self.clock.now(),
            at_error_ms=self.time.at_error_ms(),
            node=self.node,
            agent_start=self.agent_start,
            seq=self._seq(),
            rev=rev,
            event=event.id,
            camera=camera,
            state="open",
            start_ms=event.start_ms,
            clip_start_ms=event.clip_start_ms,
            peak=_unit(event.peak),
            media_class=media_class,
            chained_from=event.chained_from,
            trace=traceparent(event.id, "motion"),
        )

    def closed(self, last: EventFact, end_ms: int, clip_end_ms: int, peak: float) -> EventFact:
        """The last state of an event, after the revision `last`."""
        return last.model_copy(
            update={
                "id": self.mint(),
                "at": self.clock.now(),
                "at_error_ms": self.time.at_error_ms(),
                "agent_start": self.agent_start,
                "seq": self._seq(),
                "rev": last.rev + 1,
                "state": "closed",
                "end_ms": max(end_ms, last.start_ms),
                "clip_end_ms": max(clip_end_ms, last.start_ms),
                "peak": max(last.peak, _unit(peak)),
            }
        )

    def run(self, upload: Upload) -> RunFact:
        """The state of an upload; `upload.fact` becomes the fact's id. `upload.state` must not be "stored"."""
        stream = upload.run.segments[0].stream
        offset_ms, error_ms = self._media_clock(upload.run.camera)
        assert upload.state != "stored"  # noqa: S101 - the controller says so, never a node
        return RunFact(
            id=upload.fact,
            at=self.clock.now(),
            at_error_ms=self.time.at_error_ms(),
            node=self.node,
            agent_start=self.agent_start,
            seq=self._seq(),
            rev=upload.rev,
            run=upload.id,
            camera=upload.run.camera,
            event=upload.event,
            state=upload.state,
            media_class=upload.media_class,
            start_ms=upload.start_ms,
            end_ms=upload.end_ms,
            codec=stream.codec_string,
            width=stream.width_px,
            height=stream.height_px,
            length_bytes=upload.run.length_bytes,
            sha256=upload.run.sha256,
            md5=upload.run.md5,
            segments=refs(upload.run.segments),
            init_bytes=upload.run.init_bytes,
            clock_offset_ms=offset_ms,
            clock_error_ms=error_ms,
            reason=upload.reason[:300],
            trace=traceparent(upload.event, "upload", upload.id),
        )

    def ledger(
        self,
        camera: CameraId,
        entry: Entry,
        chain: str,
        previous: str,
        *,
        due: Due | None = None,
        restored: bool = False,
        motion: MotionGrid | None = None,
    ) -> LedgerFact:
        """One entry of a camera's ledger, chained to the entry hashed `previous`."""
        segments = refs(entry.segments)
        offset_ms, error_ms = self._media_clock(camera)
        gaps = tuple(Gap(start_ms=m.start_ms, end_ms=m.end_ms, cause=m.cause) for m in entry.missing)
        made = entry_hash(camera, entry.minute_ms, chain, previous, segments, gaps)
        return LedgerFact(
            id=self.mint(),
            at=self.clock.now(),
            at_error_ms=self.time.at_error_ms(),
            node=self.node,
            agent_start=self.agent_start,
            seq=self._seq(),
            rev=1,
            camera=camera,
            minute_ms=entry.minute_ms,
            segments=segments,
            gaps=gaps,
            chain=chain,
            previous=previous,
            entry=made,
            signature=self._signature(made),
            clock_offset_ms=offset_ms,
            clock_error_ms=error_ms,
            due=due,
            restored=restored,
            motion=motion,
        )

    def rechained(self, fact: LedgerFact, chain: str, previous: str, *, restored: bool) -> LedgerFact:
        """The same entry as part of another chain; nobody has heard of it in its old one."""
        made = entry_hash(fact.camera, fact.minute_ms, chain, previous, fact.segments, fact.gaps)
        return fact.model_copy(
            update={
                "id": self.mint(),
                "at": self.clock.now(),
                "at_error_ms": self.time.at_error_ms(),
                "agent_start": self.agent_start,
                "seq": self._seq(),
                "chain": chain,
                "previous": previous,
                "entry": made,
                "signature": self._signature(made),
                "restored": restored,
            }
        )

    def _signature(self, entry: str) -> str | None:
        return None if self._sign is None else self._sign(entry)

    def tampered(self, camera: CameraId, tamper: Tamper) -> TamperFact:
        """A camera's view is lost."""
        return TamperFact(
            id=self.mint(),
            at=self.clock.now(),
            at_error_ms=self.time.at_error_ms(),
            node=self.node,
            agent_start=self.agent_start,
            seq=self._seq(),
            rev=1,
            tamper=self.mint(),
            camera=camera,
            kind=tamper.kind,
            start_ms=tamper.start_ms,
        )

    def untampered(self, last: TamperFact, end_ms: int) -> TamperFact:
        """It is back, after the revision `last`."""
        return last.model_copy(
            update={
                "id": self.mint(),
                "at": self.clock.now(),
                "at_error_ms": self.time.at_error_ms(),
                "agent_start": self.agent_start,
                "seq": self._seq(),
                "rev": last.rev + 1,
                "end_ms": max(end_ms, last.start_ms),
            }
        )

    def skip_seq(self, seq: int) -> None:
        """Numbers up to this one were used before."""
        self._outbox.skip_seq(seq)
        self.last_seq = max(self.last_seq, seq)

    def _media_clock(self, camera: CameraId) -> tuple[float | None, float | None]:
        """A camera's media time against the controller's time, and the uncertainty of that; None: not known."""
        found = self.time.offset()
        if found is None:
            return None, None
        return round(found.offset_ms + self.media_offset_ms(camera), 1), round(found.error_ms, 1)

    def _seq(self) -> int:
        self.last_seq = self._outbox.next_seq()
        return self.last_seq


def refs(segments: Iterable[Segment]) -> tuple[SegmentRef, ...]:
    """What a fact says of segments."""
    return tuple(
        SegmentRef(start_ms=s.start_ms, end_ms=s.end_ms, bytes=s.length_bytes, sha256=s.sha256, recovered=s.recovered)
        for s in segments
    )


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
