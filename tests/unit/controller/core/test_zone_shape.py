"""Zones that cross themselves are found, and only those."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.rulebook import parse_rulebook
from controller.core.zone_shape import crossing
from shared.errors import Rejected
from shared.geometry import Polygon
from shared.mint import uuid7
from shared.texts import said

BOW = [[0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.6]]
RIGHT = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.6]]


def as_zone(corners: Sequence[Sequence[float]]) -> Polygon:
    return tuple((x, y) for x, y in corners)


def test_a_bow_is_refused_by_its_name_its_edges_and_the_place() -> None:
    rule = {"name": "press", "kind": "zone_intrusion", "zone": BOW, "zone_name": "press bay"}
    with pytest.raises(Rejected) as refused:
        parse_rulebook({"rules": [{"name": "x", "kind": "absence"}, rule]}, uuid7).settled()
    assert refused.value.field == "rules[1].zone"
    told = said(refused.value.fault)
    assert told == {
        "code": "zone_crosses",
        "params": {"zone": "press bay", "a": 1, "b": 2, "c": 3, "d": 4, "x": 0.44, "y": 0.44},
    }
    assert "press bay" in str(refused.value)
    assert "[0.44, 0.44]" in str(refused.value)
    with pytest.raises(Rejected, match="the zone press crosses itself"):
        parse_rulebook({"rules": [{**rule, "zone_name": None}]}, uuid7).settled()


def test_what_only_touches_itself_is_right() -> None:
    assert crossing(as_zone(RIGHT)) is None
    hole: list[list[float]] = [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
        [0.2, 0.2],
        [0.2, 0.8],
        [0.8, 0.8],
        [0.8, 0.2],
        [0.2, 0.2],
    ]
    assert crossing(as_zone(hole)) is None
    assert crossing(as_zone([[0.1, 0.1], [0.9, 0.1], [0.5, 0.1], [0.5, 0.9]])) is None
    assert crossing(as_zone([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])) is None


def test_an_edge_through_a_corner_crosses_too() -> None:
    found = crossing(as_zone([[0, 0.5], [1, 0.5], [1, 0], [0.5, 0.5], [0.25, 1]]))
    assert found is not None
    assert (found.first, found.at) == (0, (0.5, 0.5))


angles = st.lists(st.integers(0, 719), min_size=3, max_size=12, unique=True)


@given(angles, st.data())
def test_corners_in_their_order_around_a_spot_never_cross_and_in_another_often_do(
    steps: list[int], data: st.DataObject
) -> None:
    around = sorted(steps)
    gaps = [(b - a) % 720 for a, b in zip(around, around[1:] + around[:1], strict=True)]
    star = [(0.5 + 0.4 * math.cos(s * math.pi / 360), 0.5 + 0.4 * math.sin(s * math.pi / 360)) for s in around]
    assert crossing(tuple(star)) is None
    if len(star) > 3 and min(gaps) >= 8:
        at = data.draw(st.integers(0, len(star) - 1))
        after = (at + 1) % len(star)
        star[at], star[after] = star[after], star[at]
        assert crossing(tuple(star)) is not None
