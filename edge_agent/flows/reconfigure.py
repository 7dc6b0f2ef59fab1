"""Reconfigure: try the settings that the controller wants, keep them when all cameras live, else go back."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from edge_agent.core.reconfigure import TRIAL_MS, Book, Report, Trial, Wanted, begin, is_news, keep, refuse, roll_back
from edge_agent.flows.facts import Facts
from edge_agent.ports import CameraFeed, ConfigBook, Wire
from shared.commands import ConfigReported
from shared.errors import Rejected, Transient
from shared.topics import CONFIG_DESIRED, CONFIG_REPORTED

log = structlog.get_logger("reconfigure")

_LOOK_MS = 250
_ANSWERED_S = 1.0


class Reconfiguration:
    """One life of the agent; `change` asks for the next one, with `book.runs`."""

    def __init__(
        self,
        book: Book,
        store: ConfigBook,
        check: Callable[[Wanted], None],
        change: Callable[[], None],
        feeds: Sequence[CameraFeed],
        wire: Wire,
        facts: Facts,
        *,
        trial_ms: int = TRIAL_MS,
    ) -> None:
        """`check` raises `Rejected` naming the key at fault; it may block."""
        self.book = book
        self._store = store
        self._check = check
        self._change = change
        self._feeds = feeds
        self._wire = wire
        self._facts = facts
        self._trial_ms = trial_ms
        self._later: Wanted | None = None
        self._ending = False

    async def connected(self) -> None:
        """A new session: say again what is in force."""
        await self._tell(self.book.report)

    async def hear(self, topic: str, payload: bytes) -> None:
        """Settings that the controller wants; the broker gives them again after every connect."""
        levels = CONFIG_DESIRED.match(topic)
        if levels is None or levels["node"] != self._facts.node or not payload:
            return
        try:
            wanted = _read(payload, self._facts.node)
        except Rejected as fault:
            log.warning("settings not understood", field=fault.field, fault=fault.fault)
            await self._tell(Report(0, "refused", str(fault)))
            return
        if self.book.trying is not None or self._ending:
            self._later = wanted
        else:
            await self._take(wanted)

    async def run(self) -> None:
        """Watch a trial to its end; then there is nothing to do until cancelled."""
        trial = Trial(self._facts.clock.monotonic_ms(), limit_ms=self._trial_ms)
        while self.book.trying is not None and not self._ending:
            missing = self._missing()
            trial, verdict = trial.look(self._facts.clock.monotonic_ms(), [feed.camera for feed in missing])
            match verdict:
                case "keep":
                    await self._write(keep(self.book))
                    log.info("settings kept", version=self.book.running)
                case "late":
                    await self._go_back(missing)
                case "wait":
                    await self._facts.clock.sleep_ms(_LOOK_MS)
        if self._later is not None and not self._ending:
            wanted, self._later = self._later, None
            await self._take(wanted)
        await asyncio.Event().wait()

    def begin_anew(self) -> None:
        """End this life of the agent soon, its answer given, and begin the next with the same settings."""
        if self.book.trying is not None or self._ending:
            raise Transient("settings are being tried: ask again in a minute")
        asyncio.get_running_loop().call_later(_ANSWERED_S, self._end)

    async def _take(self, wanted: Wanted) -> None:
        book = self.book
        if not is_news(book, wanted):
            await self._tell(book.report)
            return
        try:
            await asyncio.to_thread(self._check, wanted)
            running = {} if book.runs is None else book.runs.settings
            begun = begin(book, wanted, [feed.camera for feed in self._feeds if feed.signs().state == "live"])
            await self._write(keep(begun) if running == wanted.settings else begun)
        except Rejected as fault:
            await self._write(refuse(book, wanted.version, str(fault)[:300]))
            return
        except Transient as fault:
            await self._tell(Report(wanted.version, "refused", f"not now: {fault}"[:300]))
            return
        if self.book.trying is not None:
            log.warning("settings change", version=wanted.version)
            self._end()

    async def _go_back(self, missing: Sequence[CameraFeed]) -> None:
        why = ", ".join(f"{feed.camera} is {feed.signs().state} ({feed.signs().last_error})" for feed in missing)
        book = roll_back(self.book, f"not live within {self._trial_ms // 1000} s: {why}"[:300])
        log.error("settings taken back", version=book.report.version if book.report else 0, reason=why)
        try:
            await self._write(book)
        except Transient as fault:  # the next start takes them back as well
            self.book = book
            log.warning("not written", error=str(fault))
        self._end()

    def _end(self) -> None:
        self._ending = True
        self._change()

    def _missing(self) -> list[CameraFeed]:
        must = self.book.must_live
        return [feed for feed in self._feeds if feed.camera in must and feed.signs().state != "live"]

    async def _write(self, book: Book) -> None:
        await asyncio.to_thread(self._store.save, book)
        self.book = book
        await self._tell(book.report)

    async def _tell(self, report: Report | None) -> None:
        if report is None:
            return
        message = ConfigReported(
            id=self._facts.mint(),
            at=self._facts.clock.now(),
            node=self._facts.node,
            version=report.version,
            state=report.state,
            running=self.book.running,
            reason=report.reason[:300],
        )
        try:
            await self._wire.send(CONFIG_REPORTED, message, node=self._facts.node)
        except Transient as fault:
            log.info("not reported", error=str(fault))  # `connected` says it again


def _read(payload: bytes, node: str) -> Wanted:
    message = CONFIG_DESIRED.decode(payload)
    if message.node != node:
        raise Rejected("config-desired.node", "is not this node")
    return Wanted(message.version, message.settings)
