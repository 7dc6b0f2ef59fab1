"""Keys by which programs ask in somebody's name."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision: str | None = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), nullable=False, comment="part of the key that may be shown, hex"),
        sa.Column("owner", sa.String(), nullable=False, comment="in whose name it asks"),
        sa.Column("name", sa.String(), nullable=False, comment="what it is for, as its owner calls it"),
        sa.Column("secret_sha256", sa.String(), nullable=False, comment="of the secret part, hex"),
        sa.Column("role", sa.String(), nullable=False, comment="it is kept to: admin | operator | viewer"),
        sa.Column(
            "cameras", sa.JSON(), nullable=True, comment="it is kept to, or nodes, JSON; none: all of its owner's"
        ),
        sa.Column("rights", sa.JSON(), nullable=True, comment="to those cameras, JSON; none: all of its owner's"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="last use, to ten minutes, UTC"),
        sa.Column("used_from", sa.String(), nullable=False, comment="address of that use"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_api_key_owner", "api_key", ["owner"])


def downgrade() -> None:
    op.drop_table("api_key")
