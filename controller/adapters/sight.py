"""Keeps every question of a transaction to the cameras that somebody may see: no caller can forget it.

Each table is named here, with what may be read of it or why all may; a test fails on a table that is not. Statements
that the object mapper does not know are refused, unless they say that they ask only of cameras looked up before.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate
from sqlmodel import SQLModel, col

from controller.adapters import tables as t
from controller.core.grants import EVERYTHING, Sight
from shared.errors import Broken

LOOKED_UP = {"cctv_looked_up": True}
"""Execution options of a written-out statement that asks only of cameras which were looked up before."""
_SIGHT, _WRITES = "cctv_sight", "cctv_writes"
_OCCURRENCE = t.OccurrenceRow.__table__.alias("seen_occurrence")  # type: ignore[attr-defined]  # SQLModel's tables
_ALARM = t.AlarmRow.__table__.alias("seen_alarm")  # type: ignore[attr-defined]


class SeeingSession(Session):
    """A session that reads only what its `info` says may be seen."""


def note(session: AsyncSession, sight: Sight | None, *, writes: bool) -> None:
    """Keep a session to `sight`; None: it reads everything."""
    session.sync_session.info.update({_SIGHT: sight, _WRITES: writes})


def sight_of(session: AsyncSession) -> Sight:
    """For whom states are told; who changes something writes whole states, for everybody."""
    info = session.sync_session.info
    return EVERYTHING if info.get(_WRITES) else info.get(_SIGHT) or EVERYTHING


def sees(camera: Any, sight: Sight) -> Any:
    """Whether a column's camera is seen."""
    of_nodes = (sa.func.substr(camera, 1, len(node) + 1) == f"{node}." for node in sorted(sight.nodes))
    return sa.or_(camera.in_(sorted(sight.cameras)), *of_nodes)


def _of(column: Any) -> Callable[[Sight, bool], Any]:
    return lambda sight, _: sees(col(column), sight)


def _of_node(column: Any) -> Callable[[Sight, bool], Any]:
    return lambda sight, _: col(column).in_(sorted(sight.node_names))


def _alarm(alarm: Any, camera: Any, sight: Sight) -> Any:
    """An alarm is seen by whoever sees a camera of it."""
    also = sa.exists().where(_OCCURRENCE.c.alarm == alarm, sees(_OCCURRENCE.c.camera, sight))
    return sa.or_(sees(camera, sight), also)


def _of_alarm(column: Any) -> Callable[[Sight, bool], Any]:
    return lambda sight, _: sa.exists().where(_ALARM.c.id == col(column), _alarm(_ALARM.c.id, _ALARM.c.camera, sight))


def _of_all(column: Any, key: str | None) -> Callable[[Sight, bool], Any]:
    """A list of cameras, or of objects that name one: seen by whoever sees all of them."""

    def condition(sight: Sight, sqlite: bool) -> Any:
        if sqlite:
            each = sa.func.json_each(col(column)).table_valued("value", name="seen_each")
            camera: Any = each.c.value if key is None else sa.func.json_extract(each.c.value, f"$.{key}")
        elif key is None:
            each = sa.func.jsonb_array_elements_text(sa.cast(col(column), JSONB)).table_valued(
                sa.column("value", sa.Text), name="seen_each"
            )
            camera = each.c.value
        else:
            each = sa.func.jsonb_array_elements(sa.cast(col(column), JSONB)).table_valued(
                sa.column("value", JSONB), name="seen_each"
            )
            camera = sa.func.jsonb_extract_path_text(each.c.value, key)
        return ~sa.exists(sa.select(sa.literal(1)).select_from(each).where(~sees(camera, sight)))

    return condition


def _maintenance(sight: Sight, _: bool) -> Any:
    scope, target = col(t.MaintenanceRow.scope), col(t.MaintenanceRow.target)
    return sa.or_(
        scope == "site",
        sa.and_(scope == "camera", sees(target, sight)),
        sa.and_(scope == "node", target.in_(sorted(sight.node_names))),
    )


