"""Answers to requests that may be sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("key", sa.String(), nullable=False, comment="as the asker chose it"),
        sa.Column("asked", sa.String(), nullable=False, comment="SHA-256 of method, path, role and body, hex"),
        sa.Column("asked_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column(
            "answer",
            sa.Text(),
            nullable=True,
            comment="status, media type and body, sealed; none: it is being answered",
        ),
        sa.PrimaryKeyConstraint("who", "key"),
    )
    op.create_index("ix_answer_asked", "answer", ["asked_ms"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_answer_asked", table_name="answer")
    op.drop_table("answer")
