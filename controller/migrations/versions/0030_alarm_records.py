"""Records of alarms in exports, additions to alarms that were archived, and since when an archive fails."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "export": {"whole": sa.Boolean(), "language": sa.String()},
    "archive": {"failing_ms": BIG, "language": sa.String()},
    "archive_item": {"upto": BIG, "spans": sa.JSON()},
}
SUMMARIES = "ko | en: of its alarms' summaries"


def upgrade() -> None:
    with op.batch_alter_table("export") as export:
        whole = "its records tell of alarms as who sees every camera sees them"
        export.add_column(sa.Column("whole", sa.Boolean(), nullable=False, server_default=sa.false(), comment=whole))
        export.add_column(sa.Column("language", sa.String(), nullable=False, server_default="en", comment=SUMMARIES))
    with op.batch_alter_table("archive") as archive:
        failing = "something of it fails since, Unix ms; 0: all was there last"
        archive.add_column(sa.Column("failing_ms", BIG, nullable=False, server_default="0", comment=failing))
        archive.add_column(sa.Column("language", sa.String(), nullable=False, server_default="en", comment=SUMMARIES))
    with op.batch_alter_table("archive_item") as item:
        upto = "last entry of the alarm's history that was asked for"
        spans = "what of it is there, as of an export, JSON"
        item.add_column(sa.Column("upto", BIG, nullable=False, server_default="0", comment=upto))
        item.add_column(sa.Column("spans", sa.JSON(), nullable=False, server_default="[]", comment=spans))
    # What is there already is not copied anew because its record is not: only what changes from now on.
    op.execute(
        "UPDATE archive_item SET upto = COALESCE("
        "(SELECT MAX(alarm_history.id) FROM alarm_history WHERE alarm_history.alarm = archive_item.ref), 0)"
    )

    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for name, kind in columns.items():
                changed.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for name in columns:
                changed.drop_column(name)
