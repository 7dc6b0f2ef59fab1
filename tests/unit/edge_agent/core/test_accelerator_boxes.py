"""Boxes of accelerators: the order of corners, pixels and shares, broken rows."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from edge_agent.core.accelerator_boxes import boxes_by_class
from shared.letterbox import fit

NAMES = ("person", "car")


def test_hailos_boxes_lie_in_the_picture_without_its_bars() -> None:
    place = fit(640, 320, 64, 64, centred=True)  # bars of 16 above and below
    output = [np.array([[0.25, 0.5, 0.5, 0.75, 0.8]], np.float32), np.zeros((0, 5), np.float32)]
    (thing,) = boxes_by_class(output, (64, 64), place, NAMES, 0.5)
    assert (thing.name, round(thing.score, 3)) == ("person", 0.8)
    assert np.allclose((thing.box.x1, thing.box.y1, thing.box.x2, thing.box.y2), (0.5, 0.0, 0.75, 0.5))


def test_the_best_comes_first_and_unnamed_classes_are_left_out() -> None:
    place = fit(64, 64, 64, 64, centred=True)
    rows = np.array([[0.1, 0.1, 0.2, 0.2, 0.6]], np.float32)
    better = np.array([[0.1, 0.1, 0.2, 0.2, 0.9], [0.3, 0.3, 0.4, 0.4, 0.2]], np.float32)
    things = boxes_by_class([rows, better, better], (64, 64), place, NAMES, 0.5)
    assert [thing.name for thing in things] == ["car", "person"]


@given(arrays.arrays(np.float32, (7, 5), elements=st.floats(width=32)))
def test_whatever_it_gives_things_are_sound(rows: NDArray[Any]) -> None:
    with np.errstate(all="ignore"):
        things = boxes_by_class([rows], (64, 64), fit(640, 360, 64, 64, centred=True), NAMES, 0.25)
    for thing in things:
        assert 0.25 <= thing.score <= 1
        assert 0 <= thing.box.x1 < thing.box.x2 <= 1
        assert 0 <= thing.box.y1 < thing.box.y2 <= 1
