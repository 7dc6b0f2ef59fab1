"""`NodeConfigs`: versions of the settings that are wanted of nodes, and what the nodes say of them."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.changes import compared
from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, NodeConfigReportRow, NodeConfigRow, NodeRow
from controller.core.node_settings import DesiredSettings
from controller.errors import Conflict, Missing
from controller.ports import State
from shared.clock import Clock
from shared.commands import ConfigReported
from shared.ids import NodeId
from shared.texts import say


class SqlNodeConfigs:
    """Two tables; a node's row is locked while it gets a version."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def state(self, node: NodeId) -> State:
        async with self._database.reading() as session:
            await _node(session, node)
            newest = await _newest(session, node)
            report = await session.get(NodeConfigReportRow, node)
            return {
                "node": node,
                "version": 0 if newest is None else newest.version,
                "settings": {} if newest is None else newest.settings,
                "at": None if newest is None else newest.at,
                "who": "" if newest is None else newest.who,
                "reported": None if report is None else report.model_dump(exclude={"node"}),
            }

    async def add(
        self, node: NodeId, settings: Mapping[str, Any], *, expected_version: int | None, who: str, address: str
    ) -> DesiredSettings:
        async with self._database.writing() as session:
            await _node(session, node, lock=True)
            newest = await _newest(session, node)
            known = 0 if newest is None else newest.version
            if expected_version is not None and expected_version != known:
                raise Conflict("version", say("settings_changed", version=known))
            report = await session.get(NodeConfigReportRow, node)
            version = max(known, 0 if report is None else report.version) + 1
            row = NodeConfigRow(node=node, version=version, settings=dict(settings), at=self._clock.now(), who=who)
            session.add(row)
            detail = {"version": version, **compared(None if newest is None else newest.settings, settings)}
            session.add(self._audit("node.config", node, who, address, detail))
        return DesiredSettings(node, version, settings)

    async def unanswered(self) -> tuple[DesiredSettings, ...]:
        async with self._database.reading() as session:
            said = await session.execute(select(NodeConfigReportRow.node, NodeConfigReportRow.version))
            known: dict[str, int] = {row[0]: row[1] for row in said}
            return tuple(one for one in await _all_newest(session) if known.get(one.node, 0) < one.version)

    async def newest(self) -> tuple[DesiredSettings, ...]:
        async with self._database.reading() as session:
            return await _all_newest(session)

    async def report(self, report: ConfigReported) -> None:
        async with self._database.writing() as session:
            node = await session.get(NodeRow, report.node)
            if node is None or not node.enabled:
                return
            row = await session.get(NodeConfigReportRow, report.node, with_for_update=True)
            said: dict[str, Any] = {
                "version": report.version,
                "state": report.state,
                "running": report.running,
                "reason": report.reason.replace("\0", ""),
            }
            if row is None:
                session.add(NodeConfigReportRow(node=report.node, at=self._clock.now(), **said))
            elif any(getattr(row, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(row, name, value)
                row.at = self._clock.now()

    async def note_order(self, node: NodeId, kind: str, who: str, address: str) -> None:
        async with self._database.writing() as session:
            await _node(session, node)
            session.add(self._audit(f"node.{kind}", node, who, address, {}))

    def _audit(self, what: str, node: NodeId, who: str, address: str, detail: dict[str, Any]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=node, address=address, detail=detail)


async def _node(session: AsyncSession, node: NodeId, *, lock: bool = False) -> NodeRow:
    row = await session.get(NodeRow, node, with_for_update=lock)
    if row is None:
        raise Missing("node", say("unknown", key=node))
    return row


async def _newest(session: AsyncSession, node: NodeId) -> NodeConfigRow | None:
    query = select(NodeConfigRow).where(NodeConfigRow.node == node).order_by(col(NodeConfigRow.version).desc())
    return (await session.scalars(query.limit(1))).first()


async def _all_newest(session: AsyncSession) -> tuple[DesiredSettings, ...]:
    largest = (
        select(col(NodeConfigRow.node), sa.func.max(NodeConfigRow.version).label("version"))
        .group_by(col(NodeConfigRow.node))
        .subquery()
    )
    query = (
        select(NodeConfigRow)
        .join(
            largest,
            sa.and_(NodeConfigRow.node == largest.c.node, NodeConfigRow.version == largest.c.version),  # type: ignore[arg-type]
        )
        .join(NodeRow, col(NodeRow.id) == NodeConfigRow.node)
        .where(col(NodeRow.enabled))
        .order_by(col(NodeConfigRow.node))
    )
    rows = await session.scalars(query)
    return tuple(DesiredSettings(NodeId(row.node), row.version, row.settings) for row in rows)
