"""Non-maximum suppression per class."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.nms import MAX_KEPT, suppress

BOXES = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60], [0, 0, 10, 10]], np.float32)
SCORES = np.array([0.6, 0.9, 0.5, 0.7], np.float32)


def test_of_two_on_one_place_the_better_stays_and_other_classes_are_left_alone() -> None:
    classes = np.array([0, 0, 0, 1])
    assert suppress(BOXES, SCORES, classes, 0.5).tolist() == [1, 3, 2]


def test_nothing_gives_nothing() -> None:
    empty = np.zeros((0, 4), np.float32)
    assert suppress(empty, np.zeros(0, np.float32), np.zeros(0, np.int64), 0.5).size == 0


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 2)), max_size=40))
def test_what_is_kept_does_not_overlap_and_all_else_does(found: list[tuple[int, int, int]]) -> None:
    boxes = np.array([[x, y, x + 8, y + 8] for x, y, _ in found], np.float32).reshape(-1, 4)
    classes = np.array([c for _, _, c in found], np.int64)
    scores = np.linspace(0.9, 0.1, len(found)).astype(np.float32)
    kept = suppress(boxes, scores, classes, 0.4).tolist()

    def overlap(a: int, b: int) -> float:
        w = min(boxes[a, 2], boxes[b, 2]) - max(boxes[a, 0], boxes[b, 0])
        h = min(boxes[a, 3], boxes[b, 3]) - max(boxes[a, 1], boxes[b, 1])
        shared = max(0.0, float(w)) * max(0.0, float(h))
        return shared / (128 - shared) if classes[a] == classes[b] else 0.0

    assert all(overlap(a, b) <= 0.4 + 1e-6 for a in kept for b in kept if a != b)
    assert all(any(overlap(k, i) > 0.4 - 1e-6 for k in kept) for i in range(len(found)) if i not in kept)


def test_the_number_kept_is_bounded() -> None:
    many = np.array([[i * 10, 0, i * 10 + 5, 5] for i in range(1000)], np.float32)
    kept = suppress(many, np.ones(1000, np.float32), np.zeros(1000, np.int64), 0.5)
    assert len(kept) == MAX_KEPT
