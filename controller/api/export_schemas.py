"""The wire models of exports and holds. Media times are Unix milliseconds, wall times ISO 8601 UTC."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.target_schemas import TargetName
from controller.api.whole import Seen, WholeMs
from controller.core.alarm_record import PaperKind
from controller.core.bundle import PaperKind as BundlePaperKind
from controller.core.export import MOST_ALARMS, MOST_SPANS, ExportForm, ExportState, Reason
from controller.core.export_words import Language
from shared.fields import CameraName, Uuid

Why = Annotated[str, Field(max_length=500)]


class ExportSpan(Model):
    """[start_ms, end_ms) of one camera."""

    camera: CameraName
    start_ms: WholeMs
    end_ms: WholeMs


class ExportIn(Model):
    """What is wanted: spans of cameras, what cameras saw of alarms, or both; a month of footage in all at most."""

    spans: Annotated[list[ExportSpan], Field(max_length=MOST_SPANS)] = Field(default_factory=list)
    alarms: Annotated[list[Uuid], Field(max_length=MOST_ALARMS)] = Field(default_factory=list)
    why: Why = ""
    destination: TargetName | None = None  # where it is sent to; none: it stays here for browsers
    language: Language = "en"  # of the summaries of its alarms
    form: ExportForm = "films"  # bundle: to be checked offline, a day of footage at most; derived: blocks alone


class ExportOut(Model):
    id: Uuid
    spans: list[ExportSpan]
    alarms: list[Uuid]
    why: str
    who: str
    state: ExportState
    reason: Reason  # what it waits for, or why it is over
    bytes_total: int  # of the source; 0: not known yet
    bytes_done: int
    destination: str | None
    bytes_to_send: int  # of its files; 0: it is not being sent
    bytes_sent: int
    language: Language
    form: ExportForm
    sent_at: AwareDatetime | None  # all of it is at its destination, and gone from here
    created_at: AwareDatetime
    changed_at: AwareDatetime


class ExportPage(Model):
    items: list[ExportOut]
    next: str | None


class ExportFileOut(Model):
    """A film: the camera's own pictures, copied, or derived. `/exports/{id}/files/{name}` has it."""

    name: str
    camera: CameraName
    start_ms: int
    end_ms: int
    bytes: int
    sha256: str


class ExportRecordOut(Model):
    """What was known of an alarm when its export was planned: as JSON, as a page to read, and its pictures."""

    name: str
    alarm: Uuid
    kind: PaperKind
    bytes: int
    sha256: str


class ExportPaperOut(Model):
    """What a bundle proves by: ledgers, keys, custody, reports, and the checker that stands alone."""

    name: str
    kind: BundlePaperKind
    bytes: int
    sha256: str


class ExportGapOut(Model):
    """Wanted, and not there."""

    camera: CameraName
    start_ms: int
    end_ms: int
    cause: str


class ExportDetailOut(Model):
    export: ExportOut
    files: list[ExportFileOut]
    records: list[ExportRecordOut]
    papers: list[ExportPaperOut]
    gaps: list[ExportGapOut]
    key: str | None  # of a bundle: the fingerprint of the site's key, which who checks it needs from the site
    manifest_sha256: str | None


class HoldIn(Model):
    """Footage that must not go: [start_ms, end_ms) of one camera, a year at most."""

    camera: CameraName
    start_ms: WholeMs
    end_ms: WholeMs
    reason: Annotated[str, Field(min_length=1, max_length=500), Seen]
    lock: bool = False  # only two people together release it


class AlarmHoldIn(Model):
    """Why what cameras saw of an alarm must not go."""

    reason: Annotated[str, Field(min_length=1, max_length=500), Seen]
    lock: bool = False


class ReleaseAskIn(Model):
    """Why locked evidence may go."""

    reason: Annotated[str, Field(min_length=1, max_length=500), Seen]


class ReleaseAskOut(Model):
    """Somebody wants locked evidence released; another person who may release it confirms."""

    who: str
    why: str
    at: AwareDatetime
    until: AwareDatetime  # void from then on


class HoldOut(Model):
    id: Uuid
    camera: CameraName
    start_ms: int
    end_ms: int
    reason: str
    who: str
    created_at: AwareDatetime
    released_at: AwareDatetime | None  # none: it holds
    released_by: str
    locked: bool
    asked: ReleaseAskOut | None
    runs: int  # what the store has of it
    bytes: int


class HoldPage(Model):
    items: list[HoldOut]
    next: str | None
