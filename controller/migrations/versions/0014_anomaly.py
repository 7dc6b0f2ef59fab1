"""Scores of whole pictures: what a verdict knows of them, and that a watch lacks them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SCORES = "of whole pictures, as ScoreOut, JSON"
SINCE = "a rule asks for scores and has none since, Unix ms"
WHY = "what is wrong with their model; empty: none is named"


def upgrade() -> None:
    with op.batch_alter_table("verdict") as verdict:
        verdict.add_column(sa.Column("scores", sa.JSON(), nullable=False, server_default="[]", comment=SCORES))
    with op.batch_alter_table("verdict") as verdict:
        verdict.alter_column("scores", existing_type=sa.JSON(), server_default=None, existing_nullable=False)
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("unscored_ms", BIG, nullable=True, comment=SINCE))
        job.add_column(sa.Column("unscored_why", sa.Text(), nullable=False, server_default="", comment=WHY))
    with op.batch_alter_table("job") as job:
        job.alter_column("unscored_why", existing_type=sa.Text(), server_default=None, existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.drop_column("unscored_why")
        job.drop_column("unscored_ms")
    with op.batch_alter_table("verdict") as verdict:
        verdict.drop_column("scores")
