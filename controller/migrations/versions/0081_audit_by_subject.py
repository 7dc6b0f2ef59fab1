"""What the audit says of one export, node or camera is found without reading all of it."""

from alembic import op

revision = "0081"
down_revision: str | None = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_subject", "audit")
