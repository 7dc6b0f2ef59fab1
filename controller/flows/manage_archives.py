"""People say which alarms are copied where and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.archive import Every
from controller.core.export_target import has_form
from controller.core.export_words import Language
from controller.flows.manage_exports import Asker, TargetNames
from controller.ports import State
from shared.errors import Rejected
from shared.kinds import SEVERITIES
from shared.texts import say

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class ArchiveBook(Protocol):
    """Archives in the database."""

    async def all(self) -> list[State]: ...

    async def put(
        self, name: str, target: str, severities: Sequence[str], every: Every, at_min: int, since_ms: int | None,
        who: str, address: str, language: Language = "en",
    ) -> State: ...  # fmt: skip

    async def run(self, name: str, who: str, address: str) -> State: ...

    async def remove(self, name: str, who: str, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageArchives:
    """Archives: put, listed, run now, removed."""

    book: ArchiveBook
    targets: TargetNames

    async def put(
        self,
        name: str,
        target: str,
        severities: Sequence[str],
        every: Every,
        at: str,
        since_ms: int | None,
        asker: Asker,
        language: Language = "en",
    ) -> State:
        """Copy alarms of `severities` raised since (None: as it was, now at first), and what is held. ArchiveOut."""
        if not has_form("name", name):
            raise Rejected("name", say("bad_form"))
        read = _CLOCK.fullmatch(at)
        if read is None:
            raise Rejected("at", say("bad_form"))
        wanted = [one for one in SEVERITIES if one in severities]
        if not wanted or set(severities) - set(SEVERITIES):
            raise Rejected("severities", say("not_one_of", value=", ".join(severities), choices=", ".join(SEVERITIES)))
        await self.targets.one(target)
        minute = int(read[1]) * 60 + int(read[2])
        when = (every, minute, since_ms)
        return await self.book.put(name, target, wanted, *when, asker.name, asker.address, language)

    async def run(self, name: str, asker: Asker) -> State:
        """Now, whatever its schedule says; ArchiveOut."""
        return await self.book.run(name, asker.name, asker.address)

    async def remove(self, name: str, asker: Asker) -> None:
        """What was copied stays where it is."""
        await self.book.remove(name, asker.name, asker.address)
