"""Diagnose: what someone far away needs to see of a node in trouble, in one bounded ZIP without secrets."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from edge_agent.core.bundle import bundle
from edge_agent.core.log_tail import newest_lines
from edge_agent.core.reconfigure import Book
from edge_agent.flows.observe import Observation
from shared.clock import Clock
from shared.errors import CctvError
from shared.logs import lines_after

_MAX_BYTES = 1_000_000
_MAX_TEXT = 400_000
_MOST_LINES, _LOG_BYTES = 200, 60_000  # one reply carries them


class Diagnosis:
    """Gathers health, ring and outbox figures, versions, settings and the last log lines."""

    def __init__(
        self,
        observation: Observation,
        settings: Callable[[], Mapping[str, Any]],
        secrets: Callable[[], Sequence[str]],
        versions: Callable[[], Mapping[str, str]],
        log_lines: Callable[[], Sequence[str]],
        book: Callable[[], Book],
        clock: Clock,
        lines_after: Callable[[int], tuple[int, Sequence[str]]] = lines_after,
    ) -> None:
        self._observation = observation
        self._settings = settings
        self._secrets = secrets
        self._versions = versions
        self._log_lines = log_lines
        self._book = book
        self._clock = clock
        self._lines_after = lines_after

    async def make(self) -> bytes:
        """A ZIP of at most a megabyte; what cannot be read says so in its place."""
        try:
            health = asdict(await self._observation.now())
        except CctvError as fault:
            health = {"unreadable": str(fault)}
        return await asyncio.to_thread(self._pack, health)

    def log(self, after: int) -> tuple[int, bytes]:
        """How many lines were written, and a JSON list of the newest after `after`, for which there is room."""
        newest, lines = self._lines_after(after)
        return newest, newest_lines(lines, self._secrets(), _MOST_LINES, _LOG_BYTES)

    def _pack(self, health: Mapping[str, Any]) -> bytes:
        texts = {
            "health.json": _json(health),
            "versions.json": _json(self._versions()),
            "settings.json": _json(self._settings()),
            "config.json": _json(asdict(self._book())),
        }
        log = "".join(f"{line}\n" for line in self._log_lines())
        return bundle(texts, log, self._secrets(), self._clock.now(), _MAX_BYTES)


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)[:_MAX_TEXT]
