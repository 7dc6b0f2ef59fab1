"""Being in a zone: intrusion, and loitering with its dwell time."""

from dataclasses import dataclass

from controller.core.records import Rule
from controller.core.rules.held import Condition, Found
from controller.core.rules.scene import Frame
from controller.core.tracking import Observation
from controller.core.zones import edge_cuts


class InZone(Condition):
    """In the zone, or trembling on its edge."""

    def look(self, seen: Observation, frame: Frame) -> Found | None:  # noqa: ARG002 - the zone was looked at before
        return Found(frame.now_ms)


@dataclass(slots=True)
class Dwelling(Condition):
    """In the zone. Its dwell time runs from edge to edge, wherever between two frames the foot passed them."""

    rule: Rule

    def look(self, seen: Observation, frame: Frame) -> Found | None:
        if frame.contains(self.rule.zone, seen):
            return Found(self._edge_ms(seen, frame, entering=True) or frame.now_ms)
        return Found(frame.now_ms, exact_ms=self.left(seen, frame) or 0)

    def left(self, seen: Observation, frame: Frame) -> int | None:
        return self._edge_ms(seen, frame, entering=False)

    def _edge_ms(self, seen: Observation, frame: Frame, *, entering: bool) -> int | None:
        """When the foot passed the edge on its way from the frame before; None: it did not."""
        path = frame.memory.path(seen.box.track_id)
        if self.rule.zone is None or len(path) < 2:  # noqa: PLR2004 - there is a frame before
            return None
        (before_ms, before), (now_ms, now) = path[-2], path[-1]
        cuts = edge_cuts(self.rule.zone, before.foot, now.foot)
        if len(cuts) % 2 == 0:
            return None
        return round(before_ms + (cuts[-1] if entering else cuts[0]) * (now_ms - before_ms))
