"""Which machines run a site's roles, and by what their keys are known; a lease's token grows when it is taken."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision: str | None = "0081"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = "grows with every take and renewal"
_NOW = "grows with every take"


def upgrade() -> None:
    op.create_table(
        "machine",
        sa.Column("name", sa.String(), nullable=False, comment="host and data directory"),
        sa.Column("keys", sa.JSON(), nullable=False, comment="what each key is known by, JSON"),
        sa.Column("seen_ms", _BIG, nullable=False, comment="Unix ms"),
        sa.PrimaryKeyConstraint("name"),
    )
    _comment(_BEFORE, _NOW)


def downgrade() -> None:
    _comment(_NOW, _BEFORE)
    op.drop_table("machine")


def _comment(before: str, now: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "lease",
            "token",
            existing_type=sa.BigInteger(),
            existing_nullable=False,
            comment=now,
            existing_comment=before,
        )
