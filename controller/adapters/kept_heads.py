"""How far audit, ledgers and alarms had come, and the schema's revision, as one connection sees them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.adapters.tables import METADATA

_SEAL, _LEDGER = METADATA.tables["audit_seal"], METADATA.tables["ledger"]


def audit_standing(connection: Connection) -> tuple[int, str]:
    """The last seal's place and chain; (0, "") where nothing is sealed."""
    last = sa.select(_SEAL.c.seq, _SEAL.c.chain).order_by(_SEAL.c.seq.desc()).limit(1)
    row = connection.execute(last).first()
    return (0, "") if row is None else (int(row.seq), str(row.chain))


def ledger_heads(connection: Connection) -> dict[str, list[list[Any]]]:
    """By camera, the newest entries: minute, chain, entry hash."""
    newest = sa.select(_LEDGER.c.camera, sa.func.max(_LEDGER.c.minute_ms).label("minute_ms"))
    newest = newest.group_by(_LEDGER.c.camera)
    found: dict[str, list[list[Any]]] = {}
    for camera, minute_ms in connection.execute(newest).all():
        rows = sa.select(_LEDGER.c.minute_ms, _LEDGER.c.chain, _LEDGER.c.entry)
        rows = rows.where(_LEDGER.c.camera == camera, _LEDGER.c.minute_ms == minute_ms).order_by(_LEDGER.c.chain)
        found[camera] = [list(row) for row in connection.execute(rows)]
    return found


def revision_of(connection: Connection) -> str:
    """Of the schema."""
    return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())


def last_alarm(connection: Connection) -> int:
    """The number of the newest alarm."""
    return int(connection.execute(sa.select(sa.func.max(METADATA.tables["site"].c.last_alarm_number))).scalar() or 0)
