"""Destinations of exports besides the browser."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = "waiting | retrieving (from nodes) | running | done | failed | cancelled | deleted"
_MORE_STATES = "waiting | retrieving (from nodes) | running | sending | done | failed | cancelled | deleted"


def upgrade() -> None:
    op.create_table(
        "export_target",
        sa.Column("name", sa.String(), nullable=False, comment="by which people choose it"),
        sa.Column("endpoint", sa.String(), nullable=False, comment="http(s)://host[:port]"),
        sa.Column("bucket", sa.String(), nullable=False, comment="it must exist"),
        sa.Column(
            "prefix",
            sa.String(),
            nullable=False,
            comment="folders before the names of its objects, each with its slash",
        ),
        sa.Column("region", sa.String(), nullable=False, comment="that requests are signed for"),
        sa.Column("sealed", sa.Text(), nullable=False, comment="access key and secret key, sealed"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("created_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("export") as table:
        table.alter_column("state", existing_type=sa.String(), existing_nullable=False, comment=_MORE_STATES)
        table.add_column(
            sa.Column(
                "target",
                sa.String(),
                nullable=True,
                comment="name of the destination that it is sent to; none: browsers fetch it",
            )
        )
        for name, comment in (
            ("bytes_to_send", "of its files; 0: it is not being sent"),
            ("bytes_sent", "that its destination gave back"),
        ):
            table.add_column(sa.Column(name, BIG, nullable=False, server_default="0", comment=comment))
        table.add_column(
            sa.Column(
                "sent_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="all of it is at its destination, UTC",
            )
        )
    with op.batch_alter_table("export") as table:
        for name in ("bytes_to_send", "bytes_sent"):
            table.alter_column(name, existing_type=BIG, existing_nullable=False, server_default=None)


def downgrade() -> None:
    op.execute(sa.text("UPDATE export SET state = 'running' WHERE state = 'sending'"))
    with op.batch_alter_table("export") as table:
        for name in ("sent_at", "bytes_sent", "bytes_to_send", "target"):
            table.drop_column(name)
        table.alter_column("state", existing_type=sa.String(), existing_nullable=False, comment=_STATES)
    op.drop_table("export_target")
