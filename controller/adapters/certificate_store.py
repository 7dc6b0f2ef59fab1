"""The certificates of nodes in the database: which were given, which count no more."""

from datetime import datetime

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, CertificateRow, NodeRow
from controller.errors import Refused
from controller.ports.enrolment import Issued, Revoked
from shared.clock import Clock
from shared.ids import NodeId
from shared.texts import say


class SqlCertificates:
    """`CertificateBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, node: NodeId, issued: Issued, who: str, what: str, address: str) -> None:
        """Write down a certificate before anybody is given it; `Refused` for a node that is not let in any more."""
        async with self._database.writing() as session:
            row = await session.get(NodeRow, node, with_for_update=True)
            if row is None or not row.enabled:
                raise Refused("token", say("enrol_void"))
            session.add(
                CertificateRow(
                    serial=issued.serial,
                    node=node,
                    fingerprint=issued.fingerprint,
                    pem=issued.pem,
                    issued_at=self._clock.now(),
                    ends_at=issued.ends_at,
                )
            )
            detail = {"serial": issued.serial, "key": issued.fingerprint, "until": issued.ends_at.isoformat()}
            session.add(
                AuditRow(at=self._clock.now(), who=who, what=what, subject=node, detail=detail, address=address)
            )

    async def newest(self, node: NodeId, fingerprint: str, until: datetime | None = None) -> str | None:
        """PEM of the newest one for this key that counts; `until`: only one that is good for longer."""
        query = (
            select(CertificateRow)
            .where(
                CertificateRow.node == node,
                CertificateRow.fingerprint == fingerprint,
                col(CertificateRow.revoked_at).is_(None),
            )
            .order_by(col(CertificateRow.ends_at).desc(), col(CertificateRow.issued_at).desc())
            .limit(1)
        )
        if until is not None:
            query = query.where(CertificateRow.ends_at > until)
        async with self._database.reading() as session:
            row = await session.scalar(query)
            return None if row is None else row.pem

    async def revoke(self, node: NodeId, why: str, who: str, address: str, *, but: str | None = None) -> int:
        """How many certificates of this node count no more; those of the key `but` still do."""
        now = self._clock.now()
        query = select(CertificateRow).where(
            CertificateRow.node == node, col(CertificateRow.revoked_at).is_(None), CertificateRow.ends_at > now
        )
        if but is not None:
            query = query.where(CertificateRow.fingerprint != but)
        async with self._database.writing() as session:
            rows = (await session.scalars(query.with_for_update())).all()
            for row in rows:
                row.revoked_at, row.why = now, why
                detail = {"serial": row.serial, "why": why}
                session.add(AuditRow(at=now, who=who, what="node.revoke", subject=node, detail=detail, address=address))
            return len(rows)

    async def revoked(self) -> list[Revoked]:
        """Those that would still be good by their own dates."""
        query = select(CertificateRow).where(
            col(CertificateRow.revoked_at).is_not(None), CertificateRow.ends_at > self._clock.now()
        )
        async with self._database.reading() as session:
            rows = await session.scalars(query.order_by(col(CertificateRow.serial)))
            return [Revoked(row.serial, row.revoked_at) for row in rows if row.revoked_at is not None]

    async def ends(self) -> dict[str, datetime]:
        """Until when the newest certificate of each node is good."""
        query = select(CertificateRow).where(col(CertificateRow.revoked_at).is_(None))
        async with self._database.reading() as session:
            rows = await session.scalars(query.order_by(col(CertificateRow.ends_at)))
            return {row.node: row.ends_at for row in rows}
