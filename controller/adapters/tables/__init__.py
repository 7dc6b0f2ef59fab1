"""SQLModel tables; every column has a comment with its unit. The same on SQLite and PostgreSQL."""

from sqlmodel import SQLModel

from controller.adapters.tables.backfill import BackfillRow, FactSeqRow, FootageRequestRow
from controller.adapters.tables.facts import EventRow, GapRow, LedgerRow, RawFactRow, RunRow, TamperRow
from controller.adapters.tables.judging import (
    AlarmHistoryRow,
    AlarmRow,
    JobRow,
    OccurrenceRow,
    RuleRow,
    RuleVersionRow,
    VerdictRow,
)
from controller.adapters.tables.site import (
    AuditRow,
    CameraRow,
    CursorRow,
    FeedRow,
    LeaseRow,
    NodeConfigReportRow,
    NodeConfigRow,
    NodeRow,
    OneTimeCodeRow,
    SiteRow,
    UserRow,
)

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "AlarmHistoryRow",
    "AlarmRow",
    "AuditRow",
    "BackfillRow",
    "CameraRow",
    "CursorRow",
    "EventRow",
    "FactSeqRow",
    "FeedRow",
    "FootageRequestRow",
    "GapRow",
    "JobRow",
    "LeaseRow",
    "LedgerRow",
    "NodeConfigReportRow",
    "NodeConfigRow",
    "NodeRow",
    "OccurrenceRow",
    "OneTimeCodeRow",
    "RawFactRow",
    "RuleRow",
    "RuleVersionRow",
    "RunRow",
    "SiteRow",
    "TamperRow",
    "UserRow",
    "VerdictRow",
]
