"""What a transaction changes of what people keep stands in the audit entry that it writes: before and after.

No writer does that by itself, so none can forget it: rows are compared as the session writes them. A test asks every
route that changes something, and holds its entry against what changed in the database.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, UOWTransaction
from sqlmodel import SQLModel

from controller.adapters import tables as t
from controller.adapters.sight import SeeingSession
from shared.address_secrets import hide_secrets

KEPT: tuple[type[SQLModel], ...] = (
    t.AlarmRow, t.ApiKeyRow, t.ArchiveRow, t.CameraRow, t.CertificateRow, t.DestinationRow, t.EnrichmentRow,
    t.ExportRow, t.ExportTargetRow, t.FactorRow, t.FeatureRow, t.HoldRow, t.InvitationRow, t.KeepRuleRow, t.LayoutRow,
    t.MaintenanceRow, t.MoveRuleRow, t.NodeConfigRow, t.NodeKeyRow, t.NodeRow, t.PrivacyNoticeRow, t.QuietRow,
    t.SubscriptionRow, t.UnmaskRow, t.UserRow,
)  # fmt: skip
SECRET = frozenset({"password_hash", "secret_sha256", "proof_sha256", "sealed", "session", "once"})
"""Columns of which only that they changed is told."""
_SECRET_WORD = re.compile(r"passw|secret|token|_key$|^key$|credential", re.IGNORECASE)
_OF_ITSELF = frozenset({"changed_at", "changed_by", "session_epoch", "last_seen_at", "provided_at"})
"""What follows from the entry's own time and person, or is no deed."""
_LONGEST, _MOST_ROWS, _MOST_BYTES = 1_000, 20, 16_384
_CHANGED = "cctv_changed"
_HIDDEN = "…"
Change = tuple[str, dict[str, Any] | None, dict[str, Any] | None]


class TellingSession(SeeingSession):
    """A session whose entries of the audit tell what else it writes."""


@sa.event.listens_for(TellingSession, "before_flush")
def _tell(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Changes wait for the entry that tells of them: some are written to the database before it."""
    waiting: list[Change] = session.info.setdefault(_CHANGED, [])
    for rows, told in ((session.new, _made), (session.dirty, _moved), (session.deleted, _gone)):
        waiting += [change for row in rows if isinstance(row, KEPT) and (change := told(row)) is not None]
    for entry in session.new:
        if isinstance(entry, t.AuditRow) and waiting and not {"before", "after"} & entry.detail.keys():
            entry.detail = {**entry.detail, **before_and_after(waiting)}


@sa.event.listens_for(TellingSession, "after_commit")
@sa.event.listens_for(TellingSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_CHANGED, None)


def before_and_after(changes: list[Change]) -> dict[str, Any]:
    """Of one row its fields, of several each under its name; None: it was not there before, or is not after."""
    if len(changes) == 1:
        told = {"before": changes[0][1], "after": changes[0][2]}
    else:
        shown = changes[:_MOST_ROWS]
        told = {"before": {name: was for name, was, _ in shown}, "after": {name: is_ for name, _, is_ in shown}}
        if len(changes) > len(shown):
            told["more"] = {"rows": len(changes) - len(shown)}
    return {name: _bounded(value, _MOST_BYTES) for name, value in told.items()}


def compared(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same of what is not changed row by row: the fields that differ."""
    was, now = before or {}, after or {}
    keys = [key for key in sorted({*was, *now}) if was.get(key) != now.get(key)]
    return {
        "before": None
        if before is None
        else _bounded({key: _shown(was[key], key) for key in keys if key in was}, _MOST_BYTES),
        "after": None
        if after is None
        else _bounded({key: _shown(now[key], key) for key in keys if key in now}, _MOST_BYTES),
    }


def _name(row: Any) -> str:
    keys = sa.inspect(row).mapper.primary_key
    return " ".join([row.__tablename__, *(str(getattr(row, key.key)) for key in keys)])


def _made(row: Any) -> Change:
    return _name(row), None, {key: _told(key, getattr(row, key)) for key in _fields(row)}


def _gone(row: Any) -> Change:
    return _name(row), {key: _told(key, getattr(row, key)) for key in _fields(row)}, None


def _moved(row: Any) -> Change | None:
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for key in _fields(row):
        history = sa.inspect(row).attrs[key].history
        if history.has_changes() and history.deleted and history.deleted[0] != getattr(row, key):
            was[key], now[key] = _told(key, history.deleted[0]), _told(key, getattr(row, key))
    return (_name(row), was, now) if was else None


def _fields(row: Any) -> list[str]:
    return [attr.key for attr in sa.inspect(row).mapper.column_attrs if attr.key not in _OF_ITSELF]


def _told(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in SECRET:
        return _HIDDEN
    if isinstance(value, datetime):
        return value.isoformat()
    if key == "cameras" and isinstance(value, str):
        return _HIDDEN  # of an invitation: sealed
    return _bounded(_shown(value), _LONGEST)


def _shown(value: Any, key: str = "") -> Any:
    """Without passwords, wherever in settings they stand."""
    if isinstance(value, Mapping):
        return {name: _shown(one, str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one, key) for one in value]
    if isinstance(value, str):
        return _HIDDEN if value and _SECRET_WORD.search(key) else hide_secrets(value, _HIDDEN)
    return value


def _bounded(value: Any, most: int) -> Any:
    """Itself, or how long it is and its hash where it would fill the audit."""
    text = json.dumps(value, sort_keys=True, default=str).encode()
    if len(text) <= most:
        return json.loads(text)
    return {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
