"""People say where exports may be sent besides the browser, and try whether it works."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.core.export_target import has_form
from controller.errors import AtTarget
from controller.flows.manage_exports import Asker
from controller.flows.send_export import Targets
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

_TEST_S = 20.0
_KEY = (3, 200)


class TargetBook(Targets, Protocol):
    """The destinations as people see them; what is secret of them never comes back."""

    async def all(self) -> list[State]: ...

    async def one(self, name: str) -> State:
        """`Missing` when there is none."""
        ...

    async def put(
        self, name: str, place: Mapping[str, str], key: Mapping[str, str] | None, who: str, address: str
    ) -> State: ...

    async def remove(self, name: str, who: str, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageTargets:
    """Destinations of exports: listed, put, removed, tried."""

    book: TargetBook
    clock: Clock

    async def put(
        self, name: str, place: Mapping[str, str], access_key: str | None, secret_key: str | None, asker: Asker
    ) -> State:
        """Add or change an S3 store: `place` is its endpoint, bucket, prefix and region. ExportTargetOut.

        Without keys those that it has stay. `Rejected` names what has no form.
        """
        for field, text in (("name", name), *place.items()):
            if not has_form(field, text):
                raise Rejected(field, say("bad_form"))
        key = None
        if access_key is not None or secret_key is not None:
            key = {"access_key": access_key or "", "secret_key": secret_key or ""}
            for field, text in key.items():
                if not _KEY[0] <= len(text) <= _KEY[1] or not text.isascii() or not text.isprintable():
                    raise Rejected(field, say("text_length", length=len(text), least=_KEY[0], most=_KEY[1]))
        return await self.book.put(name, place, key, asker.name, asker.address)

    async def remove(self, name: str, asker: Asker) -> None:
        """Forget an S3 store; what was sent there stays."""
        await self.book.remove(name, asker.name, asker.address)

    async def test(self, name: str) -> State:
        """Write, read back and remove a little: ExportTargetTestOut."""
        await self.book.one(name)
        began_ms = self.clock.monotonic_ms()
        reason, detail, free_bytes = "", "", None
        try:
            async with asyncio.timeout(_TEST_S):
                free_bytes = await (await self.book.open(name)).probe()
        except AtTarget as fault:
            reason, detail = fault.reason, fault.detail
        except TimeoutError:
            reason, detail = "target_away", f"no answer within {_TEST_S:.0f} s"
        took_ms = round(self.clock.monotonic_ms() - began_ms)
        return {"ok": not reason, "reason": reason, "detail": detail, "free_bytes": free_bytes, "took_ms": took_ms}
