"""The audit is chained, signed by the day, and only added to."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("audit", "audit_seal", "audit_head")


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("seq", BIG, nullable=False, comment="place in the chain, from 1"),
        sa.Column("entry", BIG, nullable=False, comment="row number of the entry"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="of the entry, UTC"),
        sa.Column("what", sa.String(), nullable=False, comment="of the entry"),
        sa.Column("row", sa.String(), nullable=False, comment="SHA-256 of the entry, hex"),
        sa.Column("chain", sa.String(), nullable=False, comment="SHA-256 of this seal behind the chain before it, hex"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ux_audit_seal_entry", "audit_seal", ["entry"], unique=True)
    op.create_table(
        "audit_head",
        sa.Column("day", sa.Date(), nullable=False, comment="that was over, UTC"),
        sa.Column("seq", BIG, nullable=False, comment="the last seal's place"),
        sa.Column("chain", sa.String(), nullable=False, comment="the last seal's chain, hex"),
        sa.Column("signature", sa.String(), nullable=False, comment="by the site's audit key, Ed25519, base64"),
        sa.PrimaryKeyConstraint("day"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            spared = " WHEN OLD.what <> 'login.refused'" if table == "audit" else ""
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
            op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}{spared} {refuse}")
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
    )
    do = "EXECUTE FUNCTION only_added_to()"
    for table in TABLES:
        spared = " WHEN (OLD.what <> 'login.refused')" if table == "audit" else ""
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {do}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW{spared} {do}")
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {do}")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    kinds = ("update", "delete") if sqlite else ("update", "delete", "truncate")
    for table in TABLES:
        for kind in kinds:
            op.execute(f"DROP TRIGGER {table}_no_{kind}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION only_added_to()")
    op.drop_table("audit_head")
    op.drop_index("ux_audit_seal_entry", table_name="audit_seal")
    op.drop_table("audit_seal")
