"""Nodes ask to be let in, and have certificates."""

import sqlalchemy as sa
from alembic import op

from controller.adapters.tables.columns import UtcDateTime

revision = "0039"
down_revision: str | None = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(), primary_key=True, nullable=False, comment="UUIDv7"),
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("proof_sha256", sa.String(), nullable=False, comment="of the token's secret, hex"),
        sa.Column(
            "state",
            sa.String(),
            nullable=False,
            comment="invited | waiting | approved | fetched | rejected | void | expired",
        ),
        sa.Column("until", UtcDateTime(), nullable=False, comment="when it runs out as it stands, UTC"),
        sa.Column(
            "cameras",
            sa.Text(),
            nullable=False,
            comment="cameras that the node begins with; sealed, for addresses may hold a password",
        ),
        sa.Column("fingerprint", sa.String(), nullable=True, comment="SHA-256 of the asking key's DER, hex"),
        sa.Column("public_key_pem", sa.Text(), nullable=True, comment="Ed25519 key that asked, PEM"),
        sa.Column("address", sa.String(), nullable=False, comment="where it asked from"),
        sa.Column("asked_at", UtcDateTime(), nullable=True, comment="UTC"),
        sa.Column("invited_by", sa.String(), nullable=False, comment="user name"),
        sa.Column("invited_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column("decided_by", sa.String(), nullable=False, comment="user name"),
        sa.Column("decided_at", UtcDateTime(), nullable=True, comment="UTC"),
    )
    op.create_index("ix_invitation_node", "invitation", ["node"])
    op.create_index("ix_invitation_proof_sha256", "invitation", ["proof_sha256"], unique=True)
    op.create_table(
        "node_certificate",
        sa.Column("serial", sa.String(), primary_key=True, nullable=False, comment="its serial number, hex"),
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("fingerprint", sa.String(), nullable=False, comment="SHA-256 of the public key's DER, hex"),
        sa.Column("pem", sa.Text(), nullable=False, comment="the certificate, PEM"),
        sa.Column("issued_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column("ends_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column("revoked_at", UtcDateTime(), nullable=True, comment="UTC"),
        sa.Column("why", sa.String(), nullable=False, comment="why it was revoked"),
    )
    op.create_index("ix_node_certificate_node", "node_certificate", ["node"])


def downgrade() -> None:
    op.drop_table("node_certificate")
    op.drop_table("invitation")
