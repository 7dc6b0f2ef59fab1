"""Tells third parties over MQTT: alarms and verdicts, each state at least once, resumed by a cursor."""

from collections import OrderedDict
from typing import Protocol

import structlog

from controller.core.unreadable import UNREADABLE
from controller.flows.alarm_trace import parent_of, trace_told
from controller.flows.follow import FeedReads
from controller.ports import Bell, State, Wire
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient
from shared.messages import AlarmMessage, VerdictMessage
from shared.mint import uuid7
from shared.topics import ALARM, VERDICT

log = structlog.get_logger("notify")

CURSOR = "notify"
_PAGE = 100
_POLL_S = 1.0
_AGAIN_MS = 1_000
_REMEMBERED = 2_000
_ALARM = (
    "number",
    "rev",
    "state",
    "withdrawn",
    "kind",
    "severity",
    "camera",
    "node",
    "cause",
    "detail",
    "condition_ms",
    "raised_at",
    "occurrences",
    "late",
    "end_ms",
    "place",
    "cameras",
    "assessment",
    "shelved_until",
    "suppressed",
    "escalation_level",
    "escalated_at",
)


class Verdicts(Protocol):
    """Reading what the verifier found in an event."""

    async def verdicts(self, event: str) -> list[State]: ...


class Notify:
    """One per site at a time (see `lead`)."""

    def __init__(self, feed: FeedReads, verdicts: Verdicts, wire: Wire, bell: Bell, clock: Clock, site: str) -> None:
        self._feed = feed
        self._verdicts = verdicts
        self._wire = wire
        self._bell = bell
        self._clock = clock
        self._site = site
        self._told: OrderedDict[str, None] = OrderedDict()

    async def run(self) -> None:
        """Tell until cancelled; while broker or database are away the feed keeps, up to a bound, what is not told."""
        failing = False
        while True:
            try:
                while await self.step():
                    pass
                failing = False
                await self._bell.wait("feed", _POLL_S)
            except Transient as fault:
                if not failing:
                    log.warning("cannot tell for the moment", error=str(fault))
                failing = True
                await self._clock.sleep_ms(_AGAIN_MS)

    async def step(self) -> bool:
        """Tell one page; True when there may be more."""
        done = await self._feed.cursor(CURSOR)
        if done is None:
            done = (await self._feed.bounds())[1]
            await self._feed.move_cursor(CURSOR, done)
        rows = await self._feed.after(done, _PAGE)
        for row in rows:
            await self._tell(row["kind"], row["data"])
        if rows:
            await self._feed.move_cursor(CURSOR, rows[-1]["id"])
        return len(rows) == _PAGE

    async def _tell(self, kind: str, state: State) -> None:
        try:
            if kind == "alarm":
                message, begun_ms = self._alarm(state), self._clock.unix_ms()
                await self._wire.send(ALARM, message, site=self._site, id=message.alarm)
                trace_told("notify", state, begun_ms, self._clock.unix_ms())
            elif kind == "event" and "id" in state:
                await self._tell_verdicts(state["id"])
        except Transient:
            raise
        except CctvError as fault:
            log.warning("not told", kind=kind, error=str(fault))

    async def _tell_verdicts(self, event: str) -> None:
        for verdict in await self._verdicts.verdicts(event):
            if not verdict["final"] or verdict["id"] in self._told:
                continue
            message = self._verdict(verdict)
            await self._wire.send(VERDICT, message, site=self._site, camera=message.camera, id=verdict["id"])
            self._told[verdict["id"]] = None
            if len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)

    def _alarm(self, state: State) -> AlarmMessage:
        try:
            return AlarmMessage.model_validate(
                {
                    "id": uuid7(),
                    "at": self._clock.now(),
                    "alarm": state["id"],
                    "trace": parent_of(state),
                    "rule": state["rule_name"],
                    "zone": state["zone_name"],
                    "assigned": state.get("assigned_to") is not None,
                    **{name: state[name] for name in _ALARM if name in state},  # a row of an older version lacks some
                }
            )
        except UNREADABLE as fault:
            raise Rejected("alarm", str(fault)[:200]) from None

    def _verdict(self, state: State) -> VerdictMessage:
        try:
            return self._verdict_of(state)
        except UNREADABLE as fault:
            raise Rejected("verdict", str(fault)[:200]) from None

    def _verdict_of(self, state: State) -> VerdictMessage:
        names = ["camera", "event", "start_ms", "end_ms", "late", "model", "model_sha256"]
        tracks = [
            {
                "id": track["id"],
                "class": track["class_name"],
                "first_ms": track["first_ms"],
                "last_ms": track["last_ms"],
                "confidence": track["confidence"],
            }
            for track in state["tracks"]
        ]
        document = {"id": uuid7(), "at": self._clock.now(), "tracks": tracks, **{name: state[name] for name in names}}
        return VerdictMessage.model_validate(document)
