"""Geometry: overlap, containment, distance, polygon checks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.geometry import Box, Polygon, contains, edge_distance, intersection, iou, parse_polygon

UNIT = st.integers(0, 8).map(lambda n: n / 8)
SQUARE: Polygon = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, x2 = sorted((draw(UNIT), draw(UNIT)))
    y1, y2 = sorted((draw(UNIT), draw(UNIT)))
    return Box(x1, y1, x2, y2)


@given(boxes(), boxes())
def test_iou_is_symmetric_and_bounded(a: Box, b: Box) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0 <= iou(a, b) <= 1
    assert intersection(a, b) <= min(a.area, b.area) + 1e-12
    if a.area > 0:
        assert iou(a, a) == 1


@given(UNIT, UNIT)
def test_a_square_contains_what_its_sides_say(x: float, y: float) -> None:
    assert contains(SQUARE, (x, y)) == (0.25 <= x <= 0.75 and 0.25 <= y <= 0.75)


def test_concave_zone() -> None:
    zone: Polygon = ((0, 0), (1, 0), (1, 1), (0.5, 0.5), (0, 1))
    assert contains(zone, (0.5, 0.4))
    assert not contains(zone, (0.5, 0.9))


def test_distance_to_the_nearest_edge() -> None:
    assert edge_distance(SQUARE, (0.5, 0.5)) == pytest.approx(0.25)
    assert edge_distance(SQUARE, (0.5, 0.85)) == pytest.approx(0.1)
    assert edge_distance(SQUARE, (1.0, 1.0)) == pytest.approx(0.125**0.5)


def test_the_foot_is_bottom_centre() -> None:
    box = Box(0.2, 0.1, 0.4, 0.9)
    assert box.foot == pytest.approx((0.3, 0.9))
    assert box.centre == pytest.approx((0.3, 0.5))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("zone", "zone"),
        ([[0, 0], [1, 1]], "zone"),
        ([[0, 0], [1, 1], [0, 2]], r"zone\[2\]"),
        ([[0, 0], [1, 1], [0]], r"zone\[2\]"),
        ([[0, 0], [1, True], [0, 1]], r"zone\[1\]"),
        ([[0, 0], [1, float("nan")], [0, 1]], r"zone\[1\]"),
        ([[0, 0]] * 65, "zone"),
    ],
)
def test_bad_polygons_name_the_corner(value: object, place: str) -> None:
    with pytest.raises(Rejected, match=place):
        parse_polygon("zone", value)


def test_a_good_polygon_is_read() -> None:
    assert parse_polygon("zone", [[0, 0.5], [1, 0], [1, 1]]) == ((0, 0.5), (1, 0), (1, 1))