LIMITS: Mapping[type[SQLModel], Callable[[Sight, bool], Any]] = {
    t.AlarmHistoryRow: _of_alarm(t.AlarmHistoryRow.alarm),
    t.AlarmRow: lambda sight, _: _alarm(col(t.AlarmRow.id), col(t.AlarmRow.camera), sight),
    t.BackfillRow: _of(t.BackfillRow.camera),
    t.CameraRow: _of(t.CameraRow.id),
    t.CertificateRow: _of_node(t.CertificateRow.node),
    t.DeletionRow: _of_all(t.DeletionRow.cameras, None),
    t.DeliveryRow: lambda sight, sqlite: sa.or_(
        col(t.DeliveryRow.alarm).is_(None), _of_alarm(t.DeliveryRow.alarm)(sight, sqlite)
    ),
    t.EnrichmentRow: _of_alarm(t.EnrichmentRow.alarm),
    t.EventClassRow: _of(t.EventClassRow.camera),
    t.EventRow: _of(t.EventRow.camera),
    t.ExportRow: lambda sight, sqlite: sa.and_(
        col(t.ExportRow.whole).is_(False), _of_all(t.ExportRow.spans, "camera")(sight, sqlite)
    ),
    t.FootageRequestRow: _of(t.FootageRequestRow.camera),
    t.GapRow: _of(t.GapRow.camera),
    t.HoldRow: _of(t.HoldRow.camera),
    t.InvitationRow: _of_node(t.InvitationRow.node),
    t.KeepRuleRow: lambda sight, _: sa.or_(col(t.KeepRuleRow.camera).is_(None), sees(col(t.KeepRuleRow.camera), sight)),
    t.LedgerRow: _of(t.LedgerRow.camera),
    t.MaintenanceRow: _maintenance,
    t.MotionGridRow: _of(t.MotionGridRow.camera),
    t.MotionToldRow: _of(t.MotionToldRow.camera),
    t.NodeConfigReportRow: _of_node(t.NodeConfigReportRow.node),
    t.NodeConfigRow: _of_node(t.NodeConfigRow.node),
    t.NodeKeyRow: _of_node(t.NodeKeyRow.node),
    t.NodeRow: _of_node(t.NodeRow.id),
    t.OccurrenceRow: _of(t.OccurrenceRow.camera),
    t.PersonTimeRow: _of(t.PersonTimeRow.camera),
    t.RuleRow: lambda sight, _: sa.or_(col(t.RuleRow.camera).is_(None), sees(col(t.RuleRow.camera), sight)),
    t.RunRow: _of(t.RunRow.camera),
    t.TamperRow: _of(t.TamperRow.camera),
    t.TrialRow: _of(t.TrialRow.camera),
    t.VerdictRow: _of(t.VerdictRow.camera),
}
"""What may be read of a table."""
_LIMITED = frozenset(str(table.__tablename__) for table in LIMITS)
FREE: Mapping[type[SQLModel], str] = {
    t.AnswerRow: "a person's own",
    t.ApiKeyRow: "a person's own, and administrators'",
    t.ArchiveItemRow: "read by who copies alone",
    t.ArchiveRow: "names no camera",
    t.AuditHeadRow: "names no camera",
    t.AuditRow: "read by administrators alone, who see everything; of a download one's own",
    t.AuditSealRow: "names no camera",
    t.CursorRow: "names no camera",
    t.DestinationRow: "names no camera",
    t.ExportTargetRow: "names no camera",
    t.FactSeqRow: "read by ingest alone",
    t.FactorRow: "names no camera",
    t.FeatureRow: "names no camera",
    t.FeedRow: "one reader for all; each row is looked at for each listener",
    t.JobRow: "the queue as a figure; who tells of watched cameras leaves out those not seen",
    t.LayoutRow: "its owner's, and the site's; places of cameras not seen are told as free",
    t.LeaseRow: "names no camera",
    t.MachineRow: "names no camera",
    t.MoveRuleRow: "names no camera",
    t.OneTimeCodeRow: "names no camera",
    t.OutputHandRow: "names no camera",
    t.PrivacyNoticeRow: "names no camera",
    t.QuietRow: "names no camera",
    t.RawFactRow: "read by ingest alone",
    t.RecoveryCodeRow: "names no camera",
    t.ReviewedRow: "a person's own",
    t.RuleVersionRow: "what rules refer to; versions are told only to who sees everything",
    t.SavedSearchRow: "a person's own",
    t.SessionRow: "names no camera",
    t.SiteRow: "names no camera",
    t.SpentRow: "names no camera",
    t.SubscriptionRow: "names no camera",
    t.TryRow: "names no camera",
    t.UnmaskRow: "a session's own",
    t.UpkeepRow: "read by housekeeping, and told as numbers",
    t.UserRow: "names no camera but in what was given to whom",
    t.WayOutRow: "names no camera",
}
"""Why all of a table may be read."""
_FOOTAGE = (t.RunRow, t.VerdictRow)


@event.listens_for(SeeingSession, "do_orm_execute")
def _keep(state: ORMExecuteState) -> None:
    sight: Sight | None = state.session.info.get(_SIGHT)
    if sight is None or sight.everything or state.is_insert:
        return
    if not state.is_orm_statement:
        _refuse_strangers(state)
        return
    _refuse_other_names(state.statement)
    sqlite = state.session.get_bind().dialect.name == "sqlite"
    limits = _limits(sight, sqlite, bool(state.session.info.get(_WRITES)))
    state.statement = state.statement.options(*limits)


@lru_cache(maxsize=256)
def _limits(sight: Sight, sqlite: bool, writes: bool) -> tuple[Any, ...]:
    # What is written of an alarm is written for everybody: its footage is looked at whole.
    left_out = _FOOTAGE if writes else ()
    return tuple(
        with_loader_criteria(table, of(sight, sqlite)) for table, of in LIMITS.items() if table not in left_out
    )


def _refuse_strangers(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    looked_up = statement.get_execution_options().get("cctv_looked_up", False)
    asks_nothing = isinstance(statement, sa.Select) and not any(_is_source(part) for part in iterate(statement))
    if not looked_up and not asks_nothing:
        raise Broken("a statement that is not kept to what its reader may see")


def _is_source(part: Any) -> bool:
    """Whether a part of a statement is rows of something, also within a column: `SELECT EXISTS (…)`."""
    return isinstance(part, sa.FromClause) and not isinstance(part, FunctionElement)


def _refuse_other_names(statement: Any) -> None:
    """Conditions are added to tables by their own name alone."""
    for part in iterate(statement):
        source = part if isinstance(part, sa.Alias) else getattr(part, "table", None)
        if isinstance(source, sa.Alias) and getattr(source.element, "name", None) in _LIMITED:
            raise Broken(f"{source.element} under another name is not kept to what its reader may see")
