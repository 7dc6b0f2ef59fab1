"""Ground calibration: metres out of foot points, and spots that cannot be used are refused by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.ground import Ground, to_segment_m
from controller.core.records import GroundPoint
from shared.errors import Rejected

CAMERA = np.array([[0.05, 0.03, 0.5], [0.0, -0.01, 0.95], [0.0, 0.06, 1.0]])
"""Metres to picture: a camera that looks north over a yard."""


def seen(east: float, north: float) -> tuple[float, float]:
    x, y, depth = CAMERA @ np.array([east, north, 1.0])
    return float(x / depth), float(y / depth)


def spot(east: float, north: float) -> GroundPoint:
    return (*seen(east, north), east, north)


YARD = (spot(-4, 2), spot(4, 2), spot(6, 14), spot(-6, 14))


@given(st.floats(-6, 6), st.floats(1, 20), st.floats(-1000, 1000))
def test_four_spots_make_metres_everywhere(east: float, north: float, far: float) -> None:
    ground = Ground([(x, y, e + far, n - far) for x, y, e, n in YARD])
    assert np.allclose(ground.metres([seen(east, north)]), [[east + far, north - far]], atol=1e-4)


def test_beyond_the_horizon_is_nowhere() -> None:
    assert np.isnan(Ground(YARD).metres([(0.5, -5.0)])).all()


@pytest.mark.parametrize(
    ("spots", "fault"),
    [
        (YARD[:3], "needs 4"),
        ((*YARD[:3], YARD[2]), "one line or in one place"),
        ((spot(0, 2), spot(0, 5), spot(0, 9), spot(3, 9)), "one line or in one place"),
        ((YARD[0], YARD[1], (*YARD[3][:2], *YARD[2][2:]), (*YARD[2][:2], *YARD[3][2:])), "another order"),
        ((*YARD, (*seen(0, 6), 2.0, 6.0)), "m off"),
    ],
    ids=["three", "twice the same", "in a line", "swapped", "one measured wrongly"],
)
def test_spots_that_cannot_be_used_are_refused(spots: tuple[GroundPoint, ...], fault: str) -> None:
    with pytest.raises(Rejected) as refused:
        Ground(spots, "cameras.gate.front.ground")
    assert refused.value.field == "cameras.gate.front.ground"
    assert fault in refused.value.fault


def test_a_fifth_spot_that_fits_is_welcome() -> None:
    ground = Ground((*YARD, spot(0, 6)))
    assert np.allclose(ground.metres([seen(1, 7)]), [[1, 7]], atol=1e-6)


numbers = st.floats(0, 1)
lengths = st.floats(-100, 100)


@given(st.lists(st.tuples(numbers, numbers, lengths, lengths), min_size=4, max_size=6))
def test_whatever_spots_are_taken_lead_back_to_their_metres(spots: list[GroundPoint]) -> None:
    try:
        ground = Ground(spots)
    except Rejected:
        return
    told = ground.metres([(x, y) for x, y, _, _ in spots])
    assert np.abs(told - [[east, north] for _, _, east, north in spots]).max() <= 0.5


def test_the_distance_to_a_lower_edge_is_to_its_nearest_part() -> None:
    left, right = np.array([0.0, 0.0]), np.array([4.0, 0.0])
    assert to_segment_m(np.array([2.0, 3.0]), left, right) == 3
    assert to_segment_m(np.array([7.0, 4.0]), left, right) == 5
    assert to_segment_m(np.array([3.0, 4.0]), left, left) == 5
