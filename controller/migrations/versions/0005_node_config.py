"""Settings that are wanted of nodes, and what the nodes say of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "node_config",
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("version", BIG, nullable=False, comment="grows with every change of this node's"),
        sa.Column("settings", sa.JSON(), nullable=False, comment="what is laid over the node's own file, JSON"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("node", "version"),
    )
    op.create_table(
        "node_config_report",
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("version", BIG, nullable=False, comment="the version that it speaks of; 0: it did not understand it"),
        sa.Column("state", sa.String(), nullable=False, comment="applying | applied | refused | rolled-back"),
        sa.Column("running", BIG, nullable=False, comment="the version that runs; 0: the node's own file alone"),
        sa.Column("reason", sa.String(), nullable=False, comment="why not"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="when it came in, UTC"),
        sa.PrimaryKeyConstraint("node"),
    )


def downgrade() -> None:
    op.drop_table("node_config_report")
    op.drop_table("node_config")
