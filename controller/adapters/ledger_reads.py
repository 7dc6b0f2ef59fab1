"""The ledgers as nodes told them, and the keys that signed them: for checks."""

from sqlmodel import col, func, select, tuple_

from controller.adapters.database import Database
from controller.adapters.tables import CameraRow, LedgerRow, NodeKeyRow
from controller.core.ledger_check import KeptEntry
from shared.ids import CameraId, NodeId


class SqlLedgerReads:
    """`LedgerReads` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cameras(self) -> list[CameraId]:
        """Every camera that was ever told of."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(CameraRow.id).order_by(col(CameraRow.id)))
            return [CameraId(camera) for camera in rows]

    async def keys(self, node: NodeId) -> list[str]:
        """Every public key that the node has or had, PEM."""
        async with self._database.reading() as session:
            query = select(NodeKeyRow.public_key_pem).where(col(NodeKeyRow.node) == node)
            return list(await session.scalars(query.order_by(col(NodeKeyRow.since).desc())))

    async def entries(
        self, camera: CameraId, from_ms: int, to_ms: int, after: tuple[int, str], limit: int
    ) -> list[KeptEntry]:
        """Entries of [from_ms, to_ms) behind a minute and chain, in that order."""
        place = tuple_(col(LedgerRow.minute_ms), col(LedgerRow.chain))
        query = (
            select(LedgerRow)
            .where(col(LedgerRow.camera) == camera, place > after)
            .where(col(LedgerRow.minute_ms) >= from_ms, col(LedgerRow.minute_ms) < to_ms)
            .order_by(col(LedgerRow.minute_ms), col(LedgerRow.chain))
            .limit(limit)
        )
        async with self._database.reading() as session:
            return [_entry(row) for row in await session.scalars(query)]

    async def heads(self, before_ms: int) -> dict[str, list[KeptEntry]]:
        """The newest entry before a time of each camera's each chain that ends in its newest minute."""
        newest = select(LedgerRow.camera, func.max(LedgerRow.minute_ms)).where(col(LedgerRow.minute_ms) < before_ms)
        newest = newest.group_by(col(LedgerRow.camera))
        found: dict[str, list[KeptEntry]] = {}
        async with self._database.reading() as session:
            for camera, minute_ms in (await session.execute(newest)).all():
                rows = select(LedgerRow).where(LedgerRow.camera == camera, LedgerRow.minute_ms == minute_ms)
                found[camera] = [_entry(row) for row in await session.scalars(rows.order_by(col(LedgerRow.chain)))]
        return found


def _entry(row: LedgerRow) -> KeptEntry:
    return KeptEntry(
        row.camera, row.minute_ms, row.chain, row.previous, row.entry, row.segments, row.gaps, row.signature, row.signer
    )
