"""Refusals that a person is shown, each with a code by which a page says it in their language."""

from typing import Any

from controller.core.export_target import TargetFault
from shared.errors import Rejected, Transient
from shared.texts import Text, say


class Told(Rejected):
    """What they share: the fault has a code."""

    def __init__(self, field: str, fault: Text) -> None:
        super().__init__(field, fault)


class Unauthenticated(Told):
    """Nobody, or nobody we know."""


class Refused(Told):
    """No leave to do that, or it ran out."""


class Missing(Told):
    """There is no such thing."""


class Conflict(Told):
    """Someone else changed it first, or has the name."""


class Stale(Told):
    """An edit began with what somebody else has changed since: its `If-Match` does not fit."""


class Changed(Conflict):
    """Someone else changed an alarm first; `alarm`: AlarmOut as it is now."""

    def __init__(self, field: str, fault: Text, alarm: dict[str, Any]) -> None:
        super().__init__(field, fault)
        self.alarm = alarm


class Late(Told):
    """Whoever had to answer did not in time."""


class TooOften(Told):
    """Slow down: `retry_after_s` says until when."""

    def __init__(self, field: str, fault: Text, retry_after_s: int) -> None:
        super().__init__(field, fault)
        self.retry_after_s = retry_after_s


class NoRoom(Transient):
    """A disk or a quota takes no more: goes on once there is room."""


class NotDerived(Rejected):
    """A segment of a take that no derived film can be made of: its place in the take."""

    def __init__(self, place: int, why: str) -> None:
        super().__init__("segment", why)
        self.place = place


class WayShut(Transient):
    """Nothing leaves the site there until an administrator opens it."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(say("way_shut", kind=kind, name=name))


class AtTarget(Transient):
    """An export's destination does not take it: `reason` says why, `detail` what it answered, without any secret."""

    def __init__(self, reason: TargetFault, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
