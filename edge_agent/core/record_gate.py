"""Decides which of a camera's packets are recorded: whole GOPs, from the keyframe before it was asked for. Pure.

Invariants, held by tests/unit/edge_agent/core/test_record_gate.py:
1. What is passed on is in order, nothing twice, and begins with a keyframe after every `None`.
2. From a keyframe on that is in memory, nothing is missing until recording ends before another keyframe.
"""

from edge_agent.core.gop_memory import GopMemory
from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import EncodedPacket

Passed = tuple[StreamInfo, EncodedPacket] | None
"""A packet to record, or None: close the segment that is open."""


class RecordGate:
    """While it is shut, the newest seconds stay in memory."""

    def __init__(self, *, is_open: bool) -> None:
        self._open = is_open
        self._shutting = False
        self._stream: StreamInfo | None = None
        self._memory: GopMemory[EncodedPacket] = GopMemory()

    def add(self, stream: StreamInfo, packet: EncodedPacket) -> list[Passed]:
        """Take the next packet in decode order; returns what to record now."""
        passed: list[Passed] = []
        if self._shutting and packet.key:
            self._open = self._shutting = False
            passed.append(None)
        if self._open:
            return [(stream, packet)]
        if stream != self._stream:
            self._memory.clear()
            self._stream = stream
        self._memory.add(packet)
        return passed

    def open(self, since_ms: int) -> list[Passed]:
        """Record from now on; returns what memory has from the keyframe at or before `since_ms`."""
        self._shutting = False
        if self._open:
            return []
        self._open = True
        found: list[Passed] = []
        if self._stream is not None:
            found = [(self._stream, packet) for packet in self._memory.since(since_ms)]
        self._memory.clear()
        return found

    def shut(self) -> None:
        """Record up to the next keyframe."""
        self._shutting = self._open
