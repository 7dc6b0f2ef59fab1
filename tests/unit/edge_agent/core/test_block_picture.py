"""Block means and neighbourhoods agree with the plain way of computing them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.core.block_picture import (
    block_edges,
    block_means,
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
    means = block_means(picture)
    rows, columns = picture.shape[0] // 8, picture.shape[1] // 8
    assert means.shape == (rows, columns)
    for row in range(rows):
        for column in range(columns):
            block = picture[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8]
            assert means[row, column] == pytest.approx(block.mean(), abs=1e-3)


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
    change = np.abs(block_means(picture) - block_means(moved))[1, 1:5]
    assert change.max() == pytest.approx(20)
    assert (block_edges(picture)[1, 1:5] >= change - 1e-3).all()
    assert block_edges(np.full((24, 48), 90, np.uint8)).max() == 0


def test_middle_is_the_upper_median() -> None:
    assert middle(np.array([5, 1, 9], np.float32)) == 5
    assert middle(np.array([1, 2, 3, 4], np.float32)) == 3
