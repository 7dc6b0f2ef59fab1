"""What the routes are given: flows and ports, put together in `controller.app`."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from controller.api.auth import Guard
from controller.api.idempotency import KeptAnswers
from controller.api.metrics import Metrics
from controller.api.sockets import RECHECK_S
from controller.core.audit import Head, Seal
from controller.core.audit_search import AuditSearch
from controller.core.callers import EVERYBODY, Callers
from controller.flows.admit import AdmitNodes
from controller.flows.check_audit import CheckAudit
from controller.flows.count_viewers import Viewers
from controller.flows.delete_footage import ManageDeletions
from controller.flows.derive_live import DeriveLive
from controller.flows.follow import FeedFollower
from controller.flows.handle_alarms import HandleAlarms
from controller.flows.log_in_elsewhere import LogInElsewhere
from controller.flows.login import LogIn
from controller.flows.maintain import Maintain
from controller.flows.manage_archives import ManageArchives
from controller.flows.manage_destinations import ManageDestinations
from controller.flows.manage_exports import ManageExports
from controller.flows.manage_holds import ManageHolds
from controller.flows.manage_keys import ManageKeys
from controller.flows.manage_layouts import ManageLayouts
from controller.flows.manage_models import ManageModels
from controller.flows.manage_moves import ManageMoves
from controller.flows.manage_people import ManagePeople
from controller.flows.manage_retention import ManageRetention
from controller.flows.manage_sessions import ManageSessions
from controller.flows.manage_targets import ManageTargets
from controller.flows.measure_load import MeasureLoad
from controller.flows.name_cameras import NameCameras
from controller.flows.note_listening import NoteListening
from controller.flows.note_views import NoteViews
from controller.flows.play_anywhere import PlayAnywhere
from controller.flows.playback import Playback
from controller.flows.preview import Preview
from controller.flows.put_rules import PutRules
from controller.flows.read_proof import ReadProof
from controller.flows.read_timeline import ReadTimeline
from controller.flows.request_footage import RequestFootage
from controller.flows.review import Review
from controller.flows.search_motion import SearchMotion
from controller.flows.search_past import SearchPast
from controller.flows.second_factor import SecondFactor
from controller.flows.still_pictures import StillPictures
from controller.flows.switch_features import SwitchFeatures
from controller.flows.tell_machine import TellMachine
from controller.flows.tell_privacy import TellPrivacy
from controller.flows.tell_storage import TellStorage
from controller.flows.tend_nodes import TendNodes
from controller.flows.try_rules import TryRules
from controller.flows.unmask import Unmask
from controller.flows.watch_system import WatchSystem
from controller.flows.write_report import WriteReport
from controller.ports import MediaDoor, State
from controller.ports.derived import FilmMaker, StillMaker
from shared.clock import Clock


class SiteReads(Protocol):
    """What the dashboard shows, as the whole states that `api.schemas` describes; `Missing` when there is none."""

    async def cameras(self) -> list[State]: ...

    async def nodes(self) -> list[State]: ...

    async def alarms(
        self, *, state: str, camera: str | None, severity: str | None, cursor: str | None, limit: int
    ) -> State: ...

    async def alarm(self, alarm: str) -> State: ...

    async def alarm_picture(self, alarm: str) -> str | None:
        """Object key of a picture, here and below."""
        ...

    async def occurrence_picture(self, occurrence: str) -> str | None: ...

    async def events(
        self, *, camera: str | None, from_ms: int | None, to_ms: int | None, cursor: str | None, limit: int
    ) -> State: ...

    async def event(self, event: str) -> State: ...

    async def verdicts(self, event: str) -> list[State]: ...


class OccurrenceReads(Protocol):
    """One occurrence of an alarm."""

    async def occurrence(self, occurrence: str) -> State:
        """OccurrenceDetailOut; `Missing` when there is none."""
        ...


class Enrichments(Protocol):
    """What language models added to alarms."""

    async def of_alarm(self, alarm: str) -> list[State]: ...

    async def decide(self, enrichment: str, decision: str, who: str, address: str) -> State:
        """`Conflict` when somebody decided otherwise."""
        ...


class LiveEnd(Protocol):
    """The relay's end of a passed-on WebSocket."""

    async def send(self, framed: bytes) -> None: ...

    async def receive(self) -> bytes:
        """`Transient` once it is closed."""
        ...


