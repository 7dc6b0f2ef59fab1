"""The encoder follows the board, not what the video devices seem to say."""

import pytest

from edge_agent.core.pi_board import encoder_of
from shared.errors import Rejected


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("Raspberry Pi 5 Model B Rev 1.0\x00", "software"),
        ("Raspberry Pi Compute Module 5 Rev 1.0", "software"),
        ("Raspberry Pi 500 Rev 1.0", "software"),
        ("Raspberry Pi 4 Model B Rev 1.5\x00", "hardware"),
        ("Raspberry Pi Compute Module 4 Rev 1.1", "hardware"),
        ("Raspberry Pi Zero 2 W Rev 1.0", "hardware"),
        ("Raspberry Pi 3 Model B Plus Rev 1.3", "hardware"),
    ],
)
def test_known_boards(model: str, kind: str) -> None:
    assert encoder_of(model) == kind


@pytest.mark.parametrize("model", ["", "Orange Pi 5", "Raspberry Pi 6 Model B"])
def test_unknown_boards_are_refused(model: str) -> None:
    with pytest.raises(Rejected, match="source"):
        encoder_of(model)
