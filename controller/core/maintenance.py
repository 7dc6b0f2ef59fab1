"""Decides which alarms maintenance keeps quiet. Pure.

Invariants, held by tests/unit/controller/core/test_maintenance.py:
1. A window covers its camera, every camera of its node, or the whole site, from its begin until its end, not after.
2. What is about the whole site is covered by a window of the whole site alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from shared.errors import Rejected
from shared.ids import CameraId, node_of, parse_camera, parse_name
from shared.texts import say

Scope = Literal["camera", "node", "site"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
MINUTES_MAX = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which something is being worked on. `target`: camera or node id, empty for the site."""

    id: str
    scope: Scope
    target: str
    from_at: datetime
    until_at: datetime
    ended_at: datetime | None = None  # somebody ended it before its time

    @property
    def over_at(self) -> datetime:
        return self.until_at if self.ended_at is None else min(self.ended_at, self.until_at)


def target_of(scope: str, text: str) -> tuple[Scope, str]:
    """A window's scope and target as they are kept; `Rejected` names what is wrong."""
    match scope:
        case "camera":
            return "camera", parse_camera(text, "target")
        case "node":
            return "node", parse_name("target", text)
        case "site" if not text:
            return "site", ""
        case "site":
            raise Rejected("target", say("unknown", key=text[:100]))
        case _:
            raise Rejected("scope", say("not_one_of", value=scope[:40], choices=", ".join(SCOPES)))


def covering(windows: Iterable[Window], camera: str | None, node: str | None, at: datetime) -> Window | None:
    """The window that keeps an alarm of `camera`, or of `node`, at `at` quiet; the one that lasts longest."""
    if camera is not None:
        node = node_of(CameraId(camera))
    covers = [
        one
        for one in windows
        if one.from_at <= at < one.over_at
        and (one.scope == "site" or one.target == {"camera": camera, "node": node}[one.scope])
    ]
    return max(covers, key=lambda one: (one.over_at, one.id), default=None)
