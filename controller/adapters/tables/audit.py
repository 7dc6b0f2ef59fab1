"""The audit: who did what, each entry's seal, each day's signed head; the database itself refuses to change them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column
from controller.core.audit import REFUSED
from controller.ports.access import FROM_ADDRESS
from controller.ports.keys import BY_KEY


class AuditRow(SQLModel, table=True):
    """Who did what."""

    __tablename__ = "audit"
    __table_args__ = (sa.Index("ix_audit_at", "at"), sa.Index("ix_audit_subject", "subject", "id"))
    id: int | None = column("row number", BigInt, default=None, primary_key=True)
    at: datetime = column("UTC", UtcDateTime)
    who: str = column("user name, node id or 'system'")
    what: str = column("verb, for example login, alarm.acknowledge")
    subject: str = column("on what", default="")
    address: str = column("from where", default="")
    detail: dict[str, Any] = column("JSON", Json)


@sa.event.listens_for(AuditRow, "before_insert")
def _name_asker(_mapper: Any, _connection: Any, row: AuditRow) -> None:
    """What was done by a request says from where, and by a program, with which key."""
    row.address = row.address or FROM_ADDRESS.get()
    if key := BY_KEY.get():
        row.detail = {**row.detail, "key": key}


class AuditSealRow(SQLModel, table=True):
    """An entry's place in the chain."""

    __tablename__ = "audit_seal"
    __table_args__ = (sa.Index("ux_audit_seal_entry", "entry", unique=True),)
    seq: int = column("place in the chain, from 1", BigInt, primary_key=True)
    entry: int = column("row number of the entry", BigInt)
    at: datetime = column("of the entry, UTC", UtcDateTime)
    what: str = column("of the entry")
    row: str = column("SHA-256 of the entry, hex")
    chain: str = column("SHA-256 of this seal behind the chain before it, hex")


class AuditHeadRow(SQLModel, table=True):
    """How far the chain had come when a day was over."""

    __tablename__ = "audit_head"
    day: date = column("that was over, UTC", primary_key=True)
    seq: int = column("the last seal's place", BigInt)
    chain: str = column("the last seal's chain, hex")
    signature: str = column("by the site's audit key, Ed25519, base64")


def append_only(table: str, dialect: str, *, forgettable: bool) -> Iterator[str]:
    """Statements by which a database refuses to change or remove rows of `table`, but for refused logins' removal."""
    spared = f" WHEN OLD.what <> '{REFUSED}'" if forgettable else ""
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}{spared} {refuse}"
        return
    spared = f" WHEN (OLD.what <> '{REFUSED}')" if forgettable else ""
    yield (
        "CREATE OR REPLACE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
    )
    do = "EXECUTE FUNCTION only_added_to()"
    yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {do}"
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW{spared} {do}"
    yield f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {do}"


def with_append_only(metadata: sa.MetaData) -> sa.MetaData:
    """The same tables, which refuse changes from when they are made."""
    for table in ("audit", "audit_seal", "audit_head"):
        for dialect in ("sqlite", "postgresql"):
            for statement in append_only(table, dialect, forgettable=table == "audit"):
                made: sa.DDL = sa.DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
                sa.event.listen(metadata.tables[table], "after_create", made.execute_if(dialect=dialect))
    return metadata
