"""What a reader of the socket wants to hear: topics, and of which cameras. Pure.

Invariants, held by tests/unit/controller/core/test_subscription.py:
1. What was not subscribed to is never given; what is taken back is given no more.
2. A row about no camera is given to whoever wants its topic.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from controller.core.access import Need, allows

Topic = Literal["alarm", "event", "camera", "node", "rules", "system", "zone", "maintenance"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
NEEDS: Mapping[Topic, Need] = dict.fromkeys(TOPICS, "viewer")
"""Whom each topic is for."""

Row = Mapping[str, Any]
_ALL = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Topics with the cameras that are wanted of each; None: all of them."""

    wanted: Mapping[str, frozenset[str] | None] = field(default_factory=dict)

    def subscribe(self, topics: Collection[str], cameras: Collection[str] | None) -> "Subscription":
        """These too: of all cameras, or of those named as well as of those before."""
        wanted = dict(self.wanted)
        for topic in topics:
            before = wanted.get(topic, frozenset())
            wanted[topic] = _ALL if cameras is None or before is _ALL else before | frozenset(cameras)
        return Subscription(wanted)

    def unsubscribe(self, topics: Collection[str], cameras: Collection[str] | None) -> "Subscription":
        """No longer these; a camera that is left out of all of them is not known by name, and so cannot be."""
        wanted = dict(self.wanted)
        for topic in topics:
            before = wanted.pop(topic, frozenset())
            if cameras is not None and before is not _ALL and (left := before - frozenset(cameras)):
                wanted[topic] = left
            elif cameras is not None and before is _ALL:
                wanted[topic] = _ALL
        return Subscription(wanted)

    def wants(self, row: Row) -> bool:
        """Whether a row of the feed is to be given."""
        if row["kind"] not in self.wanted:
            return False
        cameras = self.wanted[row["kind"]]
        about = cameras_of(row)
        return cameras is _ALL or not about or not about.isdisjoint(cameras)


def cameras_of(row: Row) -> frozenset[str]:
    """The cameras that a row of the feed is about; none: it is about the site, or a node."""
    data: Mapping[str, Any] = row["data"] or {}
    match row["kind"]:
        case "camera":
            return frozenset([data["id"]])
        case "alarm" | "event" | "zone":
            named = [data.get("camera"), *data.get("cameras", ())]
            return frozenset(one for one in named if one)
        case "node":
            return frozenset(data.get("cameras", ()))
        case _:
            return frozenset()


def refused_topics(role: str, topics: Collection[Topic]) -> tuple[Topic, ...]:
    """Those that a role may not read."""
    return tuple(topic for topic in topics if not allows(role, NEEDS[topic]))
