"""Presence: the foot point, with hysteresis at the edge."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.zones import present
from shared.geometry import Box

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


def standing(x: float, y: float, height: float = 0.2) -> Box:
    return Box(x - 0.05, y - height, x + 0.05, y)


def test_the_foot_counts_not_the_body() -> None:
    assert present(SQUARE, standing(0.5, 0.5), was_present=False)
    assert not present(SQUARE, standing(0.5, 0.9, 0.6), was_present=False)


def test_who_is_in_stays_in_while_the_foot_trembles_on_the_edge() -> None:
    outside = standing(0.5, 0.82)
    assert not present(SQUARE, outside, was_present=False)
    assert present(SQUARE, outside, was_present=True)
    assert not present(SQUARE, standing(0.5, 0.9), was_present=True)


def test_no_zone_is_the_whole_picture() -> None:
    assert present(None, standing(0.99, 0.99), was_present=False)


@given(st.floats(0.05, 0.95), st.floats(0.2, 1))
def test_who_was_in_is_never_out_sooner_than_who_was_not(x: float, y: float) -> None:
    box = standing(x, y)
    assert present(SQUARE, box, was_present=True) >= present(SQUARE, box, was_present=False)
