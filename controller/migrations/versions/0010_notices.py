"""Telling people: destinations, subscriptions, quiet hours, and each message with what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "destination",
        sa.Column("name", sa.String(), nullable=False, comment="as the site calls it"),
        sa.Column("kind", sa.String(), nullable=False, comment="apprise | webhook"),
        sa.Column("scheme", sa.String(), nullable=False, comment="of its address: all of it that is shown"),
        sa.Column("sealed", sa.Text(), nullable=False, comment="address and secret, sealed"),
        sa.Column("owner", sa.String(), nullable=True, comment="user name whose own it is; none: the site's"),
        sa.Column("language", sa.String(), nullable=False, comment="ko | en"),
        sa.Column("pictures", sa.Boolean(), nullable=False, comment="whether pictures may leave the site for it"),
        sa.Column("private", sa.Boolean(), nullable=False, comment="whether it may be inside private networks"),
        sa.Column("enabled", sa.Boolean(), nullable=False, comment="whether anything is sent"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="tries in a row that failed"),
        sa.Column("hold_ms", BIG, nullable=False, comment="nothing is tried before, Unix ms"),
        sa.Column("dead_since", AT, nullable=True, comment="since when nothing gets through, UTC"),
        sa.Column("last_ok_at", AT, nullable=True, comment="last success, UTC"),
        sa.Column("last_error", sa.String(), nullable=False, comment="why the last try failed"),
        sa.Column("created_at", AT, nullable=False, comment="UTC"),
        sa.Column("created_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("destination", sa.String(), nullable=False, comment="name of the destination"),
        sa.Column("username", sa.String(), nullable=True, comment="whose quiet hours count; none: the site's own"),
        sa.Column(
            "rule",
            sa.String(),
            nullable=True,
            comment="name of a rule, or system.KIND; none: all that no other line names",
        ),
        sa.Column(
            "threshold",
            sa.String(),
            nullable=False,
            comment="low | medium | high | critical | never: the least that is told",
        ),
        sa.Column("created_at", AT, nullable=False, comment="UTC; older alarms are not told"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_subscription_destination", "subscription", ["destination"])
    op.create_table(
        "quiet_hours",
        sa.Column("username", sa.String(), nullable=False, comment="user name"),
        sa.Column("from_min", sa.Integer(), nullable=False, comment="minute of the day"),
        sa.Column(
            "until_min", sa.Integer(), nullable=False, comment="minute of the day; not after the first: over midnight"
        ),
        sa.Column("timezone", sa.String(), nullable=False, comment="IANA name"),
        sa.Column("critical_through", sa.Boolean(), nullable=False, comment="critical messages come anyway"),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column(
            "parcel",
            sa.String(),
            nullable=False,
            comment="id of the first it was sent with: receivers know a repetition by it",
        ),
        sa.Column("once", sa.String(), nullable=False, comment="what it is about: the same thing is planned once"),
        sa.Column("destination", sa.String(), nullable=False, comment="name of the destination"),
        sa.Column("alarm", sa.String(), nullable=True, comment="alarm id; none: a test"),
        sa.Column("why", sa.String(), nullable=False, comment="raised | escalated | test"),
        sa.Column("mark", sa.String(), nullable=False, comment="which escalation it is about"),
        sa.Column("severity", sa.String(), nullable=False, comment="low | medium | high | critical, as it was"),
        sa.Column("digest", sa.Boolean(), nullable=False, comment="may share a message with others"),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False, comment="the alarm's state as it was, JSON"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting | sending | delivered | failed | dropped"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="tries so far"),
        sa.Column("error", sa.String(), nullable=False, comment="why the last try failed"),
        sa.Column("due_ms", BIG, nullable=False, comment="not tried before, Unix ms"),
        sa.Column("created_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("done_ms", BIG, nullable=True, comment="when it was delivered or given up, Unix ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once", name="uq_delivery_once"),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "destination", "due_ms"])
    op.create_index("ix_delivery_alarm", "delivery", ["alarm", "id"])
    op.create_index("ix_delivery_done", "delivery", ["done_ms"])


def downgrade() -> None:
    for table in ("delivery", "quiet_hours", "subscription", "destination"):
        op.drop_table(table)
