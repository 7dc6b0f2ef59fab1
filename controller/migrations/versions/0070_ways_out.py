"""What an administrator said of each way out of the site."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision: str | None = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "way_out",
        sa.Column(
            "kind",
            sa.String(),
            nullable=False,
            comment="of core.ways_out, or taken_over: those of the settings were opened once",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="destination, or setting"),
        sa.Column("open", sa.Boolean(), nullable=False, comment="whether anything may leave there"),
        sa.Column("leads", sa.Text(), nullable=False, comment="where it led then, without any secret"),
        sa.Column("leads_sha256", sa.String(), nullable=False, comment="of kind, name and where it led, hex"),
        sa.Column("who", sa.String(), nullable=False, comment="user name, or system"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("reason", sa.Text(), nullable=False, comment="as they gave it"),
        sa.PrimaryKeyConstraint("kind", "name"),
    )


def downgrade() -> None:
    op.drop_table("way_out")