class LiveLink(Protocol):
    """Opens WebSockets at the relay."""

    def open(self, path: str, headers: Mapping[str, str]) -> AbstractAsyncContextManager[LiveEnd]:
        """`Refused` when the relay refuses, `Transient` when it is away."""
        ...


class AuditReads(Protocol):
    """Who did what."""

    async def page(self, asked: AuditSearch, cursor: int | None, limit: int) -> State:
        """AuditPage: the newest first."""
        ...

    async def after(self, asked: AuditSearch, entry: int, limit: int) -> list[State]:
        """AuditEntry, the oldest first, behind an entry."""
        ...

    async def note(self, who: str, what: str, *, address: str = "", detail: dict[str, Any] | None = None) -> None:
        """Write an entry of what was done with the audit itself."""
        ...

    async def unsealed(self) -> int:
        """Entries that wait for their seal."""
        ...

    async def standing(self) -> tuple[Seal | None, Head | None]:
        """The last seal and the newest head."""
        ...


class FilmReaders(Protocol):
    """The processes that read films for this one."""

    async def close(self) -> None:
        """End them."""
        ...


class MaskReads(Protocol):
    """Masked parts of pictures."""

    async def all(self) -> list[State]:
        """MasksOut of each camera that has any."""
        ...


@dataclass(frozen=True, slots=True)
class Derived:
    """Pictures for who may not see clear ones."""

    live: DeriveLive
    stills: StillMaker
    films: FilmMaker


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that one API process serves with."""

    site: str
    demo: bool
    time_zone: str
    version: str
    secure: bool
    hsts_below: bool  # TLS alone also for what is under this host name
    guard: Guard
    answers: KeptAnswers
    login: LogIn
    factor: SecondFactor
    keys: ManageKeys
    people: ManagePeople
    sessions: ManageSessions
    reads: SiteReads
    alarms: HandleAlarms
    occurrences: OccurrenceReads
    load: MeasureLoad
    maintenance: Maintain
    rules: PutRules
    nodes: TendNodes
    admission: AdmitNodes
    release_file: Callable[[str], Path | None]
    """What is offered to nodes under a name."""
    address_for_nodes: Callable[[], str]
    playback: Playback
    play: PlayAnywhere
    requests: RequestFootage
    timeline: ReadTimeline
    proof: ReadProof
    storage: TellStorage
    retention: ManageRetention
    moves: ManageMoves
    features: SwitchFeatures
    search: SearchPast
    motion: SearchMotion
    review: Review
    preview: Preview
    films: FilmReaders
    report: WriteReport
    enrichments: Enrichments
    trials: TryRules
    exports: ManageExports
    export_targets: ManageTargets
    archives: ManageArchives
    holds: ManageHolds
    layouts: ManageLayouts
    models: ManageModels
    camera_names: NameCameras
    stills: StillPictures
    masks: MaskReads
    viewers: Viewers
    audit: AuditReads
    audit_check: CheckAudit
    views: NoteViews
    listening: NoteListening
    deletions: ManageDeletions
    feed: FeedFollower
    system: WatchSystem
    machine: TellMachine
    live: LiveLink
    derived: Derived
    unmask: Unmask
    privacy: TellPrivacy
    door: MediaDoor
    dashboard: Path
    metrics: Metrics
    notify: ManageDestinations
    clock: Clock
    callers: Callers = EVERYBODY
    elsewhere: LogInElsewhere | None = None  # none: no identity provider is set up
    recheck_s: float = RECHECK_S  # how often an open WebSocket's session is looked at again
