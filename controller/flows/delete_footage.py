"""Deletes footage that a person wants gone: shown before, confirmed in writing, gone on with after any end."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import structlog

from controller.core.deletion import Deletion, checked
from controller.core.retention import Refusals
from controller.core.visible import trimmed
from controller.flows.manage_exports import Asker
from controller.flows.sweep import RetentionStore, delete_picture, delete_run, until_away
from controller.ports import ObjectStore, State
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.ids import RunId
from shared.texts import say

log = structlog.get_logger("delete")

_BATCH = 100
_IDLE_MS = 2_000
_LONGEST_WHY = 500


class DeletionBook(Protocol):
    """Deletions in the database, as people see them."""

    async def preview(self, cameras: Sequence[str], start_ms: int, end_ms: int) -> State: ...

    async def add(
        self, cameras: Sequence[str], start_ms: int, end_ms: int, why: str, who: str, address: str
    ) -> State: ...

    async def page(self, cursor: str | None, limit: int) -> State: ...

    async def one(self, deletion: str) -> State:
        """`Missing` when there is none."""
        ...


class DeletionRows(Protocol):
    """What is left to be deleted."""

    async def open(self) -> Sequence[Deletion]: ...

    async def runs(self, deletion: Deletion, limit: int, without: Collection[str]) -> Sequence[RunId]:
        """What came into the store in the last hour waits: it could come a second time."""
        ...

    async def pictures(self, deletion: Deletion, limit: int, without: Collection[str]) -> Sequence[str]: ...

    async def left(self, deletion: Deletion) -> bool:
        """Whether something of it may go still, now or later."""
        ...

    async def finish(self, deletion: Deletion) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageDeletions:
    """Deletions: shown before, asked for, followed. `site`: what who asks has to write."""

    book: DeletionBook
    clock: Clock
    site: str

    async def preview(self, cameras: Sequence[str], start_ms: int, end_ms: int) -> State:
        """DeletionPreview: what would go, and what of it would stay because somebody holds it."""
        known = checked(cameras, start_ms, end_ms, self.clock.unix_ms())
        return await self.book.preview(known, start_ms, end_ms)

    async def ask(
        self, cameras: Sequence[str], start_ms: int, end_ms: int, why: str, confirm: str, asker: Asker
    ) -> State:
        """DeletionOut; who may ask at all the route says. `Rejected` where the site's name is not confirmed."""
        if confirm != self.site:
            raise Rejected("confirm", say("not_one_of", value=confirm, choices=self.site))
        why = trimmed(why)
        if not 1 <= len(why) <= _LONGEST_WHY:
            raise Rejected("why", say("text_length", length=len(why), least=1, most=_LONGEST_WHY))
        known = checked(cameras, start_ms, end_ms, self.clock.unix_ms())
        return await self.book.add(known, start_ms, end_ms, why, asker.name, asker.address)


async def carry_out(
    rows: DeletionRows, kept: RetentionStore, objects: ObjectStore, clock: Clock, refusals: Refusals
) -> int:
    """Delete what is asked for and nobody holds; how many objects went.

    A deletion is done when nothing is left of it. What the store does not give up is looked past for a while.
    """
    gone = 0
    for deletion in await rows.open():
        while True:
            before = refusals.standing(clock.unix_ms())
            runs = await rows.runs(deletion, _BATCH, before)
            pictures = await rows.pictures(deletion, _BATCH, before)
            work = chain(
                (delete_run(kept, objects, clock, refusals, run) for run in runs),
                (delete_picture(kept, objects, clock, refusals, key) for key in pictures),
            )
            ends = await until_away(work)
            gone += ends.count("gone")
            if "away" in ends:
                return gone
            if "gone" not in ends:
                break
        if not await rows.left(deletion):
            await rows.finish(deletion)
            log.info("footage deleted", deletion=deletion.id)
    return gone


async def delete_wanted(
    rows: DeletionRows, kept: RetentionStore, objects: ObjectStore, clock: Clock, went: Callable[[], None]
) -> None:
    """Carry out what is asked for until cancelled; `went` is called after some went, or may have."""
    refusals = Refusals()
    while True:
        some = 1
        try:
            some = await carry_out(rows, kept, objects, clock, refusals)
        except Transient as fault:
            log.warning("cannot delete, trying again", error=str(fault))
        if some:
            went()
        await clock.sleep_ms(_IDLE_MS)
