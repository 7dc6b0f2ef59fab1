"""Obey: do what the controller commands, once, and answer; also what is not understood is answered."""

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import TypeVar

import structlog

from edge_agent.core.run_cutter import Span
from edge_agent.flows.compare import Comparing
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.detect import Detection
from edge_agent.flows.facts import Facts
from edge_agent.flows.push_live import LivePushing
from edge_agent.flows.tend import Answer, Tending, TendOrder
from edge_agent.ports import CameraFeed, Outbox, Wire
from shared.commands import (
    Command,
    Extend,
    ListenStart,
    ListenStop,
    LiveStart,
    LiveStop,
    Promote,
    Reboot,
    Reply,
    RestartAgent,
    RestartCamera,
    Resync,
    RingPiece,
    Update,
)
from shared.errors import Rejected, Transient
from shared.fields import UUID
from shared.ids import CameraId
from shared.limits import LONGEST_ORDER_MS
from shared.orders import Backfill, Hello
from shared.reply_parts import replies
from shared.topics import COMMAND, REPLY

log = structlog.get_logger("obey")

T = TypeVar("T")

_REMEMBERED = 512
_AT_ONCE = 4
_OLDEST_MS = 300_000
_DONE_NOTE = "commands.done"
_DONE_REMEMBERED = 64


