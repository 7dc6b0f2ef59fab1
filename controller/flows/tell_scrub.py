"""Tells how far the slow reading of everything stored is, and when what it found is a trouble."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from controller.core.conditions import Condition, Key
from controller.core.scrub import Scrub
from controller.ports import State
from shared.texts import say


class ScrubReads(Protocol):
    """What it remembers."""

    async def scrub(self) -> Scrub: ...


@dataclass(frozen=True, slots=True)
class TellScrub:
    """`on`: whether the settings want it. `wanted`: whether it is switched on."""

    rows: ScrubReads
    on: bool
    wanted: Callable[[], Awaitable[bool]]

    async def state(self) -> State:
        """ScrubOut."""
        scrub, wanted = await self.rows.scrub(), await self.wanted()
        return {
            "on": self.on and wanted,
            "switched_off": self.on and not wanted,
            "runs": scrub.runs,
            "whole_ms": scrub.whole_ms,
            "whole_runs": scrub.whole_runs,
            "wrong": len(scrub.wrong),
            "asked": sum(one.asked for one in scrub.wrong),
            "stopped": scrub.stopped,
        }

    async def conditions(self) -> Mapping[Key, Condition]:
        """Something of what is stored is wrong."""
        scrub = await self.rows.scrub()
        if not scrub.wrong:
            return {}
        since_ms = min(one.found_ms for one in scrub.wrong)
        if scrub.stopped:
            text = say("alarm_scrub_stopped", count=len(scrub.wrong))
        else:
            kinds = Counter(one.kind for one in scrub.wrong)
            asked = sum(one.asked for one in scrub.wrong)
            text = say("alarm_scrub_wrong", missing=kinds["missing"], other=kinds["other"], asked=asked)
        return {Key("upkeep_trouble", "scrub"): Condition(text, since_ms)}
