"""Reads what the light detector's process tells the agent: a stream may have taken that process over."""

from edge_agent.adapters.detector_wire import Alive, FromDetector, Looked, Ready, Refused
from edge_agent.adapters.message_fields import Fields
from shared.errors import Rejected
from shared.ids import parse_camera

MOST_BYTES = 2_000_000


def read_detector_told(data: bytes) -> FromDetector:
    """Raises `Rejected` for what no detector says."""
    fields = Fields.of(data)
    message = _message(fields.text(), fields)
    fields.end()
    return message


def _message(kind: str, fields: Fields) -> FromDetector:
    match kind:
        case "Ready":
            return Ready(fields.text())
        case "Refused":
            return Refused(fields.text())
        case "Alive":
            return Alive()
        case "Looked":
            return Looked(parse_camera(fields.text()), fields.look())
        case _:
            raise Rejected("message", "of no known kind")
