"""What the database knows of cameras in a range, counted by it into buckets; no object of the store is looked at."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.footage_rows import MINUTE_MS, footage_of
from controller.adapters.states import LONGEST_RUN_MS, State, plain
from controller.adapters.tables import (
    AlarmRow,
    BackfillRow,
    CameraRow,
    EventRow,
    GapRow,
    LedgerRow,
    NodeRow,
    OccurrenceRow,
    RunRow,
)
from controller.core.footage import parts
from controller.core.spans import Span
from controller.core.timeline import Band, Grid, Hole, Known, Lump, exact, fills, shaped
from controller.errors import Missing
from shared.clock import Clock
from shared.kinds import SEVERITIES
from shared.limits import LONGEST_ORDER_MS
from shared.texts import say

EXACT_MS = 6 * 3_600_000
"""Of all cameras together: what is longer is told to a bucket's precision."""
_SINGLY = 300  # events, and alarms, up to this many are told one by one
_GAP_REACH_MS = 31 * 86_400_000
_AWAY = "node away"
_CAUSES = {"lost": "lost", "expired": "expired", "gone": "not retained by policy"}


class SqlTimeline:
    """`TimelineReads` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def timeline(self, cameras: Sequence[str], grid: Grid) -> State:
        """TimelineOut; `Missing` when there is no such camera."""
        is_exact = len(cameras) * (grid.to_ms - grid.from_ms) <= EXACT_MS
        async with self._database.reading() as session:
            known = set(await session.scalars(select(CameraRow.id).where(col(CameraRow.id).in_(cameras))))
            for camera in cameras:
                if camera not in known:
                    raise Missing("camera", say("unknown", key=camera))
            silent = await self._silent(session, cameras, grid)
            if is_exact:
                footage = {camera: await self._exact(session, camera, grid, silent.get(camera)) for camera in cameras}
            else:
                all_known = await _known(session, cameras, grid, silent)
                footage = {camera: shaped(grid, one) for camera, one in all_known.items()}
            events = await self._events(session, cameras, grid)
            alarms = await _alarms(session, cameras, grid)
        return {
            **plain(grid, "from_ms", "to_ms", "bucket_ms"),
            "exact": is_exact,
            "cameras": [
                {"camera": camera, **_shown(*footage[camera]), **events[camera], **alarms[camera]} for camera in cameras
            ],
        }

    async def _silent(self, session: AsyncSession, cameras: Sequence[str], grid: Grid) -> dict[str, Span]:
        """Since when the node of each camera that is away now has told nothing; what it recorded it may still tell."""
        rows = await session.execute(
            sa.select(col(CameraRow.id), col(NodeRow.last_seen_at))
            .join(NodeRow, col(NodeRow.id) == col(CameraRow.node))
            .where(col(CameraRow.id).in_(cameras), col(NodeRow.state) == "offline")
        )
        until_ms = min(self._clock.unix_ms(), grid.to_ms)
        since = {camera: round(seen_at.timestamp() * 1000) for camera, seen_at in rows if seen_at is not None}
        return {camera: (since_ms, until_ms) for camera, since_ms in since.items() if since_ms < until_ms}

    async def _exact(
        self, session: AsyncSession, camera: str, grid: Grid, silent: Span | None
    ) -> tuple[tuple[Band, ...], tuple[Hole, ...]]:
        span = (grid.from_ms, grid.to_ms)
        footage = await footage_of(session, camera, span, self._clock.unix_ms())
        gaps = await session.execute(
            _gaps([camera], grid).with_only_columns(GapRow.cause, GapRow.start_ms, GapRow.end_ms)
        )
        missing: list[tuple[str, Span]] = [(cause, (start_ms, end_ms)) for cause, start_ms, end_ms in gaps]
        missing += [] if silent is None else [(_AWAY, silent)]
        for table, reach_ms in ((RunRow, LONGEST_RUN_MS), (BackfillRow, LONGEST_ORDER_MS)):
            rows = await session.execute(
                sa.select(col(table.state), col(table.start_ms), col(table.end_ms)).where(
                    *_overlap(table, [camera], grid, reach_ms), col(table.state).in_(_CAUSES)
                )
            )
            missing += [(_CAUSES[state], (start_ms, end_ms)) for state, start_ms, end_ms in rows]
        return exact(span, parts(span, footage), missing)

    async def _events(self, session: AsyncSession, cameras: Sequence[str], grid: Grid) -> dict[str, State]:
        """Heat and number of every bucket; the events themselves where they are few."""
        end = sa.func.coalesce(col(EventRow.end_ms), min(self._clock.unix_ms(), grid.to_ms))
        where = _overlap(EventRow, cameras, grid, LONGEST_RUN_MS, end)
        place = _place(EventRow.start_ms, grid)
        first, last = sa.func.min(EventRow.start_ms), sa.func.max(end)
        covered = sa.func.sum(end - col(EventRow.start_ms))
        rows = await session.execute(
            sa.select(col(EventRow.camera), place, first, last, covered, sa.func.count())
            .where(*where)
            .group_by(col(EventRow.camera), place)
        )
        lumps: dict[str, list[Lump]] = {camera: [] for camera in cameras}
        counts = {camera: [0] * grid.count for camera in cameras}
        for camera, _, start_ms, end_ms, covered_ms, number in rows:
            lumps[camera].append(Lump(start_ms, end_ms, int(covered_ms)))
            counts[camera][_bucket(start_ms, grid)] += number
        few = sum(map(sum, counts.values())) <= _SINGLY
        singly: dict[str, list[State]] = {camera: [] for camera in cameras}
        if few:
            query = select(EventRow.camera, EventRow.id, EventRow.start_ms, EventRow.end_ms).where(*where)
            for camera, event, start_ms, end_ms in await session.execute(query.order_by(col(EventRow.start_ms))):
                singly[camera].append({"id": event, "start_ms": start_ms, "end_ms": end_ms})
        return {
            camera: {
                "heat": fills(grid, lumps[camera]),
                "event_counts": counts[camera],
                "events": singly[camera] if few else None,
            }
            for camera in cameras
        }


async def _known(
    session: AsyncSession, cameras: Sequence[str], grid: Grid, silent: Mapping[str, Span]
) -> dict[str, Known]:
    stored: dict[str, list[Lump]] = {camera: [] for camera in cameras}
    coming: dict[str, list[Lump]] = {camera: [] for camera in cameras}
    gone: dict[str, list[tuple[str, Lump]]] = {camera: [] for camera in cameras}
    gaps: dict[str, list[tuple[str, Lump]]] = {camera: [] for camera in cameras}
    wanted: tuple[tuple[Any, str, int, tuple[str, ...]], ...] = (
        (RunRow, "state", LONGEST_RUN_MS, ("stored", "announced", "uploaded", "lost", "expired")),
        (BackfillRow, "state", LONGEST_ORDER_MS, ("waiting", "asked", "taken", "gone")),
    )
    for table, kind, reach_ms, states in wanted:
        where = (*_overlap(table, cameras, grid, reach_ms), col(table.state).in_(states))
        for camera, state, lump in await _lumps(session, table, kind, where, grid):
            if state == "stored":
                stored[camera].append(lump)
            elif state in _CAUSES:
                gone[camera].append((_CAUSES[state], lump))
            else:
                coming[camera].append(lump)
    for camera, cause, lump in await _lumps(
        session, GapRow, "cause", _overlap(GapRow, cameras, grid, _GAP_REACH_MS), grid
    ):
        gaps[camera].append((cause, lump))
    for camera, (start_ms, end_ms) in silent.items():
        gaps[camera].append((_AWAY, Lump(start_ms, end_ms, end_ms - start_ms)))
    recorded = await _recorded(session, cameras, grid)
    return {
        camera: Known(stored[camera], coming[camera], recorded[camera], gone[camera], gaps[camera])
        for camera in cameras
    }


async def _recorded(session: AsyncSession, cameras: Sequence[str], grid: Grid) -> dict[str, list[Lump]]:
    """The minutes of the ledger, less the gaps in them: a longer gap is told in the last minute of it."""

    def inside(table: Any) -> tuple[Any, ...]:
        minute = col(table.minute_ms)
        return col(table.camera).in_(cameras), minute > grid.from_ms - MINUTE_MS, minute < grid.to_ms

    without: dict[tuple[str, int], int] = {}
    place = _place(GapRow.minute_ms, grid)
    start, end, minute = col(GapRow.start_ms), col(GapRow.end_ms), col(GapRow.minute_ms)
    missing = sa.func.sum(sa.case((start > minute, end - start), else_=end - minute))
    query = sa.select(col(GapRow.camera), place, missing).where(*inside(GapRow))
    for camera, bucket, ms in await session.execute(query.group_by(col(GapRow.camera), place)):
        without[camera, bucket] = int(ms)
    recorded: dict[str, list[Lump]] = {camera: [] for camera in cameras}
    place, minute = _place(LedgerRow.minute_ms, grid), col(LedgerRow.minute_ms)
    minutes = sa.select(col(LedgerRow.camera), place, sa.func.min(minute), sa.func.max(minute), sa.func.count())
    rows = await session.execute(minutes.where(*inside(LedgerRow)).group_by(col(LedgerRow.camera), place))
    for camera, bucket, first_ms, last_ms, number in rows:
        covered_ms = number * MINUTE_MS - without.get((camera, bucket), 0)
        if covered_ms > 0:
            recorded[camera].append(Lump(first_ms, last_ms + MINUTE_MS, covered_ms))
    return recorded


async def _lumps(
    session: AsyncSession, table: Any, kind: str, where: Sequence[Any], grid: Grid
) -> list[tuple[str, str, Lump]]:
    """Camera, kind and what of it begins in each bucket."""
    of_kind, place = col(getattr(table, kind)), _place(table.start_ms, grid)
    rows = await session.execute(
        sa.select(
            col(table.camera),
            of_kind,
            place,
            sa.func.min(table.start_ms),
            sa.func.max(table.end_ms),
            sa.func.sum(col(table.end_ms) - col(table.start_ms)),
        )
        .where(*where)
        .group_by(col(table.camera), of_kind, place)
    )
    return [(camera, of, Lump(start_ms, end_ms, int(ms))) for camera, of, _, start_ms, end_ms, ms in rows]


async def _alarms(session: AsyncSession, cameras: Sequence[str], grid: Grid) -> dict[str, State]:
    """Number and worst severity of every bucket; the occurrences themselves where they are few."""
    where = (
        col(OccurrenceRow.camera).in_(cameras),
        col(OccurrenceRow.start_ms) >= grid.from_ms,
        col(OccurrenceRow.start_ms) < grid.to_ms,
        col(OccurrenceRow.same_as).is_(None),
    )
    place = _place(OccurrenceRow.start_ms, grid)
    rows = await session.execute(
        sa.select(
            col(OccurrenceRow.camera),
            col(AlarmRow.severity),
            place,
            sa.func.min(OccurrenceRow.start_ms),
            sa.func.count(),
        )
        .join(AlarmRow, col(AlarmRow.id) == col(OccurrenceRow.alarm))
        .where(*where)
        .group_by(col(OccurrenceRow.camera), col(AlarmRow.severity), place)
    )
    counts: dict[str, dict[int, tuple[int, int]]] = {camera: {} for camera in cameras}
    for camera, severity, _, start_ms, number in rows:
        bucket = _bucket(start_ms, grid)
        before, worst = counts[camera].get(bucket, (0, 0))
        counts[camera][bucket] = (before + number, max(worst, SEVERITIES.index(severity)))
    few = sum(number for one in counts.values() for number, _ in one.values()) <= _SINGLY
    singly: dict[str, list[State]] = {camera: [] for camera in cameras}
    if few:
        found = await session.execute(
            select(OccurrenceRow, AlarmRow)
            .join(AlarmRow, col(AlarmRow.id) == col(OccurrenceRow.alarm))
            .where(*where)
            .order_by(col(OccurrenceRow.start_ms), col(OccurrenceRow.id))
        )
        for one, alarm in found:
            singly[one.camera or ""].append(
                {
                    **plain(one, "start_ms", "condition_ms", "end_ms"),
                    **plain(alarm, "id", "number", "kind", "severity", "rule_name", "state", "withdrawn"),
                }
            )
    return {
        camera: {
            "alarm_counts": [
                {"bucket": bucket, "count": number, "severity": SEVERITIES[worst]}
                for bucket, (number, worst) in sorted(counts[camera].items())
            ],
            "alarms": singly[camera] if few else None,
        }
        for camera in cameras
    }


def _overlap(table: Any, cameras: Sequence[str], grid: Grid, reach_ms: int, end: Any = None) -> tuple[Any, ...]:
    """What overlaps the range, nothing of it longer than `reach_ms`: the index is read between two bounds."""
    return (
        col(table.camera).in_(cameras),
        col(table.start_ms) > grid.from_ms - reach_ms,
        col(table.start_ms) < grid.to_ms,
        (col(table.end_ms) if end is None else end) > grid.from_ms,
    )


def _gaps(cameras: Sequence[str], grid: Grid) -> Any:
    return select(GapRow).where(*_overlap(GapRow, cameras, grid, _GAP_REACH_MS))


def _place(at_ms: Any, grid: Grid) -> Any:
    """The bucket that something begins in, as the database counts: from far enough before the range to be positive."""
    base_ms = grid.from_ms - (_GAP_REACH_MS // grid.bucket_ms + 1) * grid.bucket_ms
    # Written out: as parameters, PostgreSQL would not know the grouped expression for the selected one.
    base, length = (sa.literal_column(str(number), sa.BigInteger) for number in (base_ms, grid.bucket_ms))
    return ((col(at_ms) - base) // length).label("place")


def _bucket(at_ms: int, grid: Grid) -> int:
    return min(grid.count - 1, max(0, (at_ms - grid.from_ms) // grid.bucket_ms))


def _shown(bands: Sequence[Band], holes: Sequence[Hole]) -> State:
    return {
        "bands": [plain(one, "start_ms", "end_ms", "state", "covered_ms") for one in bands],
        "gaps": [plain(one, "start_ms", "end_ms", "cause", "covered_ms") for one in holes],
    }
