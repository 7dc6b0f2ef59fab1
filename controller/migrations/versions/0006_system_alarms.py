"""Alarms about the system itself, and which facts they were made from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD_KIND, KIND = (
    "zone_intrusion | ppe_missing",
    "kind of the rule, or what of the system itself: as in controller.core.records",
)
OLD_RULE, RULE = "rule id", "rule id, or system.KIND"
OLD_CAMERA, CAMERA = "node.camera", "node.camera; none: it is about a node or the site"
OLD_SURE, SURE = "best of its occurrences, 0..1", "best of its occurrences, 0..1; 1 where nothing was judged"
OLD_WHAT = "raised | joined | acknowledged | resolved | withdrawn"
WHAT = "raised | joined | cleared | acknowledged | resolved | withdrawn"
LOSS = "its loss was looked at: there is an alarm, or the site wants none"
TAMPER = "this revision was looked at: there is an alarm, or the site wants none"


def upgrade() -> None:
    with op.batch_alter_table("alarm") as alarm:
        alarm.add_column(
            sa.Column(
                "node",
                sa.String(),
                nullable=True,
                comment="node id of an alarm about the system; none: about the site or a rule",
            )
        )
        alarm.add_column(
            sa.Column(
                "cause",
                sa.String(),
                nullable=False,
                server_default="",
                comment="of an alarm about the system: what exactly; one situation has one",
            )
        )
        alarm.add_column(
            sa.Column(
                "detail",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="of an alarm about the system: what is wrong and what to do, in English",
            )
        )
        alarm.add_column(sa.Column("said", sa.JSON(), nullable=True, comment="the same by its code, as SaidOut, JSON"))
        alarm.alter_column(
            "camera", existing_type=sa.String(), nullable=True, comment=CAMERA, existing_comment=OLD_CAMERA
        )
        alarm.alter_column("rule", existing_type=sa.String(), comment=RULE, existing_comment=OLD_RULE)
        alarm.alter_column("kind", existing_type=sa.String(), comment=KIND, existing_comment=OLD_KIND)
        alarm.alter_column("confidence", existing_type=sa.Float(), comment=SURE, existing_comment=OLD_SURE)
        alarm.create_index("ix_alarm_lasting", ["rule", "end_ms"], unique=False)
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.alter_column(
            "camera", existing_type=sa.String(), nullable=True, comment=CAMERA, existing_comment=OLD_CAMERA
        )
    with op.batch_alter_table("alarm_history") as history:
        history.alter_column("what", existing_type=sa.String(), comment=WHAT, existing_comment=OLD_WHAT)
    # What was told before there were such alarms raises none now.
    for table, comment, index, columns in (
        ("run", LOSS, "ix_run_untold", ["state", "alarmed"]),
        ("backfill", LOSS, "ix_backfill_untold", ["state", "alarmed"]),
        ("tamper", TAMPER, "ix_tamper_untold", ["alarmed"]),
    ):
        with op.batch_alter_table(table) as changed:
            changed.add_column(
                sa.Column("alarmed", sa.Boolean(), nullable=False, server_default=sa.true(), comment=comment)
            )
            changed.create_index(index, columns, unique=False)
        with op.batch_alter_table(table) as changed:
            changed.alter_column("alarmed", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("alarm") as alarm:
        alarm.alter_column("cause", existing_type=sa.String(), server_default=None)
        alarm.alter_column("detail", existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    for table, index in (
        ("tamper", "ix_tamper_untold"),
        ("backfill", "ix_backfill_untold"),
        ("run", "ix_run_untold"),
    ):
        with op.batch_alter_table(table) as changed:
            changed.drop_index(index)
            changed.drop_column("alarmed")
    # Alarms that the older version has no words for go with everything about them.
    alarms = sa.table("alarm", sa.column("id"), sa.column("rule"))
    system = alarms.c.rule.like("system.%")
    for name in ("occurrence", "alarm_history"):
        about = sa.table(name, sa.column("alarm"))
        op.execute(sa.delete(about).where(about.c.alarm.in_(sa.select(alarms.c.id).where(system))))
    op.execute(sa.delete(alarms).where(system))
    with op.batch_alter_table("alarm_history") as history:
        history.alter_column("what", existing_type=sa.String(), comment=OLD_WHAT, existing_comment=WHAT)
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.alter_column(
            "camera", existing_type=sa.String(), nullable=False, comment=OLD_CAMERA, existing_comment=CAMERA
        )
    with op.batch_alter_table("alarm") as alarm:
        alarm.drop_index("ix_alarm_lasting")
        alarm.alter_column("confidence", existing_type=sa.Float(), comment=OLD_SURE, existing_comment=SURE)
        alarm.alter_column("kind", existing_type=sa.String(), comment=OLD_KIND, existing_comment=KIND)
        alarm.alter_column("rule", existing_type=sa.String(), comment=OLD_RULE, existing_comment=RULE)
        alarm.alter_column(
            "camera", existing_type=sa.String(), nullable=False, comment=OLD_CAMERA, existing_comment=CAMERA
        )
        for name in ("said", "detail", "cause", "node"):
            alarm.drop_column(name)
