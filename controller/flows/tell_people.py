"""Tells people of alarms: plans messages as the feed grows, and hands each destination its own, one after another.

What is promised: a message that was planned is sent at least once or its receipt says why not, whatever is killed;
it is sent twice only when the process ended between the receiver's answer and our own commit.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Protocol

import structlog

from controller.core import wording
from controller.core.delivery import Batch, Parcel, Way
from controller.flows.follow import FeedReads
from controller.ports import Bell, State
from shared.clock import Clock
from shared.errors import CctvError, Rejected, Transient

log = structlog.get_logger("tell")

CURSOR = "people"
_PAGE = 100
_POLL_S = 1.0
_AGAIN_MS = 1_000
_PICTURE_S = 5.0
_KEPT_MS = 90 * 86_400_000
_PRUNE_MS = 3_600_000


class Deliveries(Protocol):
    """Messages in the database; a writer that has lost its lease gets `Transient`."""

    async def take_up(self, busy: Collection[str]) -> int:
        """What counts as being sent and is not, because who sent it ended, is due again; not for `busy` ones."""
        ...

    async def plan(self, rows: Sequence[State], upto: int) -> int: ...

    async def due(self) -> tuple[str, ...]: ...

    async def claim(self, destination: str) -> tuple[Way, Batch] | None: ...

    async def settle(self, batch: Batch, fault: str | None, *, final: bool = False) -> None: ...

    async def prune(self, before_ms: int) -> None: ...


class Sender(Protocol):
    """The way out."""

    def busy(self, name: str) -> bool:
        """Whether an earlier message still holds this destination."""
        ...

    async def send(self, way: Way, parcel: Parcel) -> None:
        """`Transient` says why it may work later, `Rejected` why it never will."""
        ...


class Pictures(Protocol):
    """Pictures of alarms."""

    async def of_alarm(self, alarm: str) -> bytes | None:
        """A JPEG, or None: there is none, or the store is away."""
        ...


@dataclass(slots=True)
class TellPeople:
    """One per site at a time (see `lead`)."""

    feed: FeedReads
    deliveries: Deliveries
    sender: Sender
    pictures: Pictures
    bell: Bell
    clock: Clock
    site: str
    base_url: str
    zone: tzinfo
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _pruned_ms: int = 0
    _broken: BaseException | None = None
    _sure: bool = False  # what the database calls being sent is

    async def run(self) -> None:
        """Tell until cancelled; a database that is away is tried again. Ends what is on its way when cancelled."""
        failing, self._sure = False, False
        try:
            while True:
                try:
                    while await self.step():
                        pass
                    failing = False
                except Transient as fault:
                    if not failing:
                        log.warning("cannot tell people for the moment", error=str(fault))
                    failing = True
                    await self.clock.sleep_ms(_AGAIN_MS)
                await self.bell.wait("feed", _POLL_S)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            self._busy.clear()

    async def step(self) -> bool:
        """Plan one page and see to every destination that has something due; True when there may be more."""
        if not self._sure:
            await self._take_up()
        done = await self.feed.cursor(CURSOR)
        if done is None:
            done = (await self.feed.bounds())[1]
            await self.feed.move_cursor(CURSOR, done)
        rows = await self.feed.after(done, _PAGE)
        if rows:
            await self.deliveries.plan(rows, rows[-1]["id"])
        await self._see_to_destinations()
        if self.clock.unix_ms() - self._pruned_ms > _PRUNE_MS:
            self._pruned_ms = self.clock.unix_ms()
            await self.deliveries.prune(self._pruned_ms - _KEPT_MS)
        return len(rows) == _PAGE

    async def idle(self) -> None:
        """Return when nothing is on its way any more."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def _take_up(self) -> None:
        """Sure from before it is asked: what becomes doubtful meanwhile is doubtful after it too."""
        self._sure = True
        try:
            await self.deliveries.take_up([name for name, task in self._busy.items() if not task.done()])
        except Transient:
            self._sure = False
            raise

    async def _see_to_destinations(self) -> None:
        """Each has one task at most, so that none waits for another. What broke in one ends this."""
        if self._broken is not None:
            raise self._broken
        for name in await self.deliveries.due():
            # In doubt nothing is begun: whoever is busy keeps what it may have claimed before unheard.
            if self._sure and name not in self._busy and not self.sender.busy(name):
                task = asyncio.create_task(self._serve(name), name=f"to {name}")
                self._busy[name] = task
                task.add_done_callback(self._served)

    def _served(self, task: "asyncio.Task[None]") -> None:
        self._busy = {name: one for name, one in self._busy.items() if one is not task}
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._broken = fault

    async def _serve(self, name: str) -> None:
        try:
            while not self.sender.busy(name) and (claimed := await self.deliveries.claim(name)) is not None:
                await self._send(*claimed)
        except Transient as fault:  # it may have been claimed without our hearing of it
            log.warning("a message waits", destination=name, error=str(fault))
            self._sure = False

    async def _send(self, way: Way, batch: Batch) -> None:
        fault, final = None, False
        try:
            parcel = self._parcel(way, batch)
            if way.pictures and len(batch.states) == 1 and batch.states[0].get("has_picture"):
                parcel = replace(parcel, picture_jpeg=await self._picture(str(batch.states[0]["id"])))
            await self.sender.send(way, parcel)
        except Transient as error:
            fault = str(error)
        except Rejected as error:
            fault, final = error.fault, True
        if fault is not None:
            log.info("not delivered", destination=way.name, parcel=batch.id, error=fault)
        await self._settle(batch, fault, final=final)

    async def _settle(self, batch: Batch, fault: str | None, *, final: bool) -> None:
        """Until it is written: what was delivered must not be sent again because the database was away."""
        while True:
            try:
                return await self.deliveries.settle(batch, fault, final=final)
            except Transient:
                await self.clock.sleep_ms(_AGAIN_MS)

    def _parcel(self, way: Way, batch: Batch) -> Parcel:
        style = wording.Style(way.language, self.zone, self.site, self.base_url)
        match batch.states:
            case ():
                message = wording.of_test(style)
            case (state,):
                message = wording.of_alarm(state, batch.why, style)
            case states:
                message = wording.of_digest(states, style)
        if message.unread:
            log.warning("alarms are told by their ids only", parcel=batch.id, alarms=list(message.unread))
        return Parcel(batch.id, batch.why, message.title, message.text, batch.states)

    async def _picture(self, alarm: str) -> bytes | None:
        try:
            async with asyncio.timeout(_PICTURE_S):
                return await self.pictures.of_alarm(alarm)
        except (TimeoutError, CctvError):
            return None
