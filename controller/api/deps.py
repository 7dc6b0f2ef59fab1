"""What the routes are given: flows and ports, put together in `controller.app`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.api.auth import Sessions
from controller.flows.follow import FeedFollower
from controller.flows.login import LogIn
from controller.flows.playback import Playback
from controller.flows.rules import Rulebook
from controller.flows.watch_system import SystemView
from controller.ports import AccountStore, LiveLink, PutDesk, SiteReads
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that one API process serves with."""

    site: str
    demo: bool
    version: str
    secure: bool
    clock: Clock
    sessions: Sessions
    accounts: AccountStore
    login: LogIn
    reads: SiteReads
    rulebook: Rulebook
    playback: Playback
    feed: FeedFollower
    system: SystemView
    live: LiveLink
    put_desk: PutDesk | None
    dashboard: Path
    mint: Callable[[], str]
