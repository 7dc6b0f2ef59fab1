"""People look at the models, put one in, try it, let it judge and take one out; each deed is put on record."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from controller.core.model_choice import Choice, holds, wanted
from controller.errors import Conflict, Missing
from controller.flows.manage_exports import Asker
from controller.flows.put_rules import notices_out
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import Text, say


class Shelf(Protocol):
    """The models that are here."""

    async def all(self) -> list[State]: ...

    def to_get(self, here: Collection[str]) -> tuple[list[State], list[State]]: ...

    def incoming(
        self, name: str, announced: int | None, pieces: AsyncIterator[bytes]
    ) -> AbstractAsyncContextManager[Path]: ...

    async def add(self, file: Path, name: str, given: dict[str, str], stop: Callable[[], bool]) -> State: ...

    async def remove(self, name: str) -> None: ...

    async def look(self, name: str, picture: bytes) -> State: ...


class ChoiceKept(Protocol):
    """What people chose."""

    @property
    def in_settings(self) -> str: ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nobody else chooses meanwhile, in no process."""
        ...

    def read(self) -> Choice | None: ...

    def write(self, choice: Choice) -> None: ...

    def forget(self) -> None: ...


class RulesInForce(Protocol):
    """The site's rules, as far as a model's classes matter to them."""

    async def lacking(self, model: str, classes: Sequence[str]) -> tuple[Text, ...]: ...


class Judging(Protocol):
    """What the worker says of its models."""

    def model(self) -> State: ...

    def notices(self) -> list[State]: ...


class Record(Protocol):
    """What people did."""

    async def audit(
        self, who: str, what: str, *, subject: str = "", address: str = "", detail: dict[str, Any] | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class ManageModels:
    """`beside`: models that the settings have judge too; `scoring`: those that score pictures there."""

    shelf: Shelf
    choice: ChoiceKept
    rules: RulesInForce
    judging: Judging
    record: Record
    clock: Clock
    beside: tuple[str, ...] = ()
    scoring: Collection[str] = ()
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def state(self) -> State:
        """ModelsOut."""
        choice, models = await asyncio.to_thread(self.choice.read), await self.shelf.all()
        pulls, exports = self.shelf.to_get({one["name"] for one in models if one["state"] != "missing"})
        in_settings = self.choice.in_settings
        stands = choice if holds(choice, in_settings) else None
        now = {one["name"]: one for one in self.judging.model()["models"]}
        return {
            "chosen": wanted(choice, in_settings),
            "in_settings": in_settings,
            "beside": list(self.beside),
            "by": None if stands is None else stands.by,
            "at": None if stands is None else stands.at,
            "before": None if stands is None else stands.before,
            "notices": self.judging.notices(),
            "models": [await self._told(one, now, models, choice) for one in models],
            "to_pull": pulls,
            "to_export": exports,
        }

    async def one(self, name: str) -> State:
        """ModelOut; `Missing` when there is none."""
        for one in (await self.state())["models"]:
            if one["name"] == name:
                return dict(one)
        raise Missing("name", say("model_not_here", name=name))

    async def add(
        self,
        name: str,
        pieces: AsyncIterator[bytes],
        announced: int | None,
        given: dict[str, str],
        asker: Asker,
        stop: Callable[[], bool],
    ) -> State:
        """Take a model in and check it; ModelOut. `Conflict`: another is being checked."""
        if self._turn.locked():
            raise Conflict("body", say("model_busy"))
        async with self._turn, self.shelf.incoming(name, announced, pieces) as file:
            done = await self.shelf.add(file, name, given, stop)
            detail = {"sha256": done["sha256"], "licence": done["licence"]}
            detail |= {"accepted": given["accepted"]} if given["accepted"] else {}
            await self.record.audit(asker.name, "model.add", subject=name, address=asker.address, detail=detail)
        return await self.one(name)

    async def look(self, name: str, picture: bytes) -> State:
        """ModelLookOut: what a model sees in a picture."""
        await self.one(name)
        if self._turn.locked():
            raise Conflict("body", say("model_busy"))
        async with self._turn:
            return await self.shelf.look(name, picture)

    async def choose(
        self,
        name: str | None,
        asker: Asker,
        *,
        confirmed: bool,
        begun: Callable[[], Awaitable[None]] | None = None,
    ) -> State:
        """Let a model judge; None: the one that the settings name. ModelsOut.

        `Conflict`: rules in force need what it lacks, and that is not confirmed. `begun` refuses where somebody else
        has chosen since.
        """
        async with self.choice.alone():
            if begun is not None:
                await begun()
            detail = await self._choose(name, asker, confirmed=confirmed)
        subject = name or self.choice.in_settings
        await self.record.audit(asker.name, "model.use", subject=subject, address=asker.address, detail=detail)
        return await self.state()

    async def _choose(self, name: str | None, asker: Asker, *, confirmed: bool) -> dict[str, Any]:
        in_settings = self.choice.in_settings
        before = wanted(await asyncio.to_thread(self.choice.read), in_settings)
        if name is None or name == in_settings:
            await asyncio.to_thread(self.choice.forget)
            return {"before": before}
        model = await self.one(name)
        if not model["can_judge"]:
            raise Rejected("name", say("model_not_judging", name=name))
        if model["lacks"] and not confirmed:
            raise Conflict("confirm", say("model_choice_lacks"))
        fresh = Choice(name, over=in_settings, before=before, by=asker.name, at=self.clock.now())
        await asyncio.to_thread(self.choice.write, fresh)
        return {"before": before, "sha256": model["sha256"]}

    async def remove(self, name: str, asker: Asker) -> None:
        """Take a model out; one that judges, or that the settings name, is refused."""
        model = await self.one(name)
        if model["state"] == "shipped":
            raise Rejected("name", say("model_shipped", name=name))
        if not model["removable"]:
            raise Rejected("name", say("model_in_use", name=name))
        await self.shelf.remove(name)
        detail = {"sha256": model["sha256"], "licence": model["licence"]}
        await self.record.audit(asker.name, "model.remove", subject=name, address=asker.address, detail=detail)

    async def _told(self, one: State, now: dict[str, State], models: Sequence[State], choice: Choice | None) -> State:
        name, judging = str(one["name"]), now.get(str(one["name"]))
        can_judge = one["task"] == "detect" and one["state"] in ("here", "shipped")
        others = [c for other in models if other["name"] in self.beside for c in other["classes"]]
        lacks = await self.rules.lacking(name, (*one["classes"], *others)) if can_judge else ()
        in_settings = self.choice.in_settings
        needed = {wanted(choice, in_settings), in_settings, *self.beside, *self.scoring, *now}
        return {
            **one,
            "chosen": name == wanted(choice, in_settings),
            "judging": judging is not None,
            "provider": "" if judging is None else judging["provider"],
            "fallback": "" if judging is None else judging["fallback"],
            "fallback_said": None if judging is None else judging["fallback_said"],
            "can_judge": can_judge,
            "removable": name not in needed and one["state"] != "shipped",
            "lacks": notices_out(lacks),
        }
