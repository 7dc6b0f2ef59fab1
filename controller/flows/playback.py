"""Plays what the store has: clips of alarms and events, and the pictures alarms were raised on."""

from dataclasses import dataclass

from controller.errors import Missing
from controller.ports import Clip, ClipMaker, JudgingStore, ObjectStore, State
from shared.errors import Rejected
from shared.ids import CameraId
from shared.texts import say

_LONGEST_MS = 600_000


@dataclass(frozen=True, slots=True)
class Playback:
    """Clips are derived views: remuxed by copy, never re-encoded."""

    runs: JudgingStore
    objects: ObjectStore
    clips: ClipMaker

    async def alarm_clip(self, alarm: State) -> Clip:
        """The clip of an AlarmDetailOut."""
        return await self._clip(alarm["alarm"]["camera"], alarm["clip_start_ms"], alarm["clip_end_ms"])

    async def occurrence_clip(self, found: State) -> Clip:
        """The clip of an OccurrenceDetailOut: what its own camera saw."""
        return await self._clip(found["occurrence"]["camera"], found["clip_start_ms"], found["clip_end_ms"])

    async def event_clip(self, event: State) -> Clip:
        """The clip of an EventOut, as far as it is stored; a running event's grows."""
        start_ms = event["clip_start_ms"]
        end_ms = event["clip_end_ms"] or start_ms + _LONGEST_MS
        return await self._clip(event["camera"], start_ms, end_ms)

    async def picture(self, key: str | None) -> bytes:
        """JPEG bytes of a picture's key."""
        if key is None:
            raise Missing("picture", say("no_picture"))
        try:
            return await self.objects.get(key)
        except Rejected:
            raise Missing("picture", say("no_picture")) from None

    async def _clip(self, camera: str | None, start_ms: int, end_ms: int) -> Clip:
        runs = await self.runs.stored_runs(CameraId(camera or ""), start_ms, min(end_ms, start_ms + _LONGEST_MS))
        if not runs:
            raise Missing("clip", say("clip_not_stored"))
        return await self.clips.clip(runs, start_ms, end_ms)
