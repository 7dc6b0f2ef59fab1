"""The node as a whole is looked at: its cameras, its outbox, its event loop."""

from dataclasses import replace

from edge_agent.core.liveliness import CAMERA_PATIENCE_MS, OUTBOX_PATIENCE_MS
from edge_agent.core.media import CameraSigns
from edge_agent.flows.watch_life import LifeWatching
from tests.fakes.edge import FakeClock, FakeFeed, MemoryOutbox


class TurningFeed(FakeFeed):
    """A camera whose supervisor turns with every look, until it is stuck."""

    def __init__(self, camera: str) -> None:
        super().__init__(camera)
        self.turns = 0
        self.stuck = False

    def signs(self) -> CameraSigns:
        self.turns += not self.stuck
        return replace(super().signs(), turns=self.turns, segments=self.turns)


def test_one_stuck_camera_among_others_is_named_and_moves_again() -> None:
    clock, feeds = FakeClock(), [TurningFeed("n1.gate"), TurningFeed("n1.hall")]
    watching = LifeWatching(feeds, MemoryOutbox(), clock)
    assert watching.look(0) == (True, "2 of 2 cameras live")
    feeds[1].stuck = True
    for _ in range(2):
        clock.now_ms += CAMERA_PATIENCE_MS - 1
        moves, text = watching.look(0)
    assert (moves, text) == (False, "stands still: camera n1.hall")
    assert list(watching.still) == ["camera n1.hall"]
    feeds[1].stuck = False
    assert watching.look(0)[0]
    assert not watching.still


def test_an_outbox_that_takes_nothing_stands_still_and_a_late_loop_is_told_at_once() -> None:
    clock, outbox = FakeClock(), MemoryOutbox()
    watching = LifeWatching([], outbox, clock)
    assert watching.look(0)[0]
    outbox.full = True
    for moves in (True, True, False):
        assert watching.look(0)[0] is moves
        clock.now_ms += OUTBOX_PATIENCE_MS * 2 // 3
    outbox.full = False
    assert watching.look(0)[0]
    assert watching.look(16_000) == (False, "stands still: event loop (16 s late)")
