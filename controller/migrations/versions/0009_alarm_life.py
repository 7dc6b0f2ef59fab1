"""The whole life of an alarm: assigned, shelved, escalated, suppressed; places, and maintenance."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

OLD_WHAT = "raised | joined | cleared | acknowledged | resolved | withdrawn"
WHAT = "what was done: as in controller.core.lifecycle, or by the system itself"


def _time(name: str, comment: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)


def upgrade() -> None:
    with op.batch_alter_table("alarm") as alarm:
        alarm.add_column(
            sa.Column("place", sa.String(), nullable=True, comment="the rule's place as it was: several cameras see it")
        )
        alarm.add_column(
            sa.Column(
                "cameras",
                sa.JSON(),
                nullable=False,
                server_default="[]",
                comment="node.camera of its occurrences, JSON",
            )
        )
        alarm.add_column(
            sa.Column(
                "acted_rev",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="its rev when a person acted last",
            )
        )
        alarm.add_column(sa.Column("assigned_to", sa.String(), nullable=True, comment="user name"))
        alarm.add_column(sa.Column("resolved_by", sa.String(), nullable=True, comment="user name"))
        alarm.add_column(_time("resolved_at", "UTC"))
        alarm.add_column(sa.Column("shelved_by", sa.String(), nullable=True, comment="user name"))
        alarm.add_column(_time("shelved_until", "UTC; none: not shelved"))
        alarm.add_column(
            sa.Column(
                "escalation_level",
                sa.Integer(),
                nullable=False,
                server_default="0",
                comment="how often it was passed up",
            )
        )
        alarm.add_column(_time("escalated_at", "last time, UTC"))
        alarm.add_column(_time("waits_from", "an answer is waited for since then, UTC; none: since it was raised"))
        alarm.add_column(
            sa.Column(
                "suppressed",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="under maintenance: recorded, and nobody is told",
            )
        )
        alarm.add_column(
            sa.Column("suppressed_by", sa.String(), nullable=True, comment="maintenance id; stays when it is over")
        )
        alarm.create_index("ix_alarm_place", ["place", "rule_name", "condition_ms"], unique=False)
        alarm.create_index("ix_alarm_raised", ["raised_at"], unique=False)
        alarm.create_index("ix_alarm_suppressed", ["suppressed_by", "end_ms"], unique=False)
    _fill_cameras_and_resolutions()
    with op.batch_alter_table("alarm") as alarm:
        alarm.alter_column("cameras", existing_type=sa.JSON(), server_default=None)
        alarm.alter_column("acted_rev", existing_type=sa.Integer(), server_default=None)
        alarm.alter_column("escalation_level", existing_type=sa.Integer(), server_default=None)
        alarm.alter_column("suppressed", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("alarm_history") as history:
        history.alter_column("what", existing_type=sa.String(), comment=WHAT, existing_comment=OLD_WHAT)
        history.add_column(
            sa.Column("detail", sa.JSON(), nullable=True, comment="to whom, until when, how far, which camera; JSON")
        )
    op.create_table(
        "maintenance",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("scope", sa.String(), nullable=False, comment="camera | node | site"),
        sa.Column("target", sa.String(), nullable=False, comment="node.camera or node id; empty: the site"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("why", sa.Text(), nullable=False, comment="in the person's words"),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        _time("ended_at", "before its time, UTC"),
        sa.Column("ended_by", sa.String(), nullable=True, comment="user name"),
        sa.Column(
            "closed", sa.Boolean(), nullable=False, comment="its end was told, and what still lasted was let through"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_maintenance_until", "maintenance", ["until_at"], unique=False)


def _fill_cameras_and_resolutions() -> None:
    """Old alarms had one camera each; who resolved them, and when, is in their history."""
    alarms = sa.table(
        "alarm",
        sa.column("id", sa.String()),
        sa.column("camera", sa.String()),
        sa.column("cameras", sa.JSON()),
        sa.column("state", sa.String()),
        sa.column("resolved_by", sa.String()),
        sa.column("resolved_at", sa.DateTime(timezone=True)),
    )
    history = sa.table(
        "alarm_history",
        sa.column("id"),
        sa.column("alarm"),
        sa.column("what"),
        sa.column("who", sa.String()),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    bind = op.get_bind()
    for (camera,) in bind.execute(sa.select(alarms.c.camera).distinct()).all():
        if camera is not None:
            bind.execute(sa.update(alarms).where(alarms.c.camera == camera).values(cameras=[camera]))
    resolved = bind.execute(
        sa.select(history.c.alarm, history.c.who, history.c.at)
        .where(history.c.what == "resolved")
        .order_by(history.c.id.desc())
    ).all()
    for alarm, who, at in resolved:
        bind.execute(sa.update(alarms).where(alarms.c.id == alarm).values(resolved_by=who, resolved_at=at))


def downgrade() -> None:
    op.drop_index("ix_maintenance_until", table_name="maintenance")
    op.drop_table("maintenance")
    with op.batch_alter_table("alarm_history") as history:
        history.drop_column("detail")
        history.alter_column("what", existing_type=sa.String(), comment=OLD_WHAT, existing_comment=WHAT)
    with op.batch_alter_table("alarm") as alarm:
        for index in ("ix_alarm_suppressed", "ix_alarm_raised", "ix_alarm_place"):
            alarm.drop_index(index)
        for name in (
            "suppressed_by",
            "suppressed",
            "waits_from",
            "escalated_at",
            "escalation_level",
            "shelved_until",
            "shelved_by",
            "resolved_at",
            "resolved_by",
            "assigned_to",
            "acted_rev",
            "cameras",
            "place",
        ):
            alarm.drop_column(name)
