"""The fit finds the light that a picture was changed by, in spite of what moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.light import Light, fit_light

BEFORE = np.random.default_rng(3).uniform(20, 200, (30, 40)).astype(np.float32)
NOTHING = np.zeros(BEFORE.shape, np.bool_)


@settings(max_examples=80, deadline=None)
@given(st.floats(0.6, 1.6), st.floats(-20, 20), st.integers(0, 2))
def test_small_and_large_changes_of_light_are_found(gain: float, offset: float, phase: int) -> None:
    seen = BEFORE * np.float32(gain) + np.float32(offset)
    light = fit_light(BEFORE, seen, NOTHING, phase)
    # What matters is that the picture comes back, within the levels that count as foreground.
    assert np.abs(light.undo(seen) - BEFORE).max() < 5


@pytest.mark.parametrize("known", [True, False])
def test_what_moved_does_not_pull_the_fit(known: bool) -> None:
    seen = BEFORE * np.float32(0.9) + np.float32(4)
    moving = NOTHING.copy()
    moving[5:15, 5:20] = True
    seen[moving] = 250
    light = fit_light(BEFORE, seen, moving if known else NOTHING, 1)
    assert light.gain == pytest.approx(0.9, abs=0.05)
    assert light.offset == pytest.approx(4, abs=4)


def test_nothing_to_fit_on_changes_nothing() -> None:
    assert fit_light(BEFORE, BEFORE + 50, ~NOTHING, 0) == Light()


def test_distance_is_in_grey_levels() -> None:
    assert Light(1.1, 2).distance(Light(), 100) == pytest.approx(12)
    assert Light(1.1, 2).most(Light()) == pytest.approx(27.5)
    assert Light(0.9, 20).most(Light()) == pytest.approx(20)
