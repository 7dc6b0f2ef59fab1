"""Tells what a site does with pictures of people: who may see them, which ways lead out, what its notice says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.grants import RIGHTS, Roles, sight
from controller.core.privacy_notice import Notice
from controller.core.ways_out import Way
from controller.ports import State
from controller.ports.access import Person


class NoticeBook(Protocol):
    """The notice in the database; a change is in the audit with what was before."""

    async def notice(self) -> Notice: ...

    async def put(self, notice: Notice, who: str, address: str) -> None: ...


class Everybody(Protocol):
    """Who may log in."""

    async def users(self) -> Sequence[Person]: ...


class Places(Protocol):
    """Destinations of messages, or of exports."""

    async def all(self) -> list[State]: ...


@dataclass(frozen=True, slots=True)
class TellPrivacy:
    """`ways`: those that the settings open."""

    book: NoticeBook
    people: Everybody
    messages: Places
    exports: Places
    ways: Callable[[], Sequence[Way]]
    roles: Roles

    async def state(self) -> State:
        """PrivacyOut without its tag."""
        return {"rights": await self._rights(), "ways": await self._ways(), "notice": (await self.book.notice()).said}

    async def _rights(self) -> list[State]:
        people = [one for one in await self.people.users() if one.enabled]
        return [
            {
                "right": right,
                "people": sum(not sight(one.role, one.given, right, self.roles).empty for one in people),
            }
            for right in RIGHTS
        ]

    async def _ways(self) -> list[Way]:
        told = [
            Way("message", str(one["name"]), bool(one["enabled"]), bool(one["pictures"]), "row")
            for one in await self.messages.all()
        ]
        sent = [Way("export", str(one["name"]), True, True, "row") for one in await self.exports.all()]
        return [*told, *sent, *self.ways()]
