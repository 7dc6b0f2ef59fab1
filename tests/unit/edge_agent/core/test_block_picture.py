"""Block means and neighbourhoods agree with the plain way of computing them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.core.block_picture import (
    BlockMeans,
    block_edges,
    grown_box,
    middle,
    neighbour_count,
    neighbour_max,
    neighbour_mean,
)

PICTURES = st.tuples(st.integers(8, 40), st.integers(8, 40), st.integers(0, 2**31)).map(
    lambda given_: np.random.default_rng(given_[2]).integers(0, 256, given_[:2], dtype=np.uint8)
)


@settings(max_examples=50, deadline=None)
@given(PICTURES)
def test_means_are_the_means_of_whole_blocks(picture: NDArray[np.uint8]) -> None:
    means = BlockMeans().of(picture)
    rows, columns = picture.shape[0] // 8, picture.shape[1] // 8
    assert means.shape == (rows, columns)
    for row in range(rows):
        for column in range(columns):
            block = picture[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8]
            assert means[row, column] == pytest.approx(block.mean(), abs=1e-3)


def test_room_that_is_kept_fits_pictures_of_any_size() -> None:
    chance = np.random.default_rng(4)
    means = BlockMeans()
    for height, width in ((360, 640), (480, 640), (8, 8), (360, 640), (200, 320)):
        picture = chance.integers(0, 256, (height, width), dtype=np.uint8)
        plain = picture.reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3), dtype=np.float64)
        np.testing.assert_allclose(means.of(picture), plain)


@settings(max_examples=50, deadline=None)
@given(PICTURES)
def test_neighbourhoods_are_three_by_three(picture: NDArray[np.uint8]) -> None:
    grid = picture.astype(np.float32)
    wide = np.pad(grid, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3))
    np.testing.assert_allclose(neighbour_max(grid), windows.max(axis=(2, 3)))
    np.testing.assert_allclose(neighbour_mean(grid), windows.mean(axis=(2, 3)), rtol=1e-4)
    mask = picture > 128
    counts = np.lib.stride_tricks.sliding_window_view(np.pad(mask, 1), (3, 3)).sum(axis=(2, 3))
    np.testing.assert_array_equal(neighbour_count(mask), counts)


def test_an_edge_says_what_one_pixel_of_shake_would_do() -> None:
    picture = np.zeros((24, 48), np.uint8)
    picture[:, 20:] = 160
    moved = np.roll(picture, 1, axis=1)
    change = np.abs(BlockMeans().of(picture) - BlockMeans().of(moved))[1, 1:5]
    assert change.max() == pytest.approx(20)
    assert (block_edges(picture)[1, 1:5] >= change - 1e-3).all()
    assert block_edges(np.full((24, 48), 90, np.uint8)).max() == 0


@settings(max_examples=50, deadline=None)
@given(PICTURES)
def test_edges_are_what_enters_and_leaves_each_block(picture: NDArray[np.uint8]) -> None:
    rows, columns = picture.shape[0] // 8, picture.shape[1] // 8
    whole = picture[: rows * 8, : columns * 8].astype(np.float32)
    left = whole[:, ::8].reshape(rows, 8, columns).sum(axis=1)
    top = whole[::8].reshape(rows, columns, 8).sum(axis=2)
    change = np.pad(np.abs(np.diff(left, axis=1)), ((0, 0), (0, 1))) + np.pad(
        np.abs(np.diff(top, axis=0)), ((0, 1), (0, 0))
    )
    np.testing.assert_allclose(block_edges(picture), neighbour_max(change) / 64, rtol=1e-6)


@pytest.mark.parametrize(("margin", "box"), [(0, (2, 5, 3, 4)), (1, (1, 6, 2, 5)), (9, (0, 8, 0, 6))])
def test_a_box_is_as_large_as_what_is_set_and_its_margin(margin: int, box: tuple[int, int, int, int]) -> None:
    mask = np.zeros((8, 6), np.bool_)
    mask[2, 3] = mask[4, 3] = True
    near = grown_box(mask, margin)
    inside = np.zeros(mask.shape, np.bool_)
    inside[near] = True
    plain = np.zeros(mask.shape, np.bool_)
    plain[box[0] : box[1], box[2] : box[3]] = True
    np.testing.assert_array_equal(inside, plain)


def test_middle_is_the_upper_median() -> None:
    assert middle(np.array([5, 1, 9], np.float32)) == 5
    assert middle(np.array([1, 2, 3, 4], np.float32)) == 3
