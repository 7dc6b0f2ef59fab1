"""Keep time: how far this node's clock is from the controller's, learned from the answers to its facts."""

from collections import OrderedDict

from edge_agent.core.clock_offset import ClockError, Heard, heard
from shared.clock import Clock

_REMEMBERED = 256


class TimeKeeping:
    """`offset` is against the controller once it answered, else against the machine's own time server."""

    def __init__(self, clock: Clock) -> None:
        self.disciplined: ClockError | None = None  # what the machine's time server says
        self._clock = clock
        self._sent: OrderedDict[str, int | None] = OrderedDict()  # None: sent twice, its answer tells nothing
        self._best: Heard | None = None

    def sent(self, fact: str) -> None:
        """A fact goes out now."""
        self._sent[fact] = None if fact in self._sent else self._clock.monotonic_ms()
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    def answered(self, fact: str, told_ms: float) -> None:
        """The controller answered it when its own clock showed `told_ms`."""
        sent_ms = self._sent.pop(fact, None)
        if sent_ms is not None:
            self._best = heard(self._best, sent_ms, told_ms, self._clock.monotonic_ms())

    def offset(self) -> ClockError | None:
        """None while nobody has told."""
        if self._best is None:
            return self.disciplined
        return self._best.offset(self._clock.monotonic_ms(), self._clock.unix_ms())

    def at_error_ms(self) -> int:
        """What a message says of its own time; 0 while nothing is known."""
        found = self.offset()
        return 0 if found is None else found.bound_ms()
