"""People look through what happened, each with a pile of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.review import ReviewWish
from controller.ports import State
from shared.clock import Clock

WEEK_MS = 7 * 24 * 3_600_000


class ReviewBook(Protocol):
    """The database as this flow sees it; `Rejected` for a cursor that was not given out."""

    async def page(self, wish: ReviewWish, cursor: str | None, limit: int) -> State: ...

    async def days(self, wish: ReviewWish) -> State: ...

    async def mark(self, who: str, ids: Sequence[str], *, reviewed: bool) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Review:
    """What is left open of a span is a week up to now."""

    book: ReviewBook
    clock: Clock

    def span(self, from_ms: int | None, to_ms: int | None) -> tuple[int, int]:
        """The time meant, Unix ms."""
        end_ms = self.clock.unix_ms() if to_ms is None else to_ms
        return max(0, end_ms - WEEK_MS) if from_ms is None else from_ms, end_ms

    async def page(self, wish: ReviewWish, cursor: str | None, limit: int) -> State:
        """ReviewPage, newest first."""
        return await self.book.page(wish, cursor, limit)

    async def days(self, wish: ReviewWish) -> State:
        """ReviewDays, oldest first."""
        return await self.book.days(wish)

    async def mark(self, who: str, ids: Sequence[str], *, reviewed: bool) -> State:
        """ReviewMarkedOut: what of that changed, so that it can be taken back."""
        return {"changed": await self.book.mark(who, ids, reviewed=reviewed)}
