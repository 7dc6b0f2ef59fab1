"""Takes evidence holds: footage that retention and people leave alone until somebody lets it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.visible import trimmed
from controller.errors import Refused
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import say

LONGEST_HOLD_MS = 366 * 86_400_000
_REASON = (1, 500)


class HoldBook(Protocol):
    """Holds in the database."""

    async def add(
        self, camera: CameraId, start_ms: int, end_ms: int, reason: str, who: str, address: str, *, lock: bool = False
    ) -> State: ...

    async def page(
        self, *, released: bool, cursor: str | None, limit: int, over: tuple[str, int, int] | None = None
    ) -> State: ...

    async def one(self, hold: str) -> State:
        """`Missing` when there is none."""
        ...

    async def ask_release(self, hold: str, why: str, who: str, address: str) -> State: ...

    async def withdraw_release(self, hold: str, who: str, address: str) -> State: ...

    async def release(self, hold: str, who: str, address: str) -> State: ...


class AlarmSpans(Protocol):
    """What cameras saw of alarms."""

    async def alarm_spans(self, alarms: Sequence[str]) -> list[State]:
        """camera, start_ms, end_ms of each; `Missing` where an alarm is not known."""
        ...


@dataclass(frozen=True, slots=True)
class ManageHolds:
    """Holds: added, listed, released."""

    book: HoldBook
    clock: Clock
    alarms: AlarmSpans

    async def add(
        self, camera: str, start_ms: int, end_ms: int, reason: str, asker: Asker, *, lock: bool = False
    ) -> State:
        """Hold [start_ms, end_ms) of a camera, `lock`ed so that only two people together release it; HoldOut.

        `Rejected` for a span that is none, over a year long or in the future, and without a reason.
        """
        most = min(start_ms + LONGEST_HOLD_MS, self.clock.unix_ms())
        if not start_ms < end_ms <= most:
            raise Rejected("end_ms", say("out_of_range", value=end_ms, least=start_ms + 1, most=most))
        asked = (parse_camera(camera), start_ms, end_ms, _worded(reason), asker.name, asker.address)
        return await self.book.add(*asked, lock=lock)

    async def add_alarm(self, alarm: str, reason: str, asker: Asker, *, lock: bool = False) -> list[State]:
        """Hold what each camera saw of an alarm, as far as it went until now; HoldOut of each.

        `Rejected` for one that no camera saw.
        """
        spans = await self.alarms.alarm_spans([alarm])
        if not spans:
            raise Rejected("alarm", say("clip_not_stored"))
        now_ms = self.clock.unix_ms()
        return [
            await self.add(one["camera"], one["start_ms"], min(one["end_ms"], now_ms), reason, asker, lock=lock)
            for one in spans
        ]

    async def ask_release(self, hold: str, reason: str, asker: Asker) -> State:
        """Who added a locked one, or an admin, wants it released; HoldOut. `Refused` where nobody says who they are.

        `Conflict`: another asked already, and this one may confirm.
        """
        await self._check(hold, asker)
        return await self.book.ask_release(hold, _worded(reason), asker.name, asker.address)

    async def withdraw_release(self, hold: str, asker: Asker) -> State:
        """Nobody wants it released any more, says who may release it; HoldOut."""
        await self._check(hold, asker)
        return await self.book.withdraw_release(hold, asker.name, asker.address)

    async def release(self, hold: str, asker: Asker) -> State:
        """Who added it or an admin, of a locked one another than who asked for it; HoldOut."""
        await self._check(hold, asker)
        return await self.book.release(hold, asker.name, asker.address)

    async def _check(self, hold: str, asker: Asker) -> None:
        found = await self.book.one(hold)
        if not asker.admin and found["who"] != asker.name:
            raise Refused("hold", say("needs_role", role="admin"))
        if not asker.proven and found["locked"]:
            raise Refused("hold", say("hold_at_machine"))


def _worded(reason: str) -> str:
    reason = trimmed(reason)
    if not _REASON[0] <= len(reason) <= _REASON[1]:
        raise Rejected("reason", say("text_length", length=len(reason), least=_REASON[0], most=_REASON[1]))
    return reason
