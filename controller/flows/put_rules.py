"""Puts rules in force: checked as a whole by core, then replaced in one step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from controller.core.records import Rule
from controller.core.rulebook import parse_rules
from controller.ports import Bell, State
from shared.ids import CameraId, parse_camera


class RulesStore(Protocol):
    """The site's rules."""

    async def all(self) -> State: ...

    async def replace(
        self, rules: Sequence[Rule], *, camera: CameraId | None, expected_version: int | None, who: str
    ) -> State:
        """`Conflict` when the rules are at another version than expected."""
        ...


@dataclass(frozen=True, slots=True)
class PutRules:
    """The site's rules: read them, replace them."""

    store: RulesStore
    bell: Bell
    mint: Callable[[], str]

    async def all(self) -> State:
        return await self.store.all()

    async def replace(
        self, rules: Sequence[Mapping[str, Any]], *, camera: str | None, expected_version: int | None, who: str
    ) -> State:
        """Replace all rules, or one camera's; the first faulty key is named by a `Rejected`."""
        only: CameraId | None = None if camera is None else parse_camera(camera)
        checked = parse_rules({"rules": list(rules)}, self.mint)
        state = await self.store.replace(checked, camera=only, expected_version=expected_version, who=who)
        await self.bell.ring("feed")
        return state
