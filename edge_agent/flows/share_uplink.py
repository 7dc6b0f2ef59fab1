"""Share uplink: measure what goes out and how late it is, and set what uploads and live views may take of the line."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from edge_agent.core.token_bucket import TokenBucket
from edge_agent.core.uplink_share import LiveLevel, Seen, Share, ShareRules, UplinkReport, share
from edge_agent.core.upload_policy import RANK
from shared.clock import Clock
from shared.kinds import MediaClass

log = structlog.get_logger("uplink")

_POLL_MS = 100
_TRICKLE_MS = 5_000  # a transfer that waits for better ones still moves now and then: its connection stays open


@dataclass(slots=True, eq=False)
class View:
    """A live view that runs: how far behind its last picture was, and since when the next one is being sent."""

    wants_bytes_s: Callable[[], float]
    lag_ms: int = 0
    sending_since_ms: int | None = None


class UplinkSharing:
    """All that the node sends by HTTP and WebSocket. Facts are only measured: they never wait here."""

    def __init__(self, clock: Clock, *, rate_bytes_s: int = 0, rules: ShareRules | None = None) -> None:
        """`rate_bytes_s` is the most that all uploads together may take; 0: what the line gives."""
        self.clock = clock
        self._rules = rules or ShareRules()
        self._rate_bytes_s = rate_bytes_s
        self._bucket = TokenBucket()
        self._share = Share()
        self._views: set[View] = set()
        self._transfers: Counter[int] = Counter()
        self._telling: dict[object, int] = {}
        self._slowest_ms = 0
        self._live_bytes = 0
        self._upload_bytes = 0
        self._stepped_ms = clock.monotonic_ms()
        self._sent_bytes_s = 0.0
        self._apply()

    @property
    def live(self) -> LiveLevel:
        """What live views of main streams show now."""
        return self._share.live

    def report(self) -> UplinkReport:
        """How it is now."""
        rate = self._bucket.rate_bytes_s
        return UplinkReport(self._share.strained, self.live, round(rate or 0), round(self._sent_bytes_s))

    @contextmanager
    def transfer(self, media_class: MediaClass) -> Iterator[None]:
        """An upload of this class runs; those of lower ones wait for it."""
        rank = RANK[media_class]
        self._transfers[rank] += 1
        try:
            yield
        finally:
            self._transfers[rank] -= 1

    async def pay(self, media_class: MediaClass, length_bytes: int) -> None:
        """Wait until an upload of this class may send so many bytes."""
        rank, began_ms = RANK[media_class], self.clock.monotonic_ms()
        while True:
            now_ms = self.clock.monotonic_ms()
            wait_ms = self._bucket.wait_ms(now_ms)
            behind = any(count for other, count in self._transfers.items() if other < rank)
            if wait_ms <= 0 and (not behind or now_ms - began_ms >= _TRICKLE_MS):
                break
            await self.clock.sleep_ms(min(_POLL_MS, max(wait_ms, 1) if not behind else _POLL_MS))
        self._bucket.take(length_bytes, now_ms)
        self._upload_bytes += length_bytes

    @contextmanager
    def view(self, wants_bytes_s: Callable[[], float]) -> Iterator[View]:
        """A live view runs, which would take so much in full."""
        view = View(wants_bytes_s)
        self._views.add(view)
        try:
            yield view
        finally:
            self._views.discard(view)

    @contextmanager
    def sending(self, view: View, length_bytes: int) -> Iterator[None]:
        """A picture of a live view is being sent."""
        view.sending_since_ms = self.clock.monotonic_ms()
        try:
            yield
            self._live_bytes += length_bytes
        finally:
            view.sending_since_ms = None

    @contextmanager
    def telling(self) -> Iterator[None]:
        """A fact is on its way to the broker."""
        ticket, began_ms = object(), self.clock.monotonic_ms()
        self._telling[ticket] = began_ms
        try:
            yield
        finally:
            del self._telling[ticket]
            self._slowest_ms = max(self._slowest_ms, self.clock.monotonic_ms() - began_ms)

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await self.clock.sleep_ms(self._rules.step_ms)
            self.step()

    def step(self) -> None:
        """Judge what was sent since the last step."""
        now_ms = self.clock.monotonic_ms()
        passed_s = max(1, now_ms - self._stepped_ms) / 1000
        seen = Seen(
            live_lag_ms=max((_lag_ms(view, now_ms) for view in self._views), default=0),
            fact_delay_ms=max([self._slowest_ms, *(now_ms - began_ms for began_ms in self._telling.values())]),
            live_bytes_s=self._live_bytes / passed_s,
            upload_bytes_s=self._upload_bytes / passed_s,
            live_wants_bytes_s=sum(view.wants_bytes_s() for view in self._views),
            uploading=any(self._transfers.values()),
        )
        self._stepped_ms, self._slowest_ms, self._live_bytes, self._upload_bytes = now_ms, 0, 0, 0
        self._sent_bytes_s = seen.live_bytes_s + seen.upload_bytes_s
        before, self._share = self._share, share(self._share, seen, now_ms, self._rules)
        self._apply()
        if before.live != self._share.live:
            log.warning("live views changed", to=self._share.live, lag_ms=seen.live_lag_ms, sent=self._sent_bytes_s)
        elif before.strained != self._share.strained:
            log.info("line", strained=self._share.strained, lag_ms=seen.live_lag_ms, facts_ms=seen.fact_delay_ms)

    def _apply(self) -> None:
        limits = [float(rate) for rate in (self._rate_bytes_s, self._share.upload_bytes_s) if rate]
        self._bucket.set_rate(min(limits, default=None), self.clock.monotonic_ms())


def _lag_ms(view: View, now_ms: int) -> int:
    waiting_ms = 0 if view.sending_since_ms is None else now_ms - view.sending_since_ms
    return view.lag_ms + waiting_ms
