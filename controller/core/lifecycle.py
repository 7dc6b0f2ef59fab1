"""The life of an alarm: which moves are legal, as one table."""

from typing import Literal

from shared.errors import Rejected
from shared.kinds import AlarmState
from shared.texts import say

Move = Literal["acknowledge", "resolve"]

_MOVES: dict[tuple[AlarmState, Move], AlarmState] = {
    ("raised", "acknowledge"): "acknowledged",
    ("acknowledged", "acknowledge"): "acknowledged",
    ("in_action", "acknowledge"): "in_action",
    ("raised", "resolve"): "resolved",
    ("acknowledged", "resolve"): "resolved",
    ("in_action", "resolve"): "resolved",
    ("resolved", "resolve"): "resolved",
}


def after(state: AlarmState, move: Move) -> AlarmState:
    """The state after a move; an illegal one raises `Rejected`. A move made twice changes nothing."""
    try:
        return _MOVES[state, move]
    except KeyError:
        raise Rejected("state", say("alarm_resolved")) from None
