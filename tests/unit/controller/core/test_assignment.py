"""Assignment: never worse than any other, checked against trying them all."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from controller.core.assignment import assign

matrices = arrays.arrays(
    np.float64, st.tuples(st.integers(0, 4), st.integers(0, 5)), elements=st.integers(0, 10).map(float)
)


def best_sum(values: np.ndarray) -> float:
    if values.shape[0] > values.shape[1]:
        values = values.T
    rows, columns = values.shape
    useful = np.where(values >= 1, values, 0.0)
    sums = (sum(useful[i, p[i]] for i in range(rows)) for p in permutations(range(columns), rows))
    return max(sums, default=0.0)


@given(matrices)
def test_the_sum_is_the_greatest_and_nobody_is_taken_twice(values: np.ndarray) -> None:
    pairs = assign(values, 1.0)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(values[row, column] >= 1 for row, column in pairs)
    assert sum(values[row, column] for row, column in pairs) == best_sum(values)


def test_a_crowd_is_matched_too() -> None:
    values = np.full((60, 60), 0.1) + np.eye(60)
    assert assign(values, 0.05) == [(i, i) for i in range(60)]
