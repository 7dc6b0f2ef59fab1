"""Where a camera saw motion, on its grid: nothing missed, nothing made up, no minute told as still that nobody saw."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.block_picture import Mask
from edge_agent.core.motion_heat import MotionHeat, cells_of
from shared.motion_grid import COLUMNS, MINUTE_MS, ROWS, STEP_MS, MotionGrid, Moved, unpack

ZERO_MS = 1_000_000_020_000  # a minute's beginning
SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 70))
STILL = MotionGrid(columns=COLUMNS, rows=ROWS, step_ms=STEP_MS)


def one_block(row: int, column: int, shape: tuple[int, int] = (22, 40)) -> Mask:
    where = np.zeros(shape, np.bool_)
    where[row, column] = True
    return where


def moved(heat: MotionHeat, minute_ms: int = ZERO_MS) -> Moved:
    grid = heat.told(minute_ms)
    assert grid is not None
    return unpack(grid.packed, (MINUTE_MS // STEP_MS, ROWS, COLUMNS))


@settings(max_examples=40)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 70)),
    st.lists(st.tuples(st.floats(0, 0.99), st.floats(0, 0.99)), max_size=5),
)
def test_every_block_is_in_a_cell_and_no_cell_is_without_one(
    shape: tuple[int, int], places: list[tuple[float, float]]
) -> None:
    rows, columns = shape
    blocks = np.zeros(shape, np.bool_)
    expected = np.zeros((ROWS, COLUMNS), np.bool_)
    for row, column in {(int(down * rows), int(across * columns)) for down, across in places}:
        blocks[row, column] = True
        alone = cells_of(one_block(row, column, shape))
        assert alone.any()
        for y, x in np.argwhere(alone).tolist():
            assert abs((y + 0.5) / ROWS - (row + 0.5) / rows) < 0.5 / ROWS + 0.5 / rows
            assert abs((x + 0.5) / COLUMNS - (column + 0.5) / columns) < 0.5 / COLUMNS + 0.5 / columns
        expected |= alone
    assert np.array_equal(cells_of(blocks), expected)


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 90))
def test_a_picture_all_in_motion_fills_the_grid(rows: int, columns: int) -> None:
    assert cells_of(np.ones((rows, columns), np.bool_)).all()


def test_motion_is_in_its_step_and_nowhere_else() -> None:
    heat = MotionHeat()
    heat.see(ZERO_MS + 4_999, one_block(0, 0))
    heat.see(ZERO_MS + 5_000, one_block(21, 39))
    heat.see(ZERO_MS + 5_900, one_block(21, 0))
    heat.see(ZERO_MS + 59_999, one_block(0, 39))
    assert [tuple(int(n) for n in place) for place in zip(*np.nonzero(moved(heat)), strict=True)] == [
        (0, 0, 0),
        (1, 17, 0),
        (1, 17, 31),
        (11, 0, 31),
    ]


def test_a_minute_nobody_saw_is_not_still() -> None:
    heat = MotionHeat()
    heat.see(ZERO_MS + 2 * MINUTE_MS, None)
    assert heat.told(ZERO_MS) is None
    assert heat.told(ZERO_MS + 2 * MINUTE_MS) == STILL


def test_what_was_told_is_forgotten_and_the_rest_is_bounded() -> None:
    heat = MotionHeat()
    for minute in range(400):
        heat.see(ZERO_MS + minute * MINUTE_MS, one_block(1, 1))
    assert heat.told(ZERO_MS) is None
    assert heat.told(ZERO_MS + 300 * MINUTE_MS) is not None
    heat.forget(ZERO_MS + 399 * MINUTE_MS)
    assert heat.told(ZERO_MS + 398 * MINUTE_MS) is None
    assert moved(heat, ZERO_MS + 399 * MINUTE_MS).any()


def test_a_picture_of_another_size_goes_on_in_the_same_step() -> None:
    heat = MotionHeat()
    heat.see(ZERO_MS, one_block(0, 0))
    heat.see(ZERO_MS + 1, one_block(44, 79, (45, 80)))
    assert moved(heat)[0].sum() == 2


def test_a_mask_that_the_judge_goes_on_with_stays_its_own() -> None:
    heat, where = MotionHeat(), one_block(0, 0)
    heat.see(ZERO_MS, where)
    heat.see(ZERO_MS + 1, one_block(5, 5))
    assert where.sum() == 1
