"""Second factors and their recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision: str | None = "0041"
branch_labels = None
depends_on = None
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("user_account") as user:
        user.add_column(
            sa.Column(
                "second_factor",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="has an authenticator that counts",
            )
        )
    with op.batch_alter_table("user_account") as user:  # by itself: the rows there are have their value by then
        user.alter_column("second_factor", server_default=None)
    op.create_table(
        "second_factor",
        sa.Column("username", sa.String(), nullable=False, comment="whose it is"),
        sa.Column("sealed", sa.Text(), nullable=False, comment="its secret, sealed under the site's key"),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a first code of it was right, UTC; none: not yet",
        ),
        sa.Column("step", BIG, nullable=False, comment="the last step of 30 s that was used"),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "recovery_code",
        sa.Column(
            "code_hmac", sa.String(), nullable=False, comment="HMAC-SHA256 of the code under the site's key, hex"
        ),
        sa.Column("username", sa.String(), nullable=False, comment="whose it is"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="UTC"),
        sa.PrimaryKeyConstraint("code_hmac"),
    )
    op.create_index("ix_recovery_code_username", "recovery_code", ["username"])


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    with op.batch_alter_table("user_account") as user:
        user.drop_column("second_factor")
