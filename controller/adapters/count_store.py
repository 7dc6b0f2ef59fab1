"""The database in numbers for monitors: a fixed set of counts, each over rows that do not grow without bound."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from controller.adapters.database import Database
from controller.adapters.scrub_rows import NAME, scrub_of
from controller.adapters.tables import (
    AlarmRow,
    AuditHeadRow,
    AuditRow,
    AuditSealRow,
    CameraRow,
    CertificateRow,
    DeliveryRow,
    DestinationRow,
    EnrichmentRow,
    LeaseRow,
    NodeRow,
    RunRow,
    SiteRow,
    UpkeepRow,
)
from controller.core.conditions import SILENT_MS
from controller.core.lease import WORKER
from controller.core.site_counts import CameraCount, Counts, NodeCount
from shared.clock import Clock, to_datetime
from shared.ids import SiteId
from shared.kinds import OPEN_STATES

_DAY_MS = 24 * 3_600_000
_BACKUPS_MS = 31 * _DAY_MS
_TRIES = 31


class SqlCounts:
    """On SQLite or PostgreSQL; one reading transaction."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    async def counts(self) -> Counts:
        """Everything that the database counts now."""
        now_ms = self._clock.unix_ms()
        day_ms = now_ms - _DAY_MS
        of_nodes = col(CameraRow.node).in_(select(NodeRow.id).where(col(NodeRow.enabled).is_(True)))
        async with self._database.reading() as session:
            suppressed, shelved = await _kept_back(session, now_ms)
            messages, oldest_ms = await _messages(session)
            led, workers = await self._leases(session, now_ms)
            scrub = scrub_of(await session.get(UpkeepRow, NAME))
            return Counts(
                raised=await session.scalar(select(SiteRow.last_alarm_number).where(SiteRow.id == self._site)) or 0,
                open=await _open(session),
                suppressed=suppressed,
                shelved=shelved,
                nodes=await _nodes(session, now_ms),
                cameras=await _counted(session, col(CameraRow.state), col(CameraRow.present).is_(True), of_nodes),
                runs=await _counted(session, col(RunRow.state), col(RunRow.state).in_(("announced", "uploaded"))),
                channels=await _channels(session),
                messages=messages,
                messages_oldest_s=0.0 if oldest_ms is None else max(0, now_ms - oldest_ms) / 1000,
                messages_day=await _counted(session, col(DeliveryRow.state), col(DeliveryRow.done_ms) >= day_ms),
                questions_day=await _questions(session, day_ms),
                led=led,
                workers=workers,
                backup_age_s=await _age_s(session, "backup.create", now_ms),
                tried_age_s=await _age_s(session, "backup.try", now_ms),
                scrub_wrong=len(scrub.wrong),
                scrub_age_s=None if scrub.whole_ms is None else max(0, now_ms - scrub.whole_ms) / 1000,
                audit_waits_s=await _audit_waits_s(session, now_ms),
                audit_head_s=await _audit_head_s(session, now_ms),
            )

    async def _leases(self, session: AsyncSession, now_ms: int) -> tuple[dict[str, bool], int]:
        """Which tasks of this site somebody leads, and how many workers are there."""
        led: dict[str, bool] = {}
        workers = 0
        for row in await session.scalars(select(LeaseRow)):
            if row.name.startswith(WORKER):
                workers += row.until_ms >= now_ms
            elif row.name.endswith(f":{self._site}"):
                led[row.name.removesuffix(f":{self._site}")] = row.until_ms >= now_ms
        return led, workers


async def _age_s(session: AsyncSession, what: str, now_ms: int) -> float | None:
    """Since the audit last told of it, and of no fault with it."""
    since = col(AuditRow.at) >= to_datetime(now_ms - _BACKUPS_MS)
    query = select(AuditRow).where(since, col(AuditRow.what) == what).order_by(col(AuditRow.at).desc())
    for row in await session.scalars(query.limit(_TRIES)):
        if not row.detail.get("faults"):
            return max(0.0, now_ms / 1000 - row.at.timestamp())
    return None


async def _audit_waits_s(session: AsyncSession, now_ms: int) -> float:
    """For how long the oldest entry behind the newest sealed one has waited for its seal."""
    sealed = select(func.coalesce(func.max(AuditSealRow.entry), 0)).scalar_subquery()
    waits = select(AuditRow.at).where(col(AuditRow.id) > sealed).order_by(col(AuditRow.id)).limit(1)
    at = await session.scalar(waits)
    return 0.0 if at is None else max(0.0, now_ms / 1000 - at.timestamp())


async def _audit_head_s(session: AsyncSession, now_ms: int) -> float | None:
    """Since when the newest signed day is over; a day that is still to come is none (a clock was wrong once)."""
    today = to_datetime(now_ms).date()
    day = await session.scalar(select(func.max(AuditHeadRow.day)).where(col(AuditHeadRow.day) < today))
    if day is None:
        return None
    over = datetime.combine(day + timedelta(days=1), time(), UTC)
    return max(0.0, now_ms / 1000 - over.timestamp())


