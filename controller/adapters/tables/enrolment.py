"""Nodes on their way in, and the certificates of those that are in."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import UtcDateTime, column


class InvitationRow(SQLModel, table=True):
    """One invitation of a node, from its making to its end."""

    __tablename__ = "invitation"
    id: str = column("UUIDv7", primary_key=True)
    node: str = column("node id", index=True)
    proof_sha256: str = column("of the token's secret, hex", index=True, unique=True)
    state: str = column("invited | waiting | approved | fetched | rejected | void | expired")
    until: datetime = column("when it runs out as it stands, UTC", UtcDateTime)
    cameras: str = column("cameras that the node begins with; sealed, for addresses may hold a password", sa.Text)
    fingerprint: str | None = column("SHA-256 of the asking key's DER, hex", default=None)
    public_key_pem: str | None = column("Ed25519 key that asked, PEM", sa.Text, default=None)
    address: str = column("where it asked from", default="")
    asked_at: datetime | None = column("UTC", UtcDateTime, default=None)
    invited_by: str = column("user name")
    invited_at: datetime = column("UTC", UtcDateTime)
    decided_by: str = column("user name", default="")
    decided_at: datetime | None = column("UTC", UtcDateTime, default=None)


class CertificateRow(SQLModel, table=True):
    """A certificate that the site's CA gave to a node."""

    __tablename__ = "node_certificate"
    serial: str = column("its serial number, hex", primary_key=True)
    node: str = column("node id", index=True)
    fingerprint: str = column("SHA-256 of the public key's DER, hex")
    pem: str = column("the certificate, PEM", sa.Text)
    issued_at: datetime = column("UTC", UtcDateTime)
    ends_at: datetime = column("UTC", UtcDateTime)
    revoked_at: datetime | None = column("UTC", UtcDateTime, default=None)
    why: str = column("why it was revoked", default="")
