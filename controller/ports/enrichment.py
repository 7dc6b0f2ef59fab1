"""Questions to language models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from controller.core.enrichment import AlarmWords, EnrichmentKind
from shared.kinds import Severity


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that is being asked; `tries` fences its answer."""

    id: str
    kind: EnrichmentKind
    tries: int
    alarm_id: str
    alarm: AlarmWords
    picture_keys: tuple[str, ...]


class EnrichmentStore(Protocol):
    """Questions to language models about alarms."""

    async def plan(self, kind: EnrichmentKind, severities: Sequence[Severity]) -> int:
        """Note questions for fresh alarms that have none; how many."""
        ...

    async def claim(self, kind: EnrichmentKind, limit_ms: int) -> Asked | None:
        """The next question that is due, for somebody who needs at most `limit_ms`."""
        ...

    async def audit(self, asked: Asked, detail: Mapping[str, Any]) -> None:
        """Put on record what is about to be sent where."""
        ...

    async def answered(self, asked: Asked, text: str, model: str) -> None: ...

    async def failed(self, asked: Asked, reason: str, again_ms: int | None) -> None: ...
