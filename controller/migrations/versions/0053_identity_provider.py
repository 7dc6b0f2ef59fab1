"""Who logs in by an identity provider, what it knows their sessions by, and which of its answers were used."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision: str | None = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_account") as user:
        user.add_column(
            sa.Column(
                "issuer",
                sa.String(),
                nullable=True,
                comment="identity provider that logs them in; none: a password does",
            )
        )
        user.add_column(sa.Column("subject", sa.String(), nullable=True, comment="who they are there"))
    op.create_index("ix_user_account_provided", "user_account", ["issuer", "subject"], unique=True)
    with op.batch_alter_table("login_session") as session:
        session.add_column(
            sa.Column(
                "provider_sid",
                sa.String(),
                nullable=True,
                comment="the identity provider's own session, where it tells one",
            )
        )
        session.add_column(
            sa.Column(
                "id_token",
                sa.Text(),
                nullable=True,
                comment="by what it is told of a logout, sealed under the site's key",
            )
        )
    op.create_table(
        "spent_answer",
        sa.Column(
            "id", sa.String(), nullable=False, comment="SHA-256 of a trip's state or of a logout token's id, hex"
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="counts for nothing after that, UTC"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_spent_answer_ends_at", "spent_answer", ["ends_at"])


def downgrade() -> None:
    op.drop_table("spent_answer")
    with op.batch_alter_table("login_session") as session:
        session.drop_column("id_token")
        session.drop_column("provider_sid")
    op.drop_index("ix_user_account_provided", "user_account")
    with op.batch_alter_table("user_account") as user:
        user.drop_column("subject")
        user.drop_column("issuer")
