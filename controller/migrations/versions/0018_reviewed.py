"""What each person has looked through already."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reviewed",
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("subject", sa.String(), nullable=False, comment="id of the alarm or event"),
        sa.Column("kind", sa.String(), nullable=False, comment="alarm | event"),
        sa.Column(
            "occurrences",
            BIG,
            nullable=False,
            comment="how many the alarm had; with more it is to be looked at again; 0: an event",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("who", "subject"),
    )


def downgrade() -> None:
    op.drop_table("reviewed")
