"""What the watch looks at, from the rows of nodes, cameras and leases; and what stands already."""

from collections.abc import Sequence
from typing import cast, get_args

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.node_rows import starts_of
from controller.adapters.tables import AlarmRow, ArchiveRow, CameraRow, DestinationRow, LeaseRow, NodeRow
from controller.core.archive import Every, failing_since, late_since
from controller.core.conditions import CameraSigns, DeadChannel, FailingBackup, Key, MachineSigns, NodeSigns
from controller.core.records import SystemKind
from controller.core.rivals import rivals_since_ms
from shared.ids import CameraId, NodeId
from shared.messages import CameraHealth, NodeHealth

SYSTEM: tuple[SystemKind, ...] = get_args(SystemKind)
LASTING: tuple[SystemKind, ...] = tuple(kind for kind in SYSTEM if kind not in {"tamper", "footage_lost"})
"""Conditions that hold or do not; the others are told by facts, and end by facts."""


def rule_id(kind: SystemKind) -> str:
    """Where a rule's alarm has its rule's id. Ids of rules are UUIDs: none is ever this."""
    return f"system.{kind}"


async def ingesting(session: AsyncSession, site: str, now_ms: int) -> bool:
    """Whether somebody takes in what nodes tell."""
    row = await session.get(LeaseRow, f"ingest:{site}")
    return row is not None and row.until_ms >= now_ms


async def node_signs(session: AsyncSession, now_ms: int) -> tuple[NodeSigns, ...]:
    """Every node that is switched on and was heard at least once, with the cameras that it names."""
    nodes = await session.scalars(
        select(NodeRow).where(col(NodeRow.enabled).is_(True), col(NodeRow.last_seen_at).is_not(None))
    )
    cameras: dict[str, list[CameraRow]] = {}
    for camera in await session.scalars(
        select(CameraRow).where(col(CameraRow.present).is_(True)).order_by(CameraRow.id)
    ):
        cameras.setdefault(camera.node, []).append(camera)
    return tuple(_node(node, cameras.get(node.id, ()), now_ms) for node in nodes)


async def dead_channels(session: AsyncSession) -> tuple[DeadChannel, ...]:
    """Destinations that are switched on and that nothing gets through to."""
    rows = await session.scalars(
        select(DestinationRow)
        .where(col(DestinationRow.enabled).is_(True), col(DestinationRow.dead_since).is_not(None))
        .order_by(DestinationRow.name)
    )
    return tuple(
        DeadChannel(row.name, round(row.dead_since.timestamp() * 1000), row.last_error)
        for row in rows
        if row.dead_since
    )


async def failing_backups(session: AsyncSession, now_ms: int) -> tuple[FailingBackup, ...]:
    """Archives of which something failed last, and those that are overdue."""
    found: list[FailingBackup] = []
    for row in await session.scalars(select(ArchiveRow).order_by(col(ArchiveRow.name))):
        late_ms = late_since(row.next_ms, row.ok_ms, cast("Every", row.every), now_ms)
        since_ms = failing_since(row.failing_ms, late_ms)
        if since_ms is not None:
            found.append(FailingBackup(row.name, row.target, since_ms, row.fault if row.failing_ms else ""))
    return tuple(found)


async def standing(session: AsyncSession) -> frozenset[Key]:
    """The conditions that began and did not end, as their alarms say."""
    rows = await session.scalars(
        select(AlarmRow).where(
            col(AlarmRow.rule).in_([rule_id(kind) for kind in LASTING]), col(AlarmRow.end_ms).is_(None)
        )
    )
    return frozenset(key_of(row) for row in rows)


def key_of(row: AlarmRow) -> Key:
    """What an alarm about the system is about."""
    kind = next(kind for kind in SYSTEM if rule_id(kind) == row.rule)
    node = None if row.node is None else NodeId(row.node)
    return Key(kind, row.cause, node, None if row.camera is None else CameraId(row.camera))


def _node(row: NodeRow, cameras: Sequence[CameraRow], now_ms: int) -> NodeSigns:
    health = _health(row)
    told = {} if health is None else {camera.id: camera for camera in health.cameras}
    machine = None
    if health is not None:
        machine = MachineSigns(
            health.disk_free_bytes, health.throttled_now, health.clock_offset_ms, health.held_bytes_max
        )
    seen_ms = 0 if row.last_seen_at is None else round(row.last_seen_at.timestamp() * 1000)
    signs = tuple(_camera(camera, told.get(camera.id)) for camera in cameras)
    rivals_ms = rivals_since_ms(starts_of(row), now_ms)
    return NodeSigns(NodeId(row.id), row.state == "online", seen_ms, signs, machine, rivals_ms)


def _camera(row: CameraRow, health: CameraHealth | None) -> CameraSigns:
    camera = CameraId(row.id)
    if health is None:
        return CameraSigns(camera, row.state)
    return CameraSigns(camera, row.state, health.ring_short, health.ring_reach_s, health.ring_min_s, health.held_bytes)


def _health(row: NodeRow) -> NodeHealth | None:
    """The last health of this start of the agent; what an earlier one told is over."""
    try:
        health = None if row.health is None else NodeHealth.model_validate(row.health)
    except ValidationError:
        return None  # kept by another version of the program: the next is not far
    return health if health is not None and health.agent_start == row.agent_start else None
