"""SQLModel tables; every column has a comment with its unit. The same on SQLite and PostgreSQL."""

from sqlmodel import SQLModel

from controller.adapters.tables.answers import AnswerRow
from controller.adapters.tables.audit import AuditHeadRow, AuditRow, AuditSealRow, with_append_only
from controller.adapters.tables.backfill import BackfillRow, FactSeqRow, FootageRequestRow
from controller.adapters.tables.deletions import DeletionRow
from controller.adapters.tables.enrichment import EnrichmentRow
from controller.adapters.tables.enrolment import CertificateRow, InvitationRow
from controller.adapters.tables.exports import (
    ArchiveItemRow,
    ArchiveRow,
    ExportRow,
    ExportTargetRow,
    HoldRow,
    KeepRuleRow,
    MoveRuleRow,
)
from controller.adapters.tables.facts import EventClassRow, EventRow, GapRow, LedgerRow, RawFactRow, RunRow, TamperRow
from controller.adapters.tables.judging import (
    AlarmHistoryRow,
    AlarmRow,
    JobRow,
    MaintenanceRow,
    OccurrenceRow,
    RuleRow,
    RuleVersionRow,
    VerdictRow,
)
from controller.adapters.tables.letters import with_letters
from controller.adapters.tables.logins import (
    ApiKeyRow,
    FactorRow,
    RecoveryCodeRow,
    SessionRow,
    SpentRow,
    TryRow,
)
from controller.adapters.tables.motion import MotionGridRow, MotionToldRow
from controller.adapters.tables.notices import DeliveryRow, DestinationRow, OutputHandRow, QuietRow, SubscriptionRow
from controller.adapters.tables.person_time import PersonTimeRow
from controller.adapters.tables.privacy import PrivacyNoticeRow, UnmaskRow, WayOutRow
from controller.adapters.tables.review import ReviewedRow
from controller.adapters.tables.searches import SavedSearchRow
from controller.adapters.tables.site import (
    CameraRow,
    CursorRow,
    FeatureRow,
    FeedRow,
    LeaseRow,
    MachineRow,
    NodeConfigReportRow,
    NodeConfigRow,
    NodeKeyRow,
    NodeRow,
    OneTimeCodeRow,
    SiteRow,
    UpkeepRow,
    UserRow,
)
from controller.adapters.tables.trials import TrialRow
from controller.adapters.tables.walls import LayoutRow

METADATA = with_append_only(with_letters(SQLModel.metadata))

__all__ = [
    "METADATA",
    "AlarmHistoryRow",
    "AlarmRow",
    "AnswerRow",
    "ApiKeyRow",
    "ArchiveItemRow",
    "ArchiveRow",
    "AuditHeadRow",
    "AuditRow",
    "AuditSealRow",
    "BackfillRow",
    "CameraRow",
    "CertificateRow",
    "CursorRow",
    "DeletionRow",
    "DeliveryRow",
    "DestinationRow",
    "EnrichmentRow",
    "EventClassRow",
    "EventRow",
    "ExportRow",
    "ExportTargetRow",
    "FactSeqRow",
    "FactorRow",
    "FeatureRow",
    "FeedRow",
    "FootageRequestRow",
    "GapRow",
    "HoldRow",
    "InvitationRow",
    "JobRow",
    "KeepRuleRow",
    "LayoutRow",
    "LeaseRow",
    "LedgerRow",
    "MachineRow",
    "MaintenanceRow",
    "MotionGridRow",
    "MotionToldRow",
    "MoveRuleRow",
    "NodeConfigReportRow",
    "NodeConfigRow",
    "NodeKeyRow",
    "NodeRow",
    "OccurrenceRow",
    "OneTimeCodeRow",
    "OutputHandRow",
    "PersonTimeRow",
    "PrivacyNoticeRow",
    "QuietRow",
    "RawFactRow",
    "RecoveryCodeRow",
    "ReviewedRow",
    "RuleRow",
    "RuleVersionRow",
    "RunRow",
    "SavedSearchRow",
    "SessionRow",
    "SiteRow",
    "SpentRow",
    "SubscriptionRow",
    "TamperRow",
    "TrialRow",
    "TryRow",
    "UnmaskRow",
    "UpkeepRow",
    "UserRow",
    "VerdictRow",
    "WayOutRow",
]
