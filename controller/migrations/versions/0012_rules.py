"""Rules of every kind, their history, and why an alarm fired."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

OLD_KIND, KIND = "zone_intrusion | ppe_missing", "as in controller.core.records"
FIRST_KINDS = ("zone_intrusion", "ppe_missing")
DETAILS = "what only some kinds have, by its key in the rule file, JSON"
TEXTS = "the regulation by language, JSON"
WHY_LAST = "why it fired last: name to value, JSON"
WHY = "why it fired: name to value, JSON"


def upgrade() -> None:
    op.create_table(
        "rule_version",
        sa.Column("version", sa.Integer(), nullable=False, comment="as site.rules_version when it was put in force"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("camera", sa.String(), nullable=True, comment="node.camera whose rules were replaced; none: all"),
        sa.Column(
            "document", sa.JSON(), nullable=False, comment="all rules and what they refer to, as a rule file, JSON"
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    with op.batch_alter_table("rule") as rule:
        rule.add_column(sa.Column("details", sa.JSON(), nullable=False, server_default="{}", comment=DETAILS))
        rule.alter_column("kind", existing_type=sa.String(), comment=KIND, existing_comment=OLD_KIND)
    with op.batch_alter_table("rule") as rule:
        rule.alter_column("details", existing_type=sa.JSON(), server_default=None)
    with op.batch_alter_table("alarm") as alarm:
        alarm.add_column(sa.Column("regulation_texts", sa.JSON(), nullable=True, comment=TEXTS))
        alarm.add_column(sa.Column("numbers", sa.JSON(), nullable=True, comment=WHY_LAST))
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.add_column(sa.Column("numbers", sa.JSON(), nullable=True, comment=WHY))


def downgrade() -> None:
    # Rules and alarms of kinds that the older version has no words for go with everything about them.
    rules = sa.table("rule", sa.column("kind"))
    op.execute(sa.delete(rules).where(rules.c.kind.not_in(FIRST_KINDS)))
    alarms = sa.table("alarm", sa.column("id"), sa.column("kind"), sa.column("rule"))
    newer = sa.and_(alarms.c.kind.not_in(FIRST_KINDS), alarms.c.rule.not_like("system.%"))
    for name in ("occurrence", "alarm_history"):
        about = sa.table(name, sa.column("alarm"))
        op.execute(sa.delete(about).where(about.c.alarm.in_(sa.select(alarms.c.id).where(newer))))
    op.execute(sa.delete(alarms).where(newer))
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.drop_column("numbers")
    with op.batch_alter_table("alarm") as alarm:
        alarm.drop_column("numbers")
        alarm.drop_column("regulation_texts")
    with op.batch_alter_table("rule") as rule:
        rule.alter_column("kind", existing_type=sa.String(), comment=OLD_KIND, existing_comment=KIND)
        rule.drop_column("details")
    op.drop_table("rule_version")
