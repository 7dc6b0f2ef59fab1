"""Which gaps of a node's ledger somebody is told of, when two tell of the same time, and in which words. Pure.

Time that was not meant to be kept is no loss.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.core.spans import Span, merge, subtract, total_ms
from shared.english import Code
from shared.ids import CameraId, NodeId
from shared.kinds import GapCause
from shared.texts import Text, say

LOSSES: Mapping[GapCause, Code] = {
    "lost": "alarm_gap_lost",
    "disk full": "alarm_gap_disk_full",
    "disk error": "alarm_gap_disk_error",
    "camera stalled": "alarm_gap_camera",
    "camera restarting": "alarm_gap_camera",
    "agent down": "alarm_gap_node",
}
OF_CAMERA: frozenset[GapCause] = frozenset({"camera stalled", "camera restarting"})
"""A camera without pictures has its own alarm; these are told where nobody saw it (the node was out of reach)."""
OF_NODE: GapCause = "agent down"
"""A node that does not run has its own alarm too; this is told where nobody saw it: both were without power."""
_MINUTE_MS = 59_000
"""Of a camera or a node a whole minute at least: a shorter pause is within what its own alarm lets pass too."""
JOINED_MS = 60_000
"""Losses of one cause nearer than this to each other are one stretch of their alarm."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A gap that nobody looked at yet; `id`: its row."""

    id: int
    camera: CameraId
    start_ms: int
    end_ms: int
    cause: GapCause


def worth_telling(start_ms: int, end_ms: int, cause: GapCause) -> bool:
    """Whether a gap is a loss at all."""
    return cause in LOSSES and (cause not in {*OF_CAMERA, OF_NODE} or end_ms - start_ms >= _MINUTE_MS)


def unseen_of_node(gap: Span, told: Iterable[Span], grace_ms: int) -> bool:
    """Whether a node stood still for longer than the site lets pass, at times that no alarm told of yet."""
    return total_ms(subtract([gap], told)) >= max(_MINUTE_MS, grace_ms)


def widened(known: Span, more: Span) -> Span | None:
    """A stretch of losses with one more; None: they are too far from each other."""
    if more[0] - known[1] > JOINED_MS or known[0] - more[1] > JOINED_MS:
        return None
    return min(known[0], more[0]), max(known[1], more[1])


def tally(missed: Missed, before: Mapping[str, object]) -> Text:
    """What is said of all losses of an alarm, this one included; `before`: the parameters of what was said last."""
    lost_ms, gaps = before.get("lost_ms", 0), before.get("gaps", 0)
    lost_ms = (lost_ms if isinstance(lost_ms, int) else 0) + missed.end_ms - missed.start_ms
    gaps = (gaps if isinstance(gaps, int) else 0) + 1
    code = LOSSES[missed.cause]
    return say(code, camera=missed.camera, seconds=round(lost_ms / 1000, 1), gaps=gaps, lost_ms=lost_ms)


def tally_node(node: NodeId, spans: Iterable[Span]) -> Text:
    """What is said of all the times that a node did not run: of all its cameras together, however many tell of it."""
    stretches = merge(spans)
    lost_ms = total_ms(stretches)
    return say("alarm_gap_node", node=node, seconds=round(lost_ms / 1000), gaps=len(stretches), lost_ms=lost_ms)
