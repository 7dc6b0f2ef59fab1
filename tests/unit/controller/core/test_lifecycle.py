"""Every move of an alarm, legal or not."""

import pytest

from controller.core.lifecycle import Move, after
from shared.errors import Rejected
from shared.kinds import AlarmState


@pytest.mark.parametrize(
    ("state", "move", "then"),
    [
        ("raised", "acknowledge", "acknowledged"),
        ("raised", "resolve", "resolved"),
        ("acknowledged", "acknowledge", "acknowledged"),
        ("acknowledged", "resolve", "resolved"),
        ("in_action", "acknowledge", "in_action"),
        ("in_action", "resolve", "resolved"),
        ("resolved", "resolve", "resolved"),
    ],
)
def test_legal_moves(state: AlarmState, move: Move, then: AlarmState) -> None:
    assert after(state, move) == then


def test_what_is_resolved_is_not_acknowledged() -> None:
    with pytest.raises(Rejected, match="cannot be acknowledged any more"):
        after("resolved", "acknowledge")
