"""Ledger entries carry their node's signature and its gaps; a node's keys are kept when it gets another one."""

import hashlib

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

revision = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "node_key",
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("fingerprint", sa.String(), nullable=False, comment="SHA-256 of the public key's DER, hex"),
        sa.Column("public_key_pem", sa.Text(), nullable=False, comment="Ed25519 public key, PEM"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("node", "fingerprint"),
    )
    keys = sa.table(
        "node_key", sa.column("node"), sa.column("fingerprint"), sa.column("public_key_pem"), sa.column("since")
    )
    nodes = sa.table("node", sa.column("id"), sa.column("public_key_pem"), sa.column("created_at"))
    known = op.get_bind().execute(sa.select(nodes).where(nodes.c.public_key_pem.is_not(None))).all()
    for node, pem, created_at in known:
        der = load_pem_public_key(pem.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        mark = hashlib.sha256(der).hexdigest()
        op.execute(keys.insert().values(node=node, fingerprint=mark, public_key_pem=pem, since=created_at))
    with op.batch_alter_table("ledger") as ledger:
        ledger.add_column(
            sa.Column(
                "gaps",
                sa.JSON(none_as_null=True),
                nullable=True,
                comment="Gap list as its node told it, JSON; none: told before these were kept",
            )
        )
        ledger.add_column(
            sa.Column(
                "signature",
                sa.String(),
                nullable=True,
                comment="under the entry hash, Ed25519, base64; none: the node does not sign",
            )
        )
        ledger.add_column(
            sa.Column(
                "signer",
                sa.String(),
                nullable=True,
                comment="fingerprint of the node's key that the signature fits; none: it fits none of them",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("ledger") as ledger:
        ledger.drop_column("signer")
        ledger.drop_column("signature")
        ledger.drop_column("gaps")
    op.drop_table("node_key")
