"""Node status and health into node and camera rows; returns the feed rows of what changed."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from controller.adapters.states import State, camera_states, node_states
from controller.adapters.tables import CameraRow, NodeRow
from controller.core.rivals import Starts, hear
from shared.errors import Rejected
from shared.ids import CameraId, node_of
from shared.messages import NodeHealth, NodeStatus

Feed = list[tuple[str, State]]


async def take_status(session: AsyncSession, status: NodeStatus, now: datetime) -> Feed:
    """Take a node's retained status or its last will (which names no cameras and changes none)."""
    node = await _node(session, status.node, now)
    if not node.enabled:
        return []
    node.state, node.version, node.agent_start = status.state, status.version or node.version, status.agent_start
    node.status = _json(status)
    if status.state == "online":
        node.last_seen_at = now
        _hear(node, status.agent_start, now)
        await _take_cameras(session, status, now)
    await session.flush()
    cameras = (await session.scalars(select(CameraRow).where(CameraRow.node == node.id).order_by(CameraRow.id))).all()
    return [
        *(("camera", state) for state in await camera_states(session, cameras)),
        *(("node", state) for state in await node_states(session, [node])),
    ]


async def take_health(session: AsyncSession, health: NodeHealth, now: datetime, *, feed_due: bool) -> Feed:
    """Take a node's health. A camera whose state changed is told at once, the node itself when `feed_due`."""
    node = await _node(session, health.node, now)
    if not node.enabled:
        return []
    was_offline = node.state != "online"
    _hear(node, health.agent_start, now)
    node.health, node.last_seen_at, node.state = _json(health), now, "online"
    rows = {row.id: row for row in await session.scalars(select(CameraRow).where(CameraRow.node == node.id))}
    changed: list[CameraRow] = []
    for camera in health.cameras:
        row = rows.get(camera.id)
        if row is None:
            continue
        row.last_seen_at = now
        if camera.state in {"starting", "live", "stalled", "restarting", "refused"} and row.state != camera.state:
            row.state, row.reason = camera.state, camera.last_error if camera.state != "live" else ""
            changed.append(row)
    await session.flush()
    feed: Feed = [
        ("camera", state) for state in await camera_states(session, list(rows.values()) if was_offline else changed)
    ]
    if feed_due or was_offline:
        feed += [("node", state) for state in await node_states(session, [node])]
    return feed


def starts_of(node: NodeRow) -> Starts:
    """What was heard of a node's starts."""
    known = node.starts
    return Starts() if known is None else Starts(**{**known, "heard": tuple(known["heard"])})


def _hear(node: NodeRow, start: str, now: datetime) -> None:
    """A last will says nothing of who is there: it comes when the other has the connection already."""
    known = starts_of(node)
    heard = hear(known, start, round(now.timestamp() * 1000))
    if heard is not known:
        node.starts = {**asdict(heard), "heard": list(heard.heard)}


async def _take_cameras(session: AsyncSession, status: NodeStatus, now: datetime) -> None:
    rows = {row.id: row for row in await session.scalars(select(CameraRow).where(CameraRow.node == status.node))}
    named = {camera.id for camera in status.cameras if node_of(CameraId(camera.id)) == status.node}
    for row in rows.values():
        row.present = row.id in named
    for camera in status.cameras:
        if camera.id not in named:
            continue
        row = rows.get(camera.id) or CameraRow(id=camera.id, node=status.node)
        row.state, row.reason, row.source, row.codec = camera.state, camera.reason, camera.source, camera.codec
        row.width_px, row.height_px, row.fps, row.has_sub = camera.width, camera.height, camera.fps, camera.has_sub
        row.has_audio = camera.has_audio
        row.present, row.last_seen_at = True, now
        rows[camera.id] = row
        session.add(row)


async def _node(session: AsyncSession, node: str, now: datetime) -> NodeRow:
    row = await session.get(NodeRow, node, with_for_update=True)
    if row is None:
        row = NodeRow(id=node, created_at=now)
        session.add(row)
    return row


def _json(message: BaseModel) -> dict[str, Any]:
    document: dict[str, Any] = message.model_dump(mode="json", by_alias=True)
    try:
        text = json.dumps(document, allow_nan=False)
    except ValueError:
        raise Rejected("payload", "holds a number that is not finite") from None
    if "\\u0000" in text:
        raise Rejected("payload", "holds a NUL character")
    return document
