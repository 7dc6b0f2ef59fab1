"""Saved layouts of the live wall."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wall_layout",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column(
            "owner",
            sa.String(),
            nullable=False,
            comment="user name whose own it is; empty: the site's, seen by everybody",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="as people call it"),
        sa.Column("tiles", sa.Integer(), nullable=False, comment="on one page: 1 | 4 | 6 | 9 | 12 | 16"),
        sa.Column(
            "cameras",
            sa.JSON(),
            nullable=False,
            comment="node.camera by place, page after page; null: a free tile, JSON",
        ),
        sa.Column("turn_s", sa.Integer(), nullable=False, comment="pages turn by themselves, seconds; 0: they do not"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner", "name", name="uq_wall_layout_name"),
    )


def downgrade() -> None:
    op.drop_table("wall_layout")
