"""Manages API keys: everybody makes and revokes their own, an administrator revokes anybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from controller.core.access import ROLES, role_of
from controller.core.api_key import MOST_DAYS, Scope, parse_scope
from controller.ports.access import Person
from controller.ports.keys import KeptKey
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say


class KeyBook(Protocol):
    """The database as who manages keys sees it."""

    async def add(
        self, owner: str, name: str, scope: Scope, expires_at: datetime, who: str, address: str
    ) -> tuple[KeptKey, str]: ...

    async def of(self, owner: str | None) -> Sequence[KeptKey]: ...

    async def revoke(self, key_id: str, owner: str | None, who: str, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageKeys:
    """A key never has more than its owner has at that moment."""

    _book: KeyBook
    clock: Clock

    async def add(
        self, owner: Person, name: str, scope: Scope, days: int, who: str, address: str
    ) -> tuple[KeptKey, str]:
        """The key, and as it is written: shown this once."""
        if not 1 <= days <= MOST_DAYS:
            raise Rejected("days", say("out_of_range", least=1, most=MOST_DAYS))
        if ROLES.index(scope.role) > ROLES.index(role_of(owner.role)):
            raise Rejected("role", say("needs_role", role=scope.role))
        checked = parse_scope(scope.role, scope.cameras, scope.rights)
        return await self._book.add(owner.name, name, checked, self.clock.now() + timedelta(days=days), who, address)

    async def of(self, owner: str | None) -> Sequence[KeptKey]:
        """Somebody's, or everybody's."""
        return await self._book.of(owner)

    async def revoke(self, key_id: str, owner: str | None, who: str, address: str) -> None:
        """End one; `owner`: only if it is theirs."""
        await self._book.revoke(key_id, owner, who, address)
