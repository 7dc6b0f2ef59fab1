"""First alarm: waits on the dashboard's own feed until there is a verified alarm and its clip, and times the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol, get_args

from controller.core.records import RuleKind
from shared.errors import Transient

_RETRY_S = 0.3
_CLIP_POLL_S = 0.5
_VERIFIED = get_args(RuleKind)


class Dashboard(Protocol):
    """What a browser sees."""

    def feed(self) -> AsyncIterator[tuple[dict[str, Any], int]]: ...

    async def read(self, path: str) -> Any: ...


@dataclass(slots=True)
class _Seen:
    """When the feed first told of each thing, Unix ms."""

    events: dict[str, tuple[int, int]] = field(default_factory=dict)  # id -> started, told
    stored: dict[str, int] = field(default_factory=dict)


async def first_alarm(dashboard: Dashboard, clip_wait_s: float) -> dict[str, Any]:
    """Return {"alarms", "timings_ms"} of the first alarm; a time that is unknown is null.

    Waits up to `clip_wait_s` more for the first footage of the alarm's event to be stored.
    """
    seen = _Seen()
    alarm, told_ms = await _await_alarm(dashboard, seen)
    detail = await dashboard.read(f"/alarms/{alarm['id']}")
    event = next((one["event"] for one in detail["occurrences"] if one["event"] is not None), None)
    started_ms, event_told_ms = seen.events.get(event, (None, None)) if event is not None else (None, None)
    stored_ms = None
    if event is not None:
        try:
            async with asyncio.timeout(clip_wait_s):
                stored_ms = await _await_stored(dashboard, event, seen)
        except TimeoutError:
            stored_ms = None
    latest = (await dashboard.read(f"/alarms/{alarm['id']}"))["alarm"]
    return {
        "alarms": [latest],
        "timings_ms": {
            "motion_to_event": _between(started_ms, event_told_ms),
            "motion_to_alarm": _between(started_ms, told_ms),
            "condition_to_alarm": told_ms - alarm["condition_ms"],
            "motion_to_stored": _between(started_ms, stored_ms),
        },
    }


async def _await_alarm(dashboard: Dashboard, seen: _Seen) -> tuple[dict[str, Any], int]:
    while True:
        try:
            async for item, arrived_ms in dashboard.feed():
                if item["kind"] == "event":
                    _note(item["data"], arrived_ms, seen)
                elif item["kind"] == "alarm" and item["data"]["kind"] in _VERIFIED:
                    return item["data"], arrived_ms
        except Transient:
            await asyncio.sleep(_RETRY_S)


async def _await_stored(dashboard: Dashboard, event: str, seen: _Seen) -> int:
    while event not in seen.stored:
        async for item, arrived_ms in dashboard.feed():
            if item["kind"] == "event":
                _note(item["data"], arrived_ms, seen)
                if event in seen.stored:
                    break
        await asyncio.sleep(_CLIP_POLL_S)
    return seen.stored[event]


def _note(event: dict[str, Any], arrived_ms: int, seen: _Seen) -> None:
    seen.events.setdefault(event["id"], (event["start_ms"], arrived_ms))
    if event["stored_ms"] > 0:
        seen.stored.setdefault(event["id"], arrived_ms)


def _between(start_ms: int | None, end_ms: int | None) -> int | None:
    return None if start_ms is None or end_ms is None else end_ms - start_ms
