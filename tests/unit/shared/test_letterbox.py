"""Letterbox: boxes go in and come back; nothing leaves the picture."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shared.letterbox import fit

sides = st.integers(16, 4000)


@given(sides, sides, st.sampled_from([320, 416, 640]), st.sampled_from([320, 416, 640]), st.booleans())
def test_a_box_comes_back_where_it_was(width: int, height: int, in_w: int, in_h: int, centred: bool) -> None:
    box = fit(width, height, in_w, in_h, centred=centred)
    assert box.left_px + box.scaled_width_px <= in_w
    assert box.top_px + box.scaled_height_px <= in_h
    inside = np.array([0.25, 0.1, 0.75, 0.9], np.float32)
    size = np.array([box.scaled_width_px, box.scaled_height_px] * 2)
    placed = inside * size + np.array([box.left_px, box.top_px] * 2)
    np.testing.assert_allclose(box.to_picture(placed[None].astype(np.float32))[0], inside, atol=1e-3)


def test_the_picture_lies_at_the_top_left_or_in_the_middle() -> None:
    assert (fit(200, 100, 100, 100, centred=False).top_px, fit(200, 100, 100, 100, centred=True).top_px) == (0, 25)


def test_boxes_outside_are_clipped() -> None:
    box = fit(100, 100, 100, 100, centred=True)
    assert box.to_picture(np.array([[-10, 5, 120, 50]], np.float32)).tolist() == [[0, np.float32(0.05), 1, 0.5]]
