"""Who is logged in, and who guesses, is kept in rows."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision: str | None = "0033"
branch_labels = None
depends_on = None
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.String(), nullable=False, comment="SHA-256 of the secret in its cookie, hex"),
        sa.Column("username", sa.String(), nullable=False, comment="whose it is"),
        sa.Column(
            "epoch",
            sa.Integer(),
            nullable=False,
            comment="the user's when it began; another one since then: it is void",
        ),
        sa.Column("address", sa.String(), nullable=False, comment="where it began"),
        sa.Column("agent", sa.String(), nullable=False, comment="what the browser says it is, shortened"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="last use, to the minute, UTC"),
        sa.Column(
            "proven_at", sa.DateTime(timezone=True), nullable=False, comment="when they said last who they are, UTC"
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="at the latest, UTC"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_login_session_username", "login_session", ["username"])
    op.create_table(
        "login_try",
        sa.Column("who", sa.String(), nullable=False, comment="name that was given; *: any; code: a one-time code"),
        sa.Column("address", sa.String(), nullable=False, comment="where from; *: anywhere"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="in a row; 0: one is being looked at"),
        sa.Column("last_ms", BIG, nullable=False, comment="when last, Unix ms"),
        sa.PrimaryKeyConstraint("who", "address"),
    )
    op.create_index("ix_login_try_last_ms", "login_try", ["last_ms"])


def downgrade() -> None:
    op.drop_table("login_try")
    op.drop_table("login_session")
