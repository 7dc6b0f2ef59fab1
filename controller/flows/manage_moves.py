"""People say what moves to the second store, and after how long."""

from dataclasses import dataclass
from typing import Protocol

from controller.core.keeping import LONGEST_DAYS
from controller.core.tiers import EVIDENCE, SUBJECTS, Subject
from controller.errors import Conflict
from controller.flows.manage_exports import Asker
from controller.ports import State
from shared.errors import Rejected
from shared.texts import say


class MoveRules(Protocol):
    """The rules in the database."""

    async def rules(self) -> list[State]: ...

    async def put(self, subject: Subject, days: int | None, who: str, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageMoves:
    """The rules: told and changed. `named`: the settings name a second store."""

    book: MoveRules
    named: bool

    async def state(self) -> State:
        """MovesOut."""
        return {"second": self.named, "rules": await self.book.rules()}

    async def put(self, subject: str, days: int | None, asker: Asker) -> State:
        """MovesOut after it; `days`: none takes the rule away. `Conflict`: the site has no second store."""
        found = next((one for one in SUBJECTS if one == subject), None)
        if found is None:
            raise Rejected("subject", say("not_one_of", value=subject, choices=", ".join(SUBJECTS)))
        least, most = (0, 0) if found == EVIDENCE else (1, LONGEST_DAYS)
        if days is not None and not least <= days <= most:
            raise Rejected("days", say("out_of_range", value=days, least=least, most=most))
        if days is not None and not self.named:
            raise Conflict("second", say("second_store_none"))
        await self.book.put(found, days, asker.name, asker.address)
        return await self.state()
