"""What may be asked to be deleted."""

import pytest

from controller.core.deletion import MOST_CAMERAS, checked
from controller.core.retention import YOUNGEST_MS
from shared.errors import Rejected

NOW = 10 * YOUNGEST_MS


def test_each_camera_counts_once() -> None:
    assert checked(["gate.yard", "gate.door", "gate.yard"], 0, 1, NOW) == ("gate.yard", "gate.door")


@pytest.mark.parametrize(
    ("cameras", "span", "field"),
    [
        ([], (0, 1), "cameras"),
        (["yard"], (0, 1), "camera"),
        ([f"gate.c{number}" for number in range(MOST_CAMERAS + 1)], (0, 1), "cameras"),
        (["gate.yard"], (5, 5), "to_ms"),
        (["gate.yard"], (0, NOW - YOUNGEST_MS + 1), "to_ms"),
    ],
)
def test_what_is_none_or_too_young_is_refused(cameras: list[str], span: tuple[int, int], field: str) -> None:
    with pytest.raises(Rejected, match=field):
        checked(cameras, *span, NOW)
    assert checked(["gate.yard"], 0, NOW - YOUNGEST_MS, NOW)
