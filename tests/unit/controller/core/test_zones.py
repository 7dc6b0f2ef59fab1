"""Zones: many at once say what one at a time says; the way through one is measured."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.zones import ZoneField, inside_share, margin
from shared.geometry import Box, Point, Polygon, contains, edge_distance

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
HORSESHOE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.6, 0.9), (0.6, 0.4), (0.4, 0.4), (0.4, 0.9), (0.1, 0.9))
grid = st.integers(0, 20).map(lambda n: n / 20)
points = st.tuples(grid, grid)
polygons = st.lists(points, min_size=3, max_size=7, unique=True).map(tuple)


@given(st.lists(polygons, min_size=1, max_size=5), st.lists(points, min_size=1, max_size=6))
def test_one_pass_over_all_says_what_each_alone_says(zones: list[Polygon], feet: list[Point]) -> None:
    inside, distance = ZoneField(zones).measure(feet)
    for column, zone in enumerate(zones):
        for row, foot in enumerate(feet):
            assert inside[row, column] == contains(zone, foot)
            assert abs(distance[row, column] - edge_distance(zone, foot)) < 1e-9


def test_no_zones_and_no_points_are_measured_too() -> None:
    assert ZoneField([]).measure([(0.5, 0.5)])[0].shape == (1, 0)
    assert ZoneField([SQUARE]).measure([])[0].shape == (0, 1)


def test_the_margin_grows_with_the_box() -> None:
    assert margin(Box(0, 0, 0.1, 0.4)) > margin(Box(0, 0, 0.1, 0.2)) > margin(Box(0, 0, 0.1, 0.01)) > 0


def test_the_way_through_a_zone_is_measured_where_it_is_inside() -> None:
    assert inside_share(SQUARE, (0, 0.5), (1, 0.5)) == 0.6000000000000001
    assert abs(inside_share(HORSESHOE, (0, 0.6), (1, 0.6)) - 0.6) < 1e-9, "both legs, not the gap between them"
    assert inside_share(SQUARE, (0, 0.9), (1, 0.9)) == 0
    assert inside_share(SQUARE, (0.3, 0.3), (0.3, 0.3)) == 0
