"""Tells what cameras recorded, day by day, and what is missing: bounded, then counted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from controller.core.proof import Day, Days, Gap, Told, days_of, proof
from controller.core.spans import Span
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import say

MOST_CAMERAS = 64
MOST_DAYS = 92
USUAL_DAYS = 30
_LONGEST_MS = 92 * 86_400_000


class ProofReads(Protocol):
    """The database as this flow sees it."""

    async def cameras(self, wanted: Sequence[CameraId]) -> tuple[CameraId, ...]:
        """Those of `wanted`, or else all; `Missing` names one that nobody knows."""
        ...

    async def told(self, cameras: Sequence[CameraId], days: Days) -> Mapping[CameraId, Told]:
        """What the database counted."""
        ...

    async def gaps(self, camera: CameraId, span: Span, cursor: str | None) -> tuple[tuple[Gap, ...], str | None]:
        """A page of gaps, and where the next one begins."""
        ...


@dataclass(frozen=True, slots=True)
class ReadProof:
    """Days are the site's."""

    reads: ProofReads
    clock: Clock
    zone: ZoneInfo

    async def proof(self, cameras: Sequence[str], days: int) -> State:
        """ProofOut of cameras as they are named, of all where none is; `Rejected` for too many cameras or days."""
        if not 1 <= days <= MOST_DAYS:
            raise Rejected("days", say("out_of_range", value=days, least=1, most=MOST_DAYS))
        wanted = await self.reads.cameras(list(dict.fromkeys(parse_camera(one) for one in cameras)))
        if len(wanted) > MOST_CAMERAS:
            raise Rejected("camera", say("out_of_range", value=len(wanted), least=1, most=MOST_CAMERAS))
        now_ms = self.clock.unix_ms()
        span = days_of(now_ms, days, self.zone)
        told = await self.reads.told(wanted, span)
        return {
            "time_zone": self.zone.key,
            "days": [
                {"date": one.isoformat(), "start_ms": span.day(place)[0], "end_ms": span.day(place)[1]}
                for place, one in enumerate(span.dates)
            ],
            "cameras": [_shown(camera, proof(span, told[camera], now_ms)) for camera in wanted],
        }

    async def gaps(self, camera: str, from_ms: int, to_ms: int, cursor: str | None) -> State:
        """ProofGapPage; `Rejected` for a span that is none or too long."""
        if not from_ms < to_ms <= from_ms + _LONGEST_MS:
            raise Rejected("to_ms", say("out_of_range", value=to_ms, least=from_ms + 1, most=from_ms + _LONGEST_MS))
        (known,) = await self.reads.cameras([parse_camera(camera)])
        gaps, following = await self.reads.gaps(known, (from_ms, to_ms), cursor)
        return {"items": [asdict(gap) for gap in gaps], "next": following}


def _shown(camera: str, days: Sequence[Day | None]) -> State:
    counted = [day for day in days if day is not None]
    return {
        "camera": camera,
        "recorded_ms": sum(day.recorded_ms for day in counted),
        "due_ms": sum(day.due_ms for day in counted),
        "days": [None if day is None else asdict(day) | {"due_ms": day.due_ms} for day in days],
    }
