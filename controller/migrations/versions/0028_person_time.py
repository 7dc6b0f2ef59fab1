"""For how long rules saw those whom they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "person_time",
        sa.Column(
            "step", BIG, nullable=False, comment="quarter of an hour of Unix time in which the pictures were judged"
        ),
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("rule", sa.String(), nullable=False, comment="rule id"),
        sa.Column("rule_name", sa.String(), nullable=False, comment="as it was"),
        sa.Column("kind", sa.String(), nullable=False, comment="kind of the rule"),
        sa.Column("zone_name", sa.String(), nullable=True, comment="name of the zone, as it was"),
        sa.Column("judged_ms", BIG, nullable=False, comment="ms in force and judged, whoever was there"),
        sa.Column("present_ms", BIG, nullable=False, comment="ms in the zone, over everybody"),
        sa.Column("breach_ms", BIG, nullable=False, comment="of it, ms against the rule"),
        sa.Column("unknown_ms", BIG, nullable=False, comment="of it, ms in which nobody could tell"),
        sa.Column("tracks", BIG, nullable=False, comment="tracks that came into the zone"),
        sa.PrimaryKeyConstraint("step", "camera", "rule"),
    )
    op.add_column(
        "verdict",
        sa.Column(
            "person_time",
            sa.JSON(),
            nullable=True,
            comment="what it added to person_time, JSON; none: that was not counted yet",
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("verdict") as verdict:
        verdict.drop_column("person_time")
    op.drop_table("person_time")
