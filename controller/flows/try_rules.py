"""Takes trials of rules that people ask for: checked at once, run by a worker when it has nothing else to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from controller.core.rulebook import parse_rulebook
from controller.core.surroundings import Surroundings
from controller.core.trial_wish import Source
from controller.ports import Bell, State
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import say

LONGEST_TRIAL_MS = 24 * 3_600_000


class TrialBook(Protocol):
    """Trials as people see them."""

    async def add(
        self, camera: CameraId, start_ms: int, end_ms: int, source: Source, document: dict[str, Any], who: str
    ) -> State: ...

    async def surroundings(self) -> Surroundings:
        """What rules refer to where their document does not say."""
        ...

    async def page(self, *, cursor: str | None, limit: int) -> State: ...

    async def one(self, trial: str) -> State:
        """`Missing` when there is none."""
        ...

    async def cancel(self, trial: str) -> State: ...


@dataclass(frozen=True, slots=True)
class TryRules:
    """Trials: asked for, listed, told, cancelled."""

    _book: TrialBook
    bell: Bell | None
    clock: Clock
    mint: Callable[[], str]

    async def make(
        self, document: dict[str, Any], camera: str, from_ms: int, to_ms: int, source: Source, who: str
    ) -> State:
        """Ask what these rules would have alarmed on a camera in [from_ms, to_ms).

        The first faulty key of the rules is named by a `Rejected`, and so is a span that is none, over a day long or
        in the future.
        """
        most = min(from_ms + LONGEST_TRIAL_MS, self.clock.unix_ms())
        if not from_ms < to_ms <= most:
            raise Rejected("to_ms", say("out_of_range", value=to_ms, least=from_ms + 1, most=most))
        parse_rulebook(document, self.mint, await self._book.surroundings())
        state = await self._book.add(parse_camera(camera), from_ms, to_ms, source, document, who)
        if self.bell is not None:
            await self.bell.ring("jobs")
        return state

    async def page(self, *, cursor: str | None, limit: int) -> State:
        """TrialPage, the newest first."""
        return await self._book.page(cursor=cursor, limit=limit)

    async def one(self, trial: str) -> State:
        """TrialDetailOut; `Missing` when there is none."""
        return await self._book.one(trial)

    async def cancel(self, trial: str) -> State:
        """TrialOut after it; `Missing` when there is none."""
        return await self._book.cancel(trial)
