"""Watch life: what stands still in this node, so that its watchdog is fed only while all of it moves."""

from collections.abc import Sequence

from edge_agent.core.liveliness import LOOP_LAG_MAX_MS, Movement, parts_of, status_text
from edge_agent.ports import CameraFeed, Outbox
from shared.clock import Clock


class LifeWatching:
    """All of the node. `look` once a second or so; `still` is what the last look found."""

    def __init__(self, feeds: Sequence[CameraFeed], outbox: Outbox, clock: Clock) -> None:
        self.still: tuple[str, ...] = ()
        self._feeds = feeds
        self._outbox = outbox
        self._clock = clock
        self._movement = Movement()

    def look(self, lag_ms: int) -> tuple[bool, str]:
        """Whether everything moves, and one line on how things are; `lag_ms`: how late the event loop is."""
        cameras = [feed.signs() for feed in self._feeds]
        writes, due = self._outbox.writes()
        parts = parts_of(cameras, writes, write_due=due)
        self._movement, still = self._movement.look(self._clock.monotonic_ms(), parts)
        if lag_ms > LOOP_LAG_MAX_MS:
            still = (*still, f"event loop ({lag_ms / 1000:.0f} s late)")
        self.still = still
        return not still, status_text(still, cameras)