async def _open(session: AsyncSession) -> Mapping[tuple[str, str], int]:
    query = (
        select(AlarmRow.severity, AlarmRow.state, func.count())
        .where(col(AlarmRow.state).in_(OPEN_STATES), col(AlarmRow.suppressed).is_(False))
        .group_by(col(AlarmRow.severity), col(AlarmRow.state))
    )
    return {(severity, state): count for severity, state, count in await session.execute(query)}


async def _kept_back(session: AsyncSession, now_ms: int) -> tuple[int, int]:
    """Open alarms that are suppressed, and those that are shelved."""
    suppressed = sa.case((col(AlarmRow.suppressed).is_(True), 1), else_=0)
    shelved = sa.case((col(AlarmRow.shelved_until) > to_datetime(now_ms), 1), else_=0)
    query = select(func.sum(suppressed), func.sum(shelved)).where(col(AlarmRow.state).in_(OPEN_STATES))
    found = (await session.execute(query)).one()
    return int(found[0] or 0), int(found[1] or 0)


async def _nodes(session: AsyncSession, now_ms: int) -> tuple[NodeCount, ...]:
    rows = await session.scalars(select(NodeRow).order_by(col(NodeRow.id)))
    ends = await _certificate_ends(session)
    return tuple(_node(row, now_ms, ends.get(row.id)) for row in rows)


async def _certificate_ends(session: AsyncSession) -> dict[str, datetime]:
    """Until when the newest certificate of each node is good."""
    query = (
        select(CertificateRow.node, func.max(CertificateRow.ends_at))
        .where(col(CertificateRow.revoked_at).is_(None))
        .group_by(col(CertificateRow.node))
    )
    return {str(node): ends_at for node, ends_at in await session.execute(query)}


def _node(row: NodeRow, now_ms: int, ends_at: datetime | None) -> NodeCount:
    silent_s = None if row.last_seen_at is None else max(0, now_ms - row.last_seen_at.timestamp() * 1000) / 1000
    heard = row.state == "online" and silent_s is not None and silent_s * 1000 < SILENT_MS
    state: Literal["online", "away", "disabled"] = "disabled" if not row.enabled else "online" if heard else "away"
    health: Mapping[str, Any] = row.health or {}
    if health.get("agent_start") != row.agent_start:
        health = {}  # of an earlier start: that is over
    return NodeCount(
        row.id,
        state,
        silent_s,
        health.get("outbox_facts"),
        health.get("outbox_oldest_s"),
        health.get("uploads_waiting"),
        health.get("uploads_waiting_bytes"),
        None if ends_at is None else ends_at.timestamp() - now_ms / 1000,
        health.get("disk_free_bytes"),
        _clock_off_s(health),
        health.get("temperature_c"),
        bool(health.get("throttled_now")) if health else None,
        tuple(_camera(one) for one in health.get("cameras", ())) if heard else (),
    )


def _clock_off_s(health: Mapping[str, Any]) -> float | None:
    """The offset with its uncertainty: what it is off at the worst."""
    offset_ms, error_ms = health.get("clock_offset_ms"), health.get("clock_error_ms")
    return None if offset_ms is None else (abs(offset_ms) + (error_ms or 0)) / 1000


def _camera(told: Mapping[str, Any]) -> CameraCount:
    age_ms = told.get("frame_age_ms")
    return CameraCount(
        str(told["id"]),
        told.get("state") == "live",
        None if age_ms is None else age_ms / 1000,
        told.get("ring_s", 0.0),
        bool(told.get("ring_short")),
        told.get("tamper", ""),
    )


async def _channels(session: AsyncSession) -> dict[str, Literal["well", "dead", "off"]]:
    rows = await session.scalars(select(DestinationRow).order_by(col(DestinationRow.name)))
    return {row.name: "off" if not row.enabled else "well" if row.dead_since is None else "dead" for row in rows}


async def _messages(session: AsyncSession) -> tuple[dict[str, int], int | None]:
    """What waits or is being sent, and since when the oldest."""
    query = (
        select(DeliveryRow.state, func.count(), func.min(DeliveryRow.created_ms))
        .where(col(DeliveryRow.state).in_(("waiting", "sending")))
        .group_by(col(DeliveryRow.state))
    )
    found = (await session.execute(query)).all()
    return {state: count for state, count, _ in found}, min((oldest for _, _, oldest in found), default=None)


async def _counted(session: AsyncSession, column: Any, *where: Any) -> dict[str, int]:
    """How many rows there are of each value of a column."""
    query = select(column, func.count()).where(*where).group_by(column)
    return {str(value): count for value, count in await session.execute(query)}


async def _questions(session: AsyncSession, from_ms: int) -> dict[tuple[str, str], int]:
    query = (
        select(EnrichmentRow.kind, EnrichmentRow.state, func.count())
        .join(AlarmRow, col(AlarmRow.id) == col(EnrichmentRow.alarm))
        .where(col(AlarmRow.raised_at) >= to_datetime(from_ms))
        .group_by(col(EnrichmentRow.kind), col(EnrichmentRow.state))
    )
    return {(kind, state): count for kind, state, count in await session.execute(query)}
