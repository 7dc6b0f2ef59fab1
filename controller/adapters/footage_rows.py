"""What the database knows of a camera's footage in a range, as the spans that core counts with."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.alarm_footage import alarm_spans
from controller.adapters.states import LONGEST_RUN_MS, overlapping_runs
from controller.adapters.tables import BackfillRow, EventRow, GapRow, LedgerRow, RunRow
from controller.core.footage import RANK, Ask, Footage, Wish
from controller.core.retention import CLASSES
from controller.core.spans import Span, within
from shared.ids import CameraId, node_of
from shared.kinds import MediaClass
from shared.limits import LONGEST_ORDER_MS
from shared.mint import uuid7

MINUTE_MS = 60_000
_REACH_MS = 2 * MINUTE_MS  # a segment of an earlier minute may end in the range


async def footage_of(session: AsyncSession, camera: str, span: Span, now_ms: int, *, gaps: bool = False) -> Footage:
    """Everything that bears on `span`; `gaps`: what was never recorded too."""
    start_ms, end_ms = span
    segments = await session.scalars(
        select(LedgerRow.segments).where(
            col(LedgerRow.camera) == camera,
            col(LedgerRow.minute_ms) > start_ms - _REACH_MS,
            col(LedgerRow.minute_ms) < end_ms,
        )
    )
    there = [(one["start_ms"], one["end_ms"]) for listed in segments for one in listed]
    by_state: dict[str, list[Span]] = {}
    runs = await session.execute(
        select(RunRow.state, RunRow.start_ms, RunRow.end_ms).where(*overlapping_runs(camera, start_ms, end_ms))
    )
    for state, first_ms, last_ms in runs:
        by_state.setdefault(state, []).append((first_ms, last_ms))
    asked = await session.execute(
        select(BackfillRow.state, BackfillRow.start_ms, BackfillRow.end_ms, BackfillRow.again_ms).where(
            col(BackfillRow.camera) == camera,
            col(BackfillRow.start_ms) < end_ms,
            col(BackfillRow.start_ms) > start_ms - LONGEST_ORDER_MS,
            col(BackfillRow.end_ms) > start_ms,
        )
    )
    for state, first_ms, last_ms, again_ms in asked:
        if state != "failed" or again_ms > now_ms:
            by_state.setdefault(state, []).append((first_ms, last_ms))

    def spans(*states: str) -> list[Span]:
        return [one for state in states for one in by_state.get(state, ())]

    return Footage(
        there=there,
        stored=spans("stored"),
        coming=spans("announced", "uploaded"),
        lost=spans("lost", "expired", "gone"),
        asked=spans("waiting", "asked", "taken"),
        failed=spans("failed"),
        never=await _gaps(session, camera, span) if gaps else (),
    )


async def _gaps(session: AsyncSession, camera: str, span: Span) -> list[Span]:
    rows = await session.execute(
        select(GapRow.start_ms, GapRow.end_ms).where(
            col(GapRow.camera) == camera, col(GapRow.start_ms) < span[1], col(GapRow.end_ms) > span[0]
        )
    )
    return [(start_ms, end_ms) for start_ms, end_ms in rows]


async def wishes_of(session: AsyncSession, camera: str, minutes: Sequence[LedgerRow]) -> tuple[Wish, ...]:
    """What is due of these minutes: for alarms, for events, by the camera's plan."""
    start_ms, end_ms = minutes[0].minute_ms, minutes[-1].minute_ms + MINUTE_MS
    events = await session.scalars(
        select(EventRow).where(
            col(EventRow.camera) == camera,
            col(EventRow.start_ms) < end_ms + MINUTE_MS,
            col(EventRow.start_ms) > start_ms - LONGEST_RUN_MS,
        )
    )
    alarms = await alarm_spans(session, camera, (start_ms, end_ms))
    wished = [Wish(span, "alarm", "promoted") for span in alarms]
    clips = [
        Wish((row.clip_start_ms, end_ms if row.clip_end_ms is None else row.clip_end_ms), "event", _class(row))
        for row in events
    ]
    found: list[Wish] = []
    for minute in minutes:
        whole = (minute.minute_ms, minute.minute_ms + MINUTE_MS)
        if minute.due == "all":
            found.append(Wish(whole, "plan", "continuous"))
        here = wished if minute.due == "asked" else [*wished, *clips]
        found += [Wish(part, one.why, one.media_class) for one in here for part in within([one.span], *whole)]
    return tuple(found)


def _class(row: EventRow) -> MediaClass:
    return next((name for name in CLASSES if name == row.media_class), "motion")


def add_asks(session: AsyncSession, camera: str, wanted: Iterable[Ask], now_ms: int) -> int:
    """Rows for what a node is to be asked for; how many."""
    rows = [
        BackfillRow(
            id=uuid7(),
            node=node_of(CameraId(camera)),
            camera=camera,
            start_ms=ask.span[0],
            end_ms=ask.span[1],
            media_class=ask.media_class,
            why=ask.why,
            rank=RANK[ask.why],
            created_ms=now_ms,
        )
        for ask in wanted
    ]
    session.add_all(rows)
    return len(rows)
