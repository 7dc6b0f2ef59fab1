"""Manages who may log in: an administrator adds, changes and resets people, and is shown each one-time code once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from controller.core.access import Role
from controller.core.grants import Given, parse_given
from controller.errors import Missing
from controller.flows.login import CODE_LIFETIME, People, fresh_code
from controller.ports.access import OneTimeCode, Person
from shared.clock import Clock
from shared.ids import parse_name
from shared.texts import say


class Accounts(People, Protocol):
    """The database as who manages people sees it."""

    async def change(self, name: str, who: str, *, role: str | None, enabled: bool | None, address: str = "") -> Person:
        """Their sessions end; `Missing`, or `Rejected` where nobody would administer any more."""
        ...

    async def give(self, name: str, given: Given | None, who: str, address: str = "") -> Person:
        """Rights by camera or node; `Missing`, or `Rejected` for an administrator or a camera that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """What lets someone choose a password: shown once, good until then."""

    person: Person
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ManagePeople:
    """Everything here is an administrator's; who it was is in the audit log."""

    _people: Accounts
    clock: Clock

    async def everybody(self) -> Sequence[Person]:
        """By name."""
        return await self._people.users()

    async def add(self, name: str, role: Role, given: Given | None, who: str) -> Invitation:
        """Someone without a password yet, kept to what is given from the first moment on; `Conflict`: name taken."""
        parse_name("name", name)
        kept = None if given is None else parse_given(given)
        code = self._code()
        await self._people.add_user(
            name, role, password_hash=None, must_set_password=True, who=who, given=kept, code=code
        )
        return await self._invitation(name, code)

    async def change(self, name: str, who: str, *, role: Role | None, enabled: bool | None, address: str) -> Person:
        """Another role, shut out or let in; nothing for what stays."""
        return await self._people.change(name, who, role=role, enabled=enabled, address=address)

    async def give(self, name: str, given: Given | None, who: str, address: str) -> Person:
        """Rights by camera or node, or None: what the role may do with every camera. Sessions go on with them."""
        return await self._people.give(name, None if given is None else parse_given(given), who, address)

    async def reset(self, name: str, who: str) -> Invitation:
        """A new code in place of their password, whose sessions end; `Rejected` for the last who can administer."""
        code = self._code()
        await self._people.require_password(name, who, last_too=False, code=code)
        return await self._invitation(name, code)

    def _code(self) -> OneTimeCode:
        return OneTimeCode(fresh_code(), self.clock.now() + CODE_LIFETIME)

    async def _invitation(self, name: str, code: OneTimeCode) -> Invitation:
        person = await self._people.user(name)
        if person is None:
            raise Missing("username", say("unknown", key=name))
        return Invitation(person, code.text, code.until)
