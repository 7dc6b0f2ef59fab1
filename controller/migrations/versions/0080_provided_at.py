"""When an identity provider logged somebody in last: keys of who was known before go on as if it had been now."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision: str | None = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_account") as user:
        user.add_column(
            sa.Column(
                "provided_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="when it logged them in last, UTC; none: it lets them in no more, or a password does",
            )
        )
    op.execute("UPDATE user_account SET provided_at = CURRENT_TIMESTAMP WHERE issuer IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("user_account") as user:
        user.drop_column("provided_at")