class Obedience:
    """Takes commands; one that comes again is answered again and done once.

    What starts something anew is remembered on disk and refused when it is old: a message that a broker keeps must
    not reboot a machine for ever. Questions (pictures, diagnostics, updates) may be asked again, and are answered
    beside the rest, a few at once.
    """

    def __init__(
        self,
        feeds: Mapping[CameraId, CameraFeed],
        detections: Mapping[CameraId, Detection],
        cuttings: Mapping[CameraId, RunCutting],
        live: LivePushing,
        outbox: Outbox,
        wire: Wire,
        facts: Facts,
        comparing: Comparing,
        tending: Tending,
    ) -> None:
        self._feeds = feeds
        self._detections = detections
        self._cuttings = cuttings
        self._live = live
        self._outbox = outbox
        self._wire = wire
        self._facts = facts
        self._comparing = comparing
        self._tending = tending
        self._answers: OrderedDict[str, tuple[str, Answer]] = OrderedDict()  # faults, empty: done
        self._running: dict[str, asyncio.Task[None]] = {}

    async def hear(self, topic: str, payload: bytes) -> None:
        """Whatever came on a command's topic. Another node's is dropped, and so is one without an id to answer to."""
        levels = COMMAND.match(topic)
        if levels is None or levels["node"] != self._facts.node or not re.fullmatch(UUID, levels["id"]):
            log.warning("command dropped: not ours, or without an id", topic=topic[:200])
            return
        try:
            message = _read(payload, levels["id"])
        except Rejected as fault:
            log.warning("command not understood", command=levels["id"], field=fault.field, fault=fault.fault)
            await self._reply(levels["id"], str(fault))
            return
        await self._command(message)

    async def close(self) -> None:
        """Leave what is being answered."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _command(self, message: Command) -> None:
        if message.id in self._running:
            return  # its answer is on the way
        if (known := self._answers.get(message.id)) is not None:
            await self._reply(message.id, *known)
            return
        order = message.command
        if not isinstance(order, TendOrder):
            await self._act(message)
            return
        if len(self._running) >= _AT_ONCE:
            await self._reply(message.id, "the node is busy with other commands: try again")
            return
        task = asyncio.create_task(self._tend(message, order), name=f"command {message.id}")
        self._running[message.id] = task
        task.add_done_callback(lambda _done: self._running.pop(message.id, None))

    async def _act(self, message: Command) -> None:
        """At once, remembered for as long as the agent lives; each may be done again after it."""
        try:
            said = "", await self._do(message)
        except Rejected as fault:
            said = str(fault), Answer()
        except Transient as fault:
            await self._reply(message.id, f"not now: {fault}")
            return
        self._answers[message.id] = said
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        await self._reply(message.id, *said)

    async def _tend(self, message: Command, order: TendOrder) -> None:
        """In its own time."""
        try:
            if isinstance(order, Reboot | RestartCamera | RestartAgent | Update):
                fault = await self._once(message, order)
                await self._reply(message.id, fault)
                return
            answer = await self._tending.do(order)
            await self._reply(message.id, "", answer)
        except (Rejected, Transient) as fault:
            await self._reply(message.id, str(fault))
        except Exception:  # outermost of this command: it must be answered, and take nothing with it
            log.exception("command broke", command=message.id, kind=order.kind)
            await self._reply(message.id, "the node had an error")

    async def _once(self, message: Command, order: Reboot | RestartCamera | RestartAgent | Update) -> str:
        """Do what must not be done twice, remembered on disk before it is done; returns its fault, or nothing."""
        done = await asyncio.to_thread(self._done)
        if message.id in done:
            return done[message.id]
        now = self._facts.clock.now()
        if (now - message.at).total_seconds() * 1000 > _OLDEST_MS:
            raise Rejected("at", f"is too old: the node's clock says {now:%Y-%m-%d %H:%M:%S} UTC")
        await asyncio.to_thread(self._note, {**done, message.id: ""})
        try:
            await self._tending.do(order)
        except (Rejected, Transient) as fault:
            await asyncio.to_thread(self._note, {**done, message.id: str(fault)[:300]})
            return str(fault)
        return ""

    def _done(self) -> dict[str, str]:
        try:
            found = json.loads(self._outbox.recall(_DONE_NOTE) or "{}")
        except ValueError:
            return {}
        return {str(id_): str(fault) for id_, fault in found.items()} if isinstance(found, dict) else {}

    def _note(self, done: Mapping[str, str]) -> None:
        kept = dict(list(done.items())[-_DONE_REMEMBERED:])
        self._outbox.put((), {_DONE_NOTE: json.dumps(kept)})

    async def _do(self, message: Command) -> Answer:
        match message.command:
            case LiveStart() | LiveStop() | RingPiece() | ListenStart() | ListenStop():
                self._push(message.command)
            case Promote(camera=camera, start_ms=start_ms, end_ms=end_ms):
                if not 0 < end_ms - start_ms <= LONGEST_ORDER_MS:
                    raise Rejected("end_ms", f"must be 1 to {LONGEST_ORDER_MS} ms after start_ms")
                cutting = _ours(self._cuttings, camera)
                await cutting.want(Span(message.id, cutting.camera, start_ms, end_ms, "promoted"))
            case Extend(event=event, until_ms=until_ms):
                if not any(detection.extend(event, until_ms) for detection in self._detections.values()):
                    raise Rejected("event", "is not running here")
            case Resync(since_at=since_at):
                count = await asyncio.to_thread(self._outbox.replay, int(since_at.timestamp() * 1000))
                self._facts.fresh.set()
                log.info("resync", facts=count)
            case Hello():
                await self._comparing.hello(message.command)
            case Backfill():
                return Answer(span_ms=await self._comparing.backfill(message.command, message.id))
        return Answer()

    def _push(self, order: LiveStart | LiveStop | RingPiece | ListenStart | ListenStop) -> None:
        feed = _ours(self._feeds, order.camera)
        match order:
            case LiveStart(quality=quality, path=path, since_ms=since_ms):
                self._live.start(feed, quality, path, since_ms)
            case LiveStop(quality=quality):
                self._live.stop(feed.camera, quality)
            case RingPiece(from_ms=from_ms, for_ms=for_ms, path=path):
                self._live.pieces.start(feed.camera, from_ms, for_ms, path)
            case ListenStart(path=path):
                self._live.sound.start(feed.camera, path)
            case ListenStop():
                self._live.sound.stop(feed.camera)

    async def _reply(self, command: str, fault: str, answer: Answer = Answer()) -> None:  # noqa: B008 - frozen
        head = Reply(
            id=self._facts.mint(),
            at=self._facts.clock.now(),
            at_error_ms=self._facts.time.at_error_ms(),
            command=command,
            ok=not fault,
            reason=(fault or answer.says)[:300],
            start_ms=answer.span_ms and answer.span_ms[0],
            end_ms=answer.span_ms and answer.span_ms[1],
            result=None if answer.result is None else dict(answer.result),
            media_type=answer.media_type,
        )
        try:
            for part in replies(head, answer.data):
                await self._wire.send(REPLY, part, node=self._facts.node, id=command)
        except Transient as problem:
            log.info("reply not sent", command=command, error=str(problem))


def _read(payload: bytes, id_: str) -> Command:
    message = COMMAND.decode(payload)
    if message.id != id_:
        raise Rejected("cmd.id", "is not the id in the topic")
    return message


def _ours(mapping: Mapping[CameraId, T], camera: str) -> T:
    found = mapping.get(CameraId(camera))
    if found is None:
        raise Rejected("camera", f"{camera!r} is not a camera of this node")
    return found
