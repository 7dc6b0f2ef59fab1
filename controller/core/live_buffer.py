"""What a relay remembers of one stream, and what one subscriber may still owe: bounded, keyframe-aligned."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """One framed message with what the relay read of its metadata."""

    kind: str  # "init", "au", "boxes", "state"; sound's init and packets count as "init" and keyframes
    pts_ms: int
    key: bool
    framed: bytes


@dataclass(slots=True)
class GopBuffer:
    """The newest whole GOPs: at most `span_ms` and `max_bytes`; the running GOP stays while it fits `max_bytes`."""

    span_ms: int = 10_000
    max_bytes: int = 16 * 1024 * 1024
    init: LiveMessage | None = None
    _messages: deque[LiveMessage] = field(default_factory=deque)
    _bytes: int = 0

    def add(self, message: LiveMessage) -> None:
        """Take what arrived; a new `init` forgets the stream before it."""
        if message.kind == "init":
            self.init = message
            self._messages.clear()
            self._bytes = 0
            return
        if not self._messages and not message.key:
            return
        self._messages.append(message)
        self._bytes += len(message.framed)
        self._trim(message.pts_ms)

    def _trim(self, now_ms: int) -> None:
        while self._bytes > self.max_bytes or self._second_key_is_old(now_ms):
            self._drop_gop()

    def _second_key_is_old(self, now_ms: int) -> bool:
        keys = (message.pts_ms for message in self._messages if message.key)
        next(keys, None)
        second = next(keys, None)
        return second is not None and second <= now_ms - self.span_ms

    def _drop_gop(self) -> None:
        self._bytes -= len(self._messages.popleft().framed)
        while self._messages and not self._messages[0].key:
            self._bytes -= len(self._messages.popleft().framed)

    def since(self, since_ms: int | None) -> tuple[LiveMessage, ...]:
        """From the newest keyframe at or before `since_ms` (or the oldest held); None: from the newest keyframe."""
        start = 0
        for index, message in enumerate(self._messages):
            if message.key and (since_ms is None or index == 0 or message.pts_ms <= since_ms):
                start = index
        kept = tuple(self._messages)[start:]
        return ((self.init, *kept) if self.init is not None else ()) if kept or self.init else ()


@dataclass(slots=True)
class SubscriberQueue:
    """What waits for one subscriber. When it is full, pictures are dropped up to the next keyframe, for it alone.

    `behind_ms`: at a keyframe, pictures that wait and are so much older than it are dropped too; None: never.
    """

    max_bytes: int = 8 * 1024 * 1024
    behind_ms: int | None = None
    dropped: int = 0
    _messages: deque[LiveMessage] = field(default_factory=deque)
    _bytes: int = 0
    _await_key: bool = False

    def put(self, message: LiveMessage) -> None:
        if message.kind == "au":
            if self._await_key and not message.key:
                self.dropped += 1
                return
            if message.key and self._is_behind(message.pts_ms):
                self._drop_pictures()
            if self._bytes + len(message.framed) > self.max_bytes:
                self._drop_pictures()
                self._await_key = not message.key
                if self._await_key:
                    self.dropped += 1
                    return
            else:
                self._await_key = False
        elif message.kind == "boxes" and self._bytes + len(message.framed) > self.max_bytes:
            self.dropped += 1
            return
        self._messages.append(message)
        self._bytes += len(message.framed)

    def _is_behind(self, now_ms: int) -> bool:
        if self.behind_ms is None:
            return False
        oldest = next((message for message in self._messages if message.kind == "au"), None)
        return oldest is not None and now_ms - oldest.pts_ms > self.behind_ms

    def _drop_pictures(self) -> None:
        kept = [message for message in self._messages if message.kind not in {"au", "boxes"}]
        self.dropped += len(self._messages) - len(kept)
        self._messages = deque(kept)
        self._bytes = sum(len(message.framed) for message in kept)

    def take(self) -> LiveMessage | None:
        """The next message, or None when there is nothing."""
        if not self._messages:
            return None
        message = self._messages.popleft()
        self._bytes -= len(message.framed)
        return message
