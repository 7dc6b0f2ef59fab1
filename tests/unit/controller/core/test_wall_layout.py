"""What a saved layout may be."""

import pytest

from controller.core.wall_layout import MOST_PLACES, Layout, checked
from shared.errors import Rejected


def test_a_layout_is_put_in_order() -> None:
    got = checked("  north   yard ", 4, ["gate.a", None, "gate.b", None, None], 10)
    assert got == Layout("north yard", 4, ("gate.a", None, "gate.b"), 10)
    assert checked("x", 16, [], 0).cameras == ()


@pytest.mark.parametrize(
    ("field", "name", "tiles", "cameras", "turn_s"),
    [
        ("name", "  ", 4, [], 0),
        ("name", "x" * 61, 4, [], 0),
        ("tiles", "x", 5, [], 0),
        ("turn_s", "x", 4, [], 4),
        ("turn_s", "x", 4, [], 601),
        ("camera", "x", 4, ["../etc"], 0),
        ("cameras", "x", 4, ["gate.a"] * (MOST_PLACES + 1), 0),
    ],
)
def test_what_is_no_layout_is_named(field: str, name: str, tiles: int, cameras: list[str | None], turn_s: int) -> None:
    with pytest.raises(Rejected) as told:
        checked(name, tiles, cameras, turn_s)
    assert told.value.field == field
