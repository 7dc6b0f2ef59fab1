"""How outputs were switched by hand, for a restart must not sound a siren that somebody silenced."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "output_hand",
        sa.Column("output", sa.String(), nullable=False, comment="name of the output"),
        sa.Column("is_on", sa.Boolean(), nullable=False, comment="switched on, or off"),
        sa.Column("at_ms", BIG, nullable=False, comment="when, Unix ms"),
        sa.PrimaryKeyConstraint("output"),
    )


def downgrade() -> None:
    op.drop_table("output_hand")
