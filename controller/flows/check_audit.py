"""Checks the audit's chain and its signed heads from the first entry to the last, a bounded part at a time."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.audit import FIRST_PREVIOUS, ChainCheck, Entry, Fault, Head, Seal
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

_PART = 2_000
_FAULTS_MAX = 1_000


class SealReads(Protocol):
    """The audit as this flow sees it."""

    async def heads(self) -> list[Head]:
        """Every day's, the oldest first."""
        ...

    async def sealed_after(self, seq: int, limit: int) -> list[tuple[Seal, Entry | None]]:
        """The seals that follow, in their order, each with its entry if that is still there."""
        ...

    async def standing(self) -> tuple[Seal | None, Head | None]:
        """The last seal and the newest head."""
        ...


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """What a part of the check found. `next`: the place behind it; None: the chain is at its end."""

    checked: int
    forgotten: int
    faults: tuple[Fault, ...]
    next: int | None
    last: int


@dataclass(frozen=True, slots=True)
class CheckAudit:
    """`signed` tells whether this site's key signed a head; `copies` are heads that were kept outside the database."""

    book: SealReads
    signed: Callable[[Head], bool]
    copies: Callable[[], Sequence[Head]]
    clock: Clock

    async def part(self, after: int, most: int) -> CheckedPart:
        """Check `most` seals behind the place `after`; heads' signatures are checked with the first part.

        `Rejected` when there is no such place.
        """
        heads = [*await self.book.heads(), *self.copies()]
        by_place = defaultdict(list)
        for head in heads:
            by_place[head.seq].append(head)
        check = ChainCheck(self.clock.now(), after, await self._chain_at(after))
        faults = (
            [] if after else [Fault("head_signature", head.seq, head.day) for head in heads if not self.signed(head)]
        )
        left = most
        while left > 0:
            found = await self.book.sealed_after(check.seq, min(_PART, left))
            for seal, entry in found:
                faults += check.step(seal, entry, by_place.get(seal.seq, ()))
            left -= len(found)
            if not found:
                break
        last = (await self.book.standing())[0]
        at_end = last is None or check.seq >= last.seq
        if at_end:
            faults += check.end(heads)
        told = tuple(dict.fromkeys(faults))[:_FAULTS_MAX]
        return CheckedPart(check.checked, check.forgotten, told, None if at_end else check.seq, last.seq if last else 0)

    async def whole(self) -> AsyncIterator[CheckedPart]:
        """Every part in turn."""
        after: int | None = 0
        while after is not None:
            part = await self.part(after, _PART)
            yield part
            after = part.next

    async def _chain_at(self, seq: int) -> str:
        if seq == 0:
            return FIRST_PREVIOUS
        found = await self.book.sealed_after(seq - 1, 1)
        if not found or found[0][0].seq != seq:
            raise Rejected("after", say("bad_cursor"))
        return found[0][0].chain
