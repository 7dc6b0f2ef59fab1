"""Drawing on the planes of a picture: against the geometry that everything else uses, in place, in bounds."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge_agent.core.planes import BLACK, GREY, WHITE, Cover, Ink, Planes, Stamp, inside, planes_of
from shared.geometry import Polygon, contains, edge_distance

NOISE = 77
SIZES = st.tuples(st.integers(1, 20).map(lambda n: 2 * n), st.integers(1, 20).map(lambda n: 2 * n))
POLYGONS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8).map(tuple)


def blank(width: int, height: int, spare: int = 6) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], Planes]:
    """Memory with longer lines than the picture's, and the picture in it."""
    memory = np.full((height * 3 // 2, width + 2 * spare), NOISE, np.uint8)
    return memory, planes_of(memory, width, height, memory.shape[1])


@settings(max_examples=80, deadline=None)
@given(polygon=POLYGONS, size=SIZES)
def test_a_pixel_is_inside_where_the_geometry_says_so(polygon: Polygon, size: tuple[int, int]) -> None:
    width, height = size
    found = inside(polygon, width, height)
    for row in range(height):
        for column in range(width):
            centre = ((column + 0.5) / width, (row + 0.5) / height)
            if edge_distance(polygon, centre) > 1e-9:
                assert found[row, column] == contains(polygon, centre), centre


@settings(max_examples=80, deadline=None)
@given(polygons=st.lists(POLYGONS, min_size=1, max_size=3), size=SIZES)
def test_what_a_polygon_touches_is_black_and_colourless_and_nothing_else_changes(
    polygons: list[Polygon], size: tuple[int, int]
) -> None:
    width, height = size
    memory, planes = blank(width, height)
    Cover(polygons, width, height).fill(planes)
    black = planes.y == BLACK
    for polygon in polygons:
        assert black[inside(polygon, width, height)].all()
        for x, y in polygon:  # also one thinner than a pixel
            assert black[min(height - 1, int(y * height)), min(width - 1, int(x * width))]
    blocks = black.reshape(height // 2, 2, width // 2, 2)
    assert (blocks.any(axis=(1, 3)) == blocks.all(axis=(1, 3))).all()
    for plane in (planes.u, planes.v):
        assert ((plane == GREY) == blocks.all(axis=(1, 3))).all()
        assert set(np.unique(plane)) <= {GREY, NOISE}
    assert set(np.unique(planes.y)) <= {BLACK, NOISE}
    planes.y[...] = planes.u[...] = planes.v[...] = NOISE
    assert (memory == NOISE).all()  # nothing beside the picture was touched


@settings(max_examples=60, deadline=None)
@given(polygon=POLYGONS, size=SIZES)
def test_hardly_more_than_the_polygon_is_covered(polygon: Polygon, size: tuple[int, int]) -> None:
    width, height = size
    _memory, planes = blank(width, height)
    Cover([polygon], width, height).fill(planes)
    reach = 4 / min(width, height)
    for row, column in np.argwhere(planes.y == BLACK):
        centre = ((column + 0.5) / width, (row + 0.5) / height)
        assert contains(polygon, centre) or edge_distance(polygon, centre) < reach


@given(opacity=st.integers(0, 255), letter=st.integers(0, 255), under=st.integers(16, 235))
def test_letters_are_blended_between_black_white_and_what_is_there(opacity: int, letter: int, under: int) -> None:
    assume(letter <= opacity)
    _memory, planes = blank(8, 8)
    planes.y[...], planes.u[...] = under, 240
    ink = Ink(np.full((2, 4), opacity, np.uint8), np.full((2, 4), letter, np.uint8))
    Stamp(ink, 2, 4).draw(planes)
    expected = (under * (255 - opacity) + BLACK * (opacity - letter) + WHITE * letter) / 255
    assert planes.y[4:6, 2:6] == pytest.approx(np.full((2, 4), expected), abs=1)
    assert (planes.y[:4] == under).all()
    assert (planes.y[6:] == under).all()
    assert planes.u[2, 1:3] == pytest.approx(np.full(2, (240 * (255 - opacity) + GREY * opacity) / 255), abs=1)
    assert (planes.u[:2] == 240).all()


def test_planes_are_views_of_the_memory() -> None:
    memory, planes = blank(16, 8)
    for plane in (planes.y, planes.u, planes.v):
        assert np.shares_memory(plane, memory)
    assert [plane.shape for plane in (planes.y, planes.u, planes.v)] == [(8, 16), (4, 8), (4, 8)]
    planes.v[...] = 200
    assert (planes.u == NOISE).all()
    other = blank(16, 8)[1]
    other.copy_from(planes)
    assert (other.v == 200).all()
    assert not np.shares_memory(other.v, planes.v)
